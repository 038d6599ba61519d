// The yardstick: a plain fast CHIP-8 interpreter in C, with what any such interpreter has and nothing
// else: instructions decoded once, one jump an instruction, a row of the screen in a machine word. It
// knows one machine, and no faults, states or quirks. Speeds are given as multiples of its speed in
// the same run, because computers differ and are busy with other things.

#ifndef YARDSTICK_H
#define YARDSTICK_H

#include <stddef.h>
#include <stdint.h>

/// Switches the one machine on with a program of at most 3584 bytes.
void yardstick_load(const uint8_t *program, size_t byte_count);

/// Counts the timers down and executes so many instructions. Returns how many it were: fewer if the
/// program waits for a key or has come to what is not an instruction.
long yardstick_frame(long instructions);

/// The registers V0 to VF.
const uint8_t *yardstick_registers(void);

/// The screen's 32 rows, the leftmost pixel in the highest bit.
const uint64_t *yardstick_rows(void);

/// The 4096 bytes of memory.
const uint8_t *yardstick_memory(void);

#endif
