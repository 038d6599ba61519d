// What Linux has and Swift's Glibc leaves out.

#ifndef CLINUX_H
#define CLINUX_H

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// A file in memory that has no name and stays open in whatever executable this process becomes; -1
/// and `errno` if there is none to be had.
int CLinux_memoryFile(const char *name);

/// Gives a file in a directory another name, unless something has that name (`EEXIST`). `EINVAL` where
/// the file system cannot do that in one step.
int CLinux_renameToNew(const char *path, const char *other);

/// From now on this thread does not interrupt others when it is woken, but waits for its turn
/// (`SCHED_BATCH`); -1 and `errno` if it may not say so.
int CLinux_waitForOthers(void);

/// As `sem_wait`, but not longer than to a moment of the monotonic clock.
int CLinux_waitUntil(sem_t *semaphore, const struct timespec *moment);

/// Memory for machine code, at two addresses: what is written at the first is executed at the second.
/// None of it can be written and executed at one address. -1 if there is none to be had.
int CLinux_mapCode(size_t count, void **writable, void **executable);

/// Gives such memory back.
void CLinux_unmapCode(size_t count, void *writable, void *executable);

/// How often this process has become a child by `fork` since such memory was first mapped. What was
/// mapped before that is the parent's, too: both see what either writes.
unsigned CLinux_forkCount(void);

/// The user ID of the process at the other end of a Unix socket; -1 and `errno` on failure.
long CLinux_peerUser(int socket);

/// Asks for the system's large pages in memory that is visited all over the place; without them that is slower, but
/// as good.
void CLinux_useLargePages(void *start, size_t count);

/// Has the processor fetch what will be read soon.
static inline void CLinux_prefetch(const void *address) { __builtin_prefetch(address); }

/// Compares sixteen numbers with sixteen others, without a branch: bit k is set if the k-th ones differ. Both begin
/// at a multiple of 16 bytes.
static inline uint64_t CLinux_differencesOf16(const uint32_t *numbers, const uint32_t *others) {
#ifdef __SSE2__
  const __m128i *a = (const __m128i *)numbers, *b = (const __m128i *)others;
  __m128i same[4];
  for (int k = 0; k < 4; k++)
    same[k] = _mm_cmpeq_epi32(a[k], b[k]);
  __m128i halves[2] = {_mm_packs_epi32(same[0], same[1]), _mm_packs_epi32(same[2], same[3])};
  return (uint64_t)_mm_movemask_epi8(_mm_packs_epi16(halves[0], halves[1])) ^ 0xFFFF;
#else
  uint64_t differences = 0;
  for (int k = 0; k < 16; k++) differences |= (uint64_t)(numbers[k] != others[k]) << k;
  return differences;
#endif
}

#endif
