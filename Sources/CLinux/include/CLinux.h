// What Linux has and Swift's Glibc leaves out.

#ifndef CLINUX_H
#define CLINUX_H

/// A file in memory that has no name and stays open in whatever executable this process becomes; -1
/// and `errno` if there is none to be had.
int CLinux_memoryFile(const char *name);

/// Gives a file in a directory another name, unless something has that name (`EEXIST`). `EINVAL` where
/// the file system cannot do that in one step.
int CLinux_renameToNew(const char *path, const char *other);

/// From now on this thread does not interrupt others when it is woken, but waits for its turn
/// (`SCHED_BATCH`); -1 and `errno` if it may not say so.
int CLinux_waitForOthers(void);

#endif
