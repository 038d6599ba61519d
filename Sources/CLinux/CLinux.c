#define _GNU_SOURCE

#include "CLinux.h"
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

int CLinux_memoryFile(const char *name) { return memfd_create(name, 0); }

int CLinux_renameToNew(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE);
}

int CLinux_waitForOthers(void) {
  struct sched_param parameters = {0};
  return sched_setscheduler(0, SCHED_BATCH, &parameters);
}
