// Threads that wait for work, for Swift has no condition variables.

#ifndef CHIP8_TEAM_H
#define CHIP8_TEAM_H

#include <stddef.h>

struct CChip8_team;

/// Starts a team of so many threads, the caller's included; NULL if they cannot be had.
struct CChip8_team *CChip8_startTeam(unsigned threads);

/// Ends its threads and frees it.
void CChip8_endTeam(struct CChip8_team *team);

/// Calls `work` for all numbers below `count`, some at a time, on all threads of a team, and comes back
/// when all are done.
///
/// @param team NULL for the caller's thread alone.
void CChip8_work(
  struct CChip8_team *team, size_t count, void (*work)(void *context, size_t from, size_t to),
  void *context);

#endif
