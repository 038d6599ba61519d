// The terminal is given back, however this process ends: docs/TERMINAL.md. In C, for all of it has to be
// done within signal handlers, too.

#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stddef.h>
#include <stdint.h>
#include <termios.h>

/// Guards a terminal: whatever signal ends this process, or whatever calls `exit`, the terminal is given
/// back first. Only SIGKILL cannot be caught.
///
/// Until then, what is written to a standard error that is a terminal is kept, for it would end up
/// within the picture, and is written when the terminal is given back.
///
/// - Parameter mode: the terminal's mode as it was.
void CTerminal_guard(int terminal, const struct termios *mode);

/// Sets what is written when the terminal is given back, at most 255 bytes.
void CTerminal_setFarewell(const void *bytes, size_t count);

/// From now on also after SIGINT, SIGTERM and SIGHUP, which end this process then.
void CTerminal_guardInterrupts(void);

/// Gives the terminal back, if it is guarded.
void CTerminal_giveBack(void);

/// How many cells a character takes, in a locale that has it.
int CTerminal_cellCount(uint32_t character);

#endif
