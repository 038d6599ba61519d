// Finds out which of a program's functions a run calls, when it is loaded into it by LD_PRELOAD: puts a breakpoint at
// the beginning of each, which goes when it is reached.
// FUNCTIONS names a file with their addresses, 16 hexadecimal digits a line, in order; CALLED one that gets the lines of
// those that are called, appended.

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

enum { lineLength = 17, breakpoint = 0xCC };

static const char *lines;
static size_t count;
static uint8_t *replaced;
static int called;

static uint8_t *function(size_t k) {
  return (uint8_t *)strtoul(lines + k * lineLength, NULL, 16);
}

static void reach(int number, siginfo_t *info, void *context) {
  greg_t *next = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
  uint8_t *reached = (uint8_t *)(*next - 1);
  size_t first = 0, end = count;
  while (first < end) {
    size_t middle = (first + end) / 2;
    if (function(middle) < reached) first = middle + 1; else end = middle;
  }
  if (first == count || function(first) != reached) abort();
  *reached = replaced[first];
  *next = (greg_t)reached;
  if (write(called, lines + first * lineLength, lineLength) != lineLength) abort();
}

__attribute__((constructor)) static void begin(void) {
  int file = open(getenv("FUNCTIONS"), O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) abort();
  count = status.st_size / lineLength;
  lines = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  called = open(getenv("CALLED"), O_WRONLY | O_APPEND | O_CREAT, 0600);
  replaced = malloc(count);
  if (lines == MAP_FAILED || called < 0 || replaced == NULL || count == 0) abort();
  uintptr_t start = (uintptr_t)function(0) & -4096, end = (uintptr_t)function(count - 1) + 1;
  if (mprotect((void *)start, end - start, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) abort();
  struct sigaction action = {.sa_sigaction = reach, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGTRAP, &action, NULL);
  for (size_t k = 0; k < count; k++) {
    replaced[k] = *function(k);
    *function(k) = breakpoint;
  }
}
