#define _GNU_SOURCE

#include "CLinux.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// In place of the stdin of a library that is linked statically: Scripts/link-library.sh.
void *CLinux_noStream __attribute__((visibility("hidden"))) = 0;

int CLinux_memoryFile(const char *name) { return memfd_create(name, 0); }

int CLinux_renameToNew(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE);
}

int CLinux_waitForOthers(void) {
  struct sched_param parameters = {0};
  return sched_setscheduler(0, SCHED_BATCH, &parameters);
}

int CLinux_waitUntil(sem_t *semaphore, const struct timespec *moment) {
  return sem_clockwait(semaphore, CLOCK_MONOTONIC, moment);
}

long CLinux_peerUser(int socket) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? (long)peer.uid : -1;
}

static pthread_once_t isWatching = PTHREAD_ONCE_INIT;
static unsigned forkCount;

static void countFork(void) { forkCount++; }
static void watchForks(void) { pthread_atfork(NULL, NULL, countFork); }

int CLinux_mapCode(size_t count, void **writable, void **executable) {
  pthread_once(&isWatching, watchForks);
  int file = memfd_create("code", MFD_CLOEXEC);
  if (file < 0) return -1;
  *writable = *executable = MAP_FAILED;
  if (ftruncate(file, (off_t)count) == 0) {
    *writable = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *executable = mmap(NULL, count, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  }
  close(file);
  if (*writable != MAP_FAILED && *executable != MAP_FAILED) return 0;
  CLinux_unmapCode(count, *writable, *executable);
  return -1;
}

void CLinux_unmapCode(size_t count, void *writable, void *executable) {
  if (writable != MAP_FAILED) munmap(writable, count);
  if (executable != MAP_FAILED) munmap(executable, count);
}

unsigned CLinux_forkCount(void) { return forkCount; }

void CLinux_useLargePages(void *start, size_t count) {
    madvise(start, count, MADV_HUGEPAGE);
}
