/*
 * chip8.h: the machines of chip8 for C, and for whatever calls C. The library is libchip8.so;
 * docs/C-LIBRARY.md is a tour with a program.
 *
 * Handles. Machines, snapshots and teams are known by handles. A handle is a number in the shape of a
 * pointer: the library never follows it, but looks it up. NULL, a handle that was destroyed, one of
 * another kind, one of another copy of the library in the same process, and any other pointer are
 * recognised and give CHIP8_ERROR_HANDLE. No handle is ever given twice. There can be
 * CHIP8_MAX_HANDLES at a time.
 *
 * Threads. Every function can be called on any thread. A machine or a team is used by one thread at a
 * time; different ones are independent. A snapshot can be restored on several threads at once, while
 * it is not overwritten or destroyed. The library keeps nothing beside its table of handles: no settings,
 * no current machine, no thread but those of teams.
 *
 * Results. Functions that return int32_t return 0 or more where they have done what was asked, and one of
 * the negative CHIP8_ERROR_… where they have not; then nothing has changed, and chip8_last_error says
 * what is wrong in a sentence. Functions that return a pointer return NULL then.
 *
 * Memory. What the library allocates, it frees. A pointer that a function returns belongs to the
 * machine that it was asked of and is valid until the next call with that machine, unless its
 * description says more. What the caller hands in stays the caller's, and is not needed any longer when
 * the function has returned. Buffers and their sizes in bytes come in pairs, and no function writes past
 * a size. As everywhere in C, a pointer must be aligned for its type.
 *
 * Structs that may grow begin with struct_size, which the caller sets to what sizeof says.
 *
 * The library allocates memory as Swift does: where there is none left, it ends the process.
 */

#ifndef CHIP8_H
#define CHIP8_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------------- */

/* The version of this interface. Functions, constants and members of structs may be added under the same
   number; it changes if anything else does, and the library's SONAME with it. */
#define CHIP8_ABI_VERSION 1

/* The CHIP8_ABI_VERSION that the library was built with. */
uint32_t chip8_abi_version(void);

/* ---- Errors ----------------------------------------------------------------------------------- */

enum {
  /* Not the handle of such a thing, or not any more. */
  CHIP8_ERROR_HANDLE = -1,
  /* An argument that is never right: a missing pointer, an unknown name, number or format. */
  CHIP8_ERROR_ARGUMENT = -2,
  /* The bytes of a program or an image that cannot be used. */
  CHIP8_ERROR_DATA = -3,
  /* A buffer is too small. */
  CHIP8_ERROR_SIZE = -4,
  /* There are CHIP8_MAX_HANDLES already, or no more threads. */
  CHIP8_ERROR_LIMIT = -5,
  /* This machine cannot do that as it is. */
  CHIP8_ERROR_REFUSED = -6
};

#define CHIP8_MAX_HANDLES 1048576

/* What an error is, in a few words: of the library, and valid as long as it is loaded. */
const char *chip8_error_text(int32_t error);

/* ---- Machines --------------------------------------------------------------------------------- */

typedef struct chip8_machine chip8_machine;

/* The execution engine; results are the same. */
enum {
  /* The translator, where it pays, else the interpreter. */
  CHIP8_ENGINE_AUTO = 0,
  CHIP8_ENGINE_REFERENCE = 1,
  CHIP8_ENGINE_FAST = 2
};

/* What a frame is measured by. */
enum {
  /* By instructions. */
  CHIP8_TIMING_IPF = 0,
  /* By the COSMAC VIP's machine cycles: platforms vip and hires. */
  CHIP8_TIMING_CYCLES = 1
};

/* What is wanted of a machine over what its program asks for. All zero but struct_size wants nothing:
   chip8_options options = {.struct_size = sizeof options}; */
typedef struct chip8_options {
  size_t struct_size;
  /* vip, chip8, chip48, schip10, schip11, schip, xochip or hires; NULL or "auto" for the one that the
     program is known to be for by its SHA-1, else detected by its instructions. */
  const char *platform;
  /* Quirks against those of the platform, as "NAME=on,NAME=off"; NULL for none. */
  const char *quirks;
  /* How the program is called in images, in UTF-8, cut to 255 bytes; NULL for "program". */
  const char *name;
  /* The seed of the random number generator. */
  uint64_t seed;
  /* Instructions per frame, 1 to 10000000; 0 for what the program or platform is known for. */
  uint32_t ipf;
  uint32_t timing;
  uint32_t engine;
} chip8_options;

/* Switches a machine on.
 *
 * program, size  the program: 1 to 65024 bytes, as many as the platform has room for.
 * options        NULL for nothing in particular.
 * machine        gets the new handle; the caller destroys it.
 * message, message_size
 *                gets a sentence if there is an error, cut to fit, always ending in a zero byte; NULL and
 *                0 if it is not wanted.
 *
 * CHIP8_ERROR_DATA: there is no program, it does not fit, or it is an image.
 */
int32_t chip8_create(
  const void *program, size_t size, const chip8_options *options, chip8_machine **machine,
  char *message, size_t message_size);

/* Restores the machine in an image, as chip8 --save, chip8_save and every version before have written it.
 *
 * image, size  the file, of at most 16 MiB and what precedes the image.
 * engine       CHIP8_ENGINE_…; an image has decided everything else.
 *
 * The other parameters are those of chip8_create. CHIP8_ERROR_DATA: not an image, a damaged one, or one
 * that leaves out its program or is based on another: "chip8 image flatten" puts them together.
 */
int32_t chip8_load(
  const void *image, size_t size, uint32_t engine, chip8_machine **machine, char *message,
  size_t message_size);

/* A second machine as this one is at the moment, with a handle of its own. They share nothing that
   could be noticed. */
int32_t chip8_clone(chip8_machine *machine, chip8_machine **copy);

/* Frees a machine, its handle and every pointer that it has returned. */
int32_t chip8_destroy(chip8_machine *machine);

/* Switches the machine off and on with its program: its state is that of a new one. */
int32_t chip8_reset(chip8_machine *machine, uint64_t seed);

/* Why the last call with this machine that failed has failed, or why its program faulted, whichever was
   later: one sentence in UTF-8, empty if nothing was. It is valid until the next call with this machine
   but this one. Of what is not a machine: what CHIP8_ERROR_HANDLE is. Never NULL. */
const char *chip8_last_error(chip8_machine *machine);

/* What does not change while a machine runs. The texts are valid until the machine is destroyed, reset
   or restored. */
typedef struct chip8_info {
  size_t struct_size;
  const char *platform;
  /* The program's title if it is known, else its name. */
  const char *title;
  /* "NAME=on,NAME=off" for every quirk. */
  const char *quirks;
  uint64_t program_size;
  uint8_t program_sha1[20];
  /* Bytes of RAM, a power of two. */
  uint32_t ram_size;
  /* The pixels of the largest screen: 64 by 32, 64 by 64 or 128 by 64. */
  uint32_t width;
  uint32_t height;
  /* Bit planes: 1, on XO-CHIP 2. */
  uint32_t plane_count;
  /* User flags: 0, 8 or 16. */
  uint32_t flag_count;
  uint32_t frames_per_second;
  uint32_t ipf;
  uint32_t timing;
  /* 1 if the program is known by its SHA-1. */
  uint32_t is_known;
  /* The colours of the pixel values from 0 on that the program is known for, 0xRRGGBB, and how many. */
  uint32_t colors[16];
  uint32_t color_count;
  /* How far the picture is turned clockwise: 0, 90, 180 or 270 degrees. */
  uint32_t rotation;
} chip8_info;

int32_t chip8_get_info(chip8_machine *machine, chip8_info *info);

#define CHIP8_NO_KEY 16

/* The key, 0 to 15, that the program is known to use for a button of a pad: up, down, left, right, a, b, x, y,
   l, r, l2, r2, l3 or r3, and of the second player's player2Up, player2A and so on; CHIP8_NO_KEY if nothing is
   known. */
int32_t chip8_get_known_key(chip8_machine *machine, const char *name);

/* ---- Running ---------------------------------------------------------------------------------- */

/* Why a run came back. */
enum {
  /* All requested frames or instructions are done. */
  CHIP8_STOP_DONE = 0,
  /* The program jumps to itself, forever, and a frame has ended with that. */
  CHIP8_STOP_HALT = 1,
  /* The program has ended by its exit instruction, which remains the next one. */
  CHIP8_STOP_EXIT = 2,
  /* The program has faulted and stopped before that instruction: chip8_get_fault. */
  CHIP8_STOP_FAULT = 3,
  /* The program calls its host: chip8_answer_host_call. Only a machine from an image can. */
  CHIP8_STOP_HOST_CALL = 4
};

/* Of chip8_run and batches: come back at the end of the first frame whose last instruction jumps to itself. */
#define CHIP8_RUN_UNTIL_HALT 1u

/* Runs whole frames: keys are sampled, the frame's instructions are executed, both timers count down. A
 * machine in the middle of a frame ends that one first, as one of them, with the keys of its beginning.
 *
 * frames  how many, at most.
 * keys    the keys that are down, bit k for key k.
 *
 * Returns CHIP8_STOP_….
 */
int32_t chip8_run_frames(chip8_machine *machine, uint64_t frames, uint16_t keys);

/* The same with other keys in each frame. It comes back early as soon as a frame stops.
 *
 * keys, count  the keys of each frame.
 */
int32_t chip8_run_keys(chip8_machine *machine, const uint16_t *keys, size_t count);

/* Runs to whichever comes first. The last instruction of a frame ends that frame. A program that waits for a
 * key (Fx0A) executes nothing: with any number of frames, and keys that never end its wait, this never returns.
 *
 * frames, instructions  how many, at most; UINT64_MAX for any number.
 * flags                 0 or CHIP8_RUN_UNTIL_HALT.
 */
int32_t chip8_run(
  chip8_machine *machine, uint64_t frames, uint64_t instructions, uint16_t keys, uint32_t flags);

enum {
  CHIP8_FAULT_ILLEGAL_INSTRUCTION = 1,
  CHIP8_FAULT_MACHINE_CODE = 2,
  CHIP8_FAULT_STACK_OVERFLOW = 3,
  CHIP8_FAULT_STACK_UNDERFLOW = 4,
  CHIP8_FAULT_INDEX_OVERFLOW = 5,
  CHIP8_FAULT_ENDLESS_ENTRY_CALL = 6,
  CHIP8_FAULT_OUT_OF_TIME = 7
};

typedef struct chip8_fault {
  int32_t kind;
  uint16_t pc;
  uint16_t opcode;
} chip8_fault;

/* What the last run has faulted with; CHIP8_ERROR_REFUSED if it has not. */
int32_t chip8_get_fault(chip8_machine *machine, chip8_fault *fault);

/* Tells a program what its call came to, a status of docs/HOST-CALLS.md, and lets it continue with the
   next run. CHIP8_ERROR_REFUSED if it is not at one. */
int32_t chip8_answer_host_call(chip8_machine *machine, uint8_t status);

/* Writes to the RAM. CHIP8_ERROR_REFUSED if that is not all within it. */
int32_t chip8_poke(chip8_machine *machine, uint32_t address, const void *bytes, size_t size);

/* Sets the user flags (Fx75, Fx85), as they were kept while the machine was switched off: those that are
   missing are zero, those that it lacks are ignored. */
int32_t chip8_set_flags(chip8_machine *machine, const uint8_t *flags, size_t size);

/* ---- Reading ---------------------------------------------------------------------------------- */

/* The RAM itself, as chip8_info.ram_size says its size. */
const uint8_t *chip8_ram(chip8_machine *machine);

/* Copies a part of the RAM. CHIP8_ERROR_REFUSED if that is not all within it. */
int32_t chip8_copy_ram(chip8_machine *machine, uint32_t address, void *bytes, size_t size);

typedef struct chip8_registers {
  size_t struct_size;
  /* Frames, instructions and, where they are counted, machine cycles since power-on. */
  uint64_t frames;
  uint64_t instructions;
  uint64_t cycles;
  /* The state of the random generator: what the seed has become. */
  uint64_t random;
  /* How many instructions the current frame still has; UINT32_MAX between two frames. */
  uint32_t instructions_left;
  uint16_t pc;
  uint16_t i;
  /* Return addresses, the oldest first; stack_count of them. */
  uint16_t stack[16];
  /* The keys that were down when the frame began, and those that are down. */
  uint16_t keys;
  uint16_t held_keys;
  uint8_t v[16];
  uint8_t flags[16];
  uint8_t stack_count;
  /* The timers, in frames. */
  uint8_t delay;
  uint8_t sound;
  /* The register that Fx0A waits for a key with; 255 if it does not wait. */
  uint8_t key_wait;
} chip8_registers;

int32_t chip8_get_registers(chip8_machine *machine, chip8_registers *registers);

/* How a screen is laid out in memory, row by row from the top, each from the left. */
enum {
  /* A byte for each pixel, its value: a bit for each plane, that of the first one lowest. */
  CHIP8_SCREEN_PIXELS = 0,
  /* A byte for each pixel of each plane, 0 or 1; the second plane after the first. */
  CHIP8_SCREEN_PLANES = 1,
  /* A bit for each pixel of each plane, the leftmost in the highest bit of a byte. */
  CHIP8_SCREEN_BITS = 2,
  /* Three bytes for each pixel: red, green, blue. */
  CHIP8_SCREEN_RGB = 3,
  /* A uint32_t for each pixel: 0x00RRGGBB. */
  CHIP8_SCREEN_XRGB = 4,

  /* Together with one of them: always the largest screen of the machine, and a smaller one with each
     pixel doubled. Then the size never changes. */
  CHIP8_SCREEN_FIXED = 16
};

typedef struct chip8_shape {
  uint32_t width;
  uint32_t height;
  uint32_t plane_count;
  /* Bytes of a screen in that format. */
  uint32_t size;
} chip8_shape;

/* The shape of the screen as it is now. */
int32_t chip8_get_shape(chip8_machine *machine, uint32_t format, chip8_shape *shape);

/* The screen, as chip8_get_shape says its size. The pointer is the same each time.
 *
 * colors  for the formats that have some, those of all pixel values, 0xRRGGBB: 1 << plane_count, and
 *         at least four. NULL for those that the image says, else those that the program is known for,
 *         else chip8's own.
 */
const void *chip8_screen(chip8_machine *machine, uint32_t format, const uint32_t *colors);

/* The same, written to a buffer. CHIP8_ERROR_SIZE if it is smaller than the shape says. */
int32_t chip8_copy_screen(
  chip8_machine *machine, uint32_t format, const uint32_t *colors, void *pixels, size_t size);

/* The sound of a frame: a pattern of 128 one-bit samples that repeats. */
typedef struct chip8_tone {
  /* The first sample in the highest bit of the first byte. */
  uint8_t pattern[16];
  /* How far the frame goes in the pattern, in 1/2^25 of a sample of it. */
  uint64_t advance;
  /* Where in it the frame begins, in the same. */
  uint32_t phase;
  uint32_t reserved;
} chip8_tone;

/* The sound of the frame that ended last. Returns 1, or 0 if it was silent. */
int32_t chip8_get_tone(chip8_machine *machine, chip8_tone *tone);

/* The same as samples of one channel, which last that frame: for 48000 a second at 60 frames, 800. They
   depend on the machine alone, so the same state gives the same samples. A sound fades in and out within
   3 ms. */
int32_t chip8_copy_sound(chip8_machine *machine, int16_t *samples, size_t count);

/* ---- Saving ----------------------------------------------------------------------------------- */

/* An image of the machine: the bytes of a file that chip8 and chip8_load read. An image that the machine
 * was loaded from may have had more in it, such as notes and colours: what is safe to copy is in it.
 *
 * size  gets the size of the image.
 */
const void *chip8_save(chip8_machine *machine, size_t *size);

/* The same, written to a buffer.
 *
 * size  the size of the buffer; gets that of the image, also if the buffer is too small for it
 *       (CHIP8_ERROR_SIZE).
 */
int32_t chip8_copy_image(chip8_machine *machine, void *image, size_t *size);

/* The SHA-256 of the whole state: equal digests, equal futures. It is state.sha256 of chip8 --json. */
int32_t chip8_digest(chip8_machine *machine, uint8_t digest[32]);

/* A digest in 64 bits that takes a tenth of a microsecond: the same for equal states on every computer and with
   every engine. Two states that were not made with its constants in mind have the same one with a
   chance of at most 1 in 2^62. CHIP8_ERROR_REFUSED of a machine with host or entry calls. */
int32_t chip8_fast_digest(chip8_machine *machine, uint64_t *digest);

typedef struct chip8_snapshot chip8_snapshot;

/* The machine as it is, in memory: all of its state, the keys that are down, and its last sound.
   snapshot gets a new handle, which the caller destroys. */
int32_t chip8_snapshot_create(chip8_machine *machine, chip8_snapshot **snapshot);

/* Overwrites a snapshot, of this or any other machine. Nothing is allocated if that had as much RAM. */
int32_t chip8_snapshot_take(chip8_machine *machine, chip8_snapshot *snapshot);

/* The machine becomes what it, or any other, was at a snapshot. Nothing is allocated if that had the
   same configuration. */
int32_t chip8_restore(chip8_machine *machine, chip8_snapshot *snapshot);

int32_t chip8_snapshot_destroy(chip8_snapshot *snapshot);

/* ---- Many machines ---------------------------------------------------------------------------- */

/* Threads that wait for work. */
typedef struct chip8_team chip8_team;

/* Starts a team.
 *
 * threads  how many threads work together, the caller's included: 1 to 1024.
 * team     gets the new handle; the caller destroys it, and before the library is unloaded.
 *
 * CHIP8_ERROR_LIMIT if there are no more threads to be had. A process that was forked has none of its
 * parent's threads: there, the caller's does all the work.
 */
int32_t chip8_team_create(uint32_t threads, chip8_team **team);

int32_t chip8_team_destroy(chip8_team *team);

/* What chip8_batch_step does with each machine, in this order. All zero but struct_size does nothing. */
typedef struct chip8_batch {
  size_t struct_size;
  /* For each machine a snapshot to restore first, or NULL; NULL if none is to be. */
  chip8_snapshot *const *restore;
  /* Frames to run, and the keys, for each machine one after another: keys_per_machine is 1, or frames for
     other keys in each. NULL to leave those down that are. */
  uint32_t frames;
  uint32_t keys_per_machine;
  const uint16_t *keys;
  /* Gets for each machine CHIP8_STOP_…: of the run, which ends with what is not CHIP8_STOP_DONE. */
  int32_t *stops;
  /* Gets the screen of each machine, each screen_stride bytes after the one before, which is at least
     its largest size; 0 for that of the first machine. */
  void *screens;
  size_t screen_stride;
  uint32_t screen_format;
  /* Gets of each machine the bytes of its RAM at these addresses, which are taken modulo its size. */
  uint32_t ram_address_count;
  const uint16_t *ram_addresses;
  uint8_t *ram_bytes;
  /* Colours for all machines, or NULL: chip8_screen. */
  const uint32_t *colors;
  /* Gets for each machine what chip8_fast_digest gives. */
  uint64_t *fast_digests;
  /* Gets for each machine what chip8_get_registers gives. struct_size of the first one says how far they
     are apart; the library sets that of the others. */
  chip8_registers *registers;
  /* 0, or CHIP8_RUN_UNTIL_HALT to end a run with CHIP8_STOP_HALT as well. */
  uint32_t run_flags;
} chip8_batch;

/* Does the same with many machines at once. Each does what it would have done alone; which thread that
 * is on makes no difference.
 *
 * team             NULL for the caller's thread alone.
 * machines, count  different machines of any kind.
 * message, message_size
 *                  as in chip8_create: says which machine is meant. No machine has done anything then.
 */
int32_t chip8_batch_step(
  chip8_team *team, chip8_machine *const *machines, size_t count, const chip8_batch *batch,
  char *message, size_t message_size);

/* ---- Farms ------------------------------------------------------------------------------------ */

/* What holds for all jobs of a farm. All zero but struct_size is what chip8 farm does without options. */
typedef struct chip8_farm_options {
  size_t struct_size;
  /* What the paths in jobs are relative to; NULL for the current directory. */
  const char *directory;
  /* The members of a row, as "frames,stop,state"; NULL for all. */
  const char *members;
  /* The most instructions that a job may execute; 0 for 10000000000. */
  uint64_t max_instructions;
} chip8_farm_options;

/* Runs jobs one after another on the caller's thread, and says how each has ended: what chip8 farm does with
 * a job file, docs/FARMING.md, byte for byte. Jobs are independent, so several threads or computers can
 * each run a part.
 *
 * jobs, size     the lines of a job file, in UTF-8.
 * options        NULL for nothing in particular.
 * rows, rows_size
 *                get a line for each job, in their order; the caller frees it with chip8_free.
 * error_count    gets how many jobs could not be run, which their rows say; or NULL.
 *
 * This is the one function that reads files, those that jobs name, and writes those that they save.
 */
int32_t chip8_farm(
  const void *jobs, size_t size, const chip8_farm_options *options, void **rows, size_t *rows_size,
  uint64_t *error_count, char *message, size_t message_size);

/* Frees what chip8_farm returned; NULL is nothing. */
void chip8_free(void *rows);

#ifdef __cplusplus
}
#endif

#endif
