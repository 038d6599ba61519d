#define _GNU_SOURCE

#include "CLinux.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

int CLinux_memoryFile(const char *name) { return memfd_create(name, 0); }

int CLinux_renameToNew(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE);
}
