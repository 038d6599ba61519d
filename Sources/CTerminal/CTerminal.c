#define _GNU_SOURCE

#include "CTerminal.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

static atomic_int isGuarded;
static int terminal;
static struct termios modeBefore;
static char farewell[256];
static atomic_size_t farewellCount;
/// Standard error as it was, and the file that stands in for it; -1 where it is left alone.
static int errors = -1, keptErrors = -1;

/// Whatever ends a process unless it is caught; faults first.
static const int deadly[] = {SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,    SIGABRT, SIGTRAP, SIGSYS,
                             SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2,   SIGPROF, SIGIO,   SIGXCPU,
                             SIGPWR,  SIGVTALRM, SIGSTKFLT};
static const int interrupts[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[NSIG];

/// Without a reader, what is still unread is dropped: it is only a picture.
static void writeFarewell(void) {
  size_t done = 0, count = farewellCount;
  for (int attempts = 0; done < count && attempts < 5; attempts++) {
    ssize_t written = write(terminal, farewell + done, count - done);
    if (written > 0) {
      done += (size_t)written;
    } else if (errno == EAGAIN) {
      tcflush(terminal, TCOFLUSH);
      struct pollfd wanted = {terminal, POLLOUT, 0};
      poll(&wanted, 1, 100);
    } else if (errno != EINTR) {
      return;
    }
  }
}

static void writeKeptErrors(void) {
  if (errors < 0) return;
  dup2(errors, STDERR_FILENO);
  char bytes[4096];
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(keptErrors, bytes, sizeof bytes, offset)) > 0) {
    offset += count;
    if (write(STDERR_FILENO, bytes, (size_t)count) < 0 && errno != EINTR) break;
  }
  close(keptErrors);
  close(errors);
  errors = keptErrors = -1;
}

void CTerminal_giveBack(void) {
  if (!atomic_exchange(&isGuarded, 0)) return;
  int code = errno;
  writeFarewell();
  // A job in the background has no say in the mode of a terminal that a shell has taken back.
  if (tcgetpgrp(terminal) == getpgrp()) {
    tcflush(terminal, TCIFLUSH);
    tcsetattr(terminal, TCSANOW, &modeBefore);
  }
  writeKeptErrors();
  errno = code;
}

static void end(int number, siginfo_t *info, void *context) {
  (void)context;
  CTerminal_giveBack();
  sigaction(number, &before[number], NULL);
  // What an instruction has caused, it causes again. What was sent is sent once more.
  if (info->si_code <= 0) raise(number);
}

static void catchSignals(const int *numbers, size_t count) {
  struct sigaction action = {.sa_sigaction = end, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  for (size_t index = 0; index < count; index++) {
    int number = numbers[index];
    struct sigaction old;
    if (sigaction(number, NULL, &old) || old.sa_handler == SIG_IGN || old.sa_sigaction == end) continue;
    before[number] = old;
    sigaction(number, &action, NULL);
  }
}

static void prepare(void) {
  static char stack[1 << 16];
  stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  stack_t present;
  // The end of a stack is a fault, too, and its handler needs another one.
  if (sigaltstack(NULL, &present) == 0 && present.ss_flags & SS_DISABLE) sigaltstack(&alternative, NULL);
  catchSignals(deadly, sizeof deadly / sizeof *deadly);
  atexit(CTerminal_giveBack);
}

void CTerminal_guard(int descriptor, const struct termios *mode) {
  static atomic_int isPrepared;
  terminal = descriptor;
  modeBefore = *mode;
  if (isatty(STDERR_FILENO) && (keptErrors = memfd_create("errors", MFD_CLOEXEC)) >= 0) {
    errors = dup(STDERR_FILENO);
    dup2(keptErrors, STDERR_FILENO);
  }
  isGuarded = 1;
  if (!atomic_exchange(&isPrepared, 1)) prepare();
}

void CTerminal_setFarewell(const void *bytes, size_t count) {
  if (count > sizeof farewell) return;
  farewellCount = 0;
  memcpy(farewell, bytes, count);
  farewellCount = count;
}

void CTerminal_guardInterrupts(void) {
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (size_t index = 0; index < sizeof interrupts / sizeof *interrupts; index++) {
    struct sigaction old;
    if (sigaction(interrupts[index], NULL, &old) || old.sa_handler == SIG_IGN) continue;
    sigaction(interrupts[index], &usual, NULL);
  }
  catchSignals(interrupts, sizeof interrupts / sizeof *interrupts);
}

int CTerminal_cellCount(uint32_t character) {
  int count = wcwidth((wchar_t)character);
  return count < 0 ? 0 : count;
}
