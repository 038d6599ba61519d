#include "team.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct CChip8_team {
  pthread_mutex_t mutex;
  pthread_cond_t begins, ends;
  // How many jobs there have been, also for those who look without the lock.
  unsigned long round;
  // Helpers that are at the current job. One that comes too late finds no job.
  unsigned busyCount;
  int hasJob, isEnding;
  pid_t process;
  // The job. `next` is the first number that is not taken.
  size_t next, count, share;
  void (*work)(void *, size_t, size_t);
  void *context;
  unsigned helperCount;
  pthread_t helpers[];
};

// Some microseconds: to sleep and be woken takes longer.
enum { patience = 2000 };

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void takeShares(struct CChip8_team *team) {
  for (;;) {
    size_t from = __atomic_fetch_add(&team->next, team->share, __ATOMIC_RELAXED);
    if (from >= team->count) return;
    size_t rest = team->count - from;
    team->work(team->context, from, from + (rest < team->share ? rest : team->share));
  }
}

static void *help(void *argument) {
  struct CChip8_team *team = argument;
  unsigned long seen = 0;
  for (;;) {
    for (int k = 0; k < patience && __atomic_load_n(&team->round, __ATOMIC_RELAXED) == seen; k++)
      pause_briefly();
    pthread_mutex_lock(&team->mutex);
    while (team->round == seen && !team->isEnding)
      pthread_cond_wait(&team->begins, &team->mutex);
    seen = team->round;
    int isEnding = team->isEnding, hasJob = team->hasJob;
    if (hasJob) team->busyCount++;
    pthread_mutex_unlock(&team->mutex);
    if (isEnding) return NULL;
    if (!hasJob) continue;
    takeShares(team);
    pthread_mutex_lock(&team->mutex);
    if (--team->busyCount == 0) pthread_cond_signal(&team->ends);
    pthread_mutex_unlock(&team->mutex);
  }
}

struct CChip8_team *CChip8_startTeam(unsigned threads) {
  struct CChip8_team *team = calloc(1, sizeof *team + (threads - 1) * sizeof(pthread_t));
  if (!team) return NULL;
  pthread_mutex_init(&team->mutex, NULL);
  pthread_cond_init(&team->begins, NULL);
  pthread_cond_init(&team->ends, NULL);
  team->process = getpid();
  // Signals are for the threads of the program that this is a library of.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (team->helperCount < threads - 1) {
    if (pthread_create(&team->helpers[team->helperCount], NULL, help, team) != 0) break;
    team->helperCount++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (team->helperCount == threads - 1) return team;
  CChip8_endTeam(team);
  return NULL;
}

void CChip8_endTeam(struct CChip8_team *team) {
  // A process that was forked has no helpers, and a lock that may be held by one forever.
  if (team->process == getpid()) {
    pthread_mutex_lock(&team->mutex);
    team->isEnding = 1;
    pthread_cond_broadcast(&team->begins);
    pthread_mutex_unlock(&team->mutex);
    for (unsigned k = 0; k < team->helperCount; k++) pthread_join(team->helpers[k], NULL);
    pthread_cond_destroy(&team->begins);
    pthread_cond_destroy(&team->ends);
    pthread_mutex_destroy(&team->mutex);
  }
  free(team);
}

void CChip8_work(
  struct CChip8_team *team, size_t count, void (*work)(void *context, size_t from, size_t to),
  void *context) {
  if (!team || team->helperCount == 0 || count < 2 || team->process != getpid()) {
    if (count > 0) work(context, 0, count);
    return;
  }
  size_t share = count / (8 * (team->helperCount + 1));
  pthread_mutex_lock(&team->mutex);
  team->next = 0;
  team->count = count;
  team->share = share > 0 ? share : 1;
  team->work = work;
  team->context = context;
  team->hasJob = 1;
  __atomic_store_n(&team->round, team->round + 1, __ATOMIC_RELAXED);
  pthread_cond_broadcast(&team->begins);
  pthread_mutex_unlock(&team->mutex);
  takeShares(team);
  pthread_mutex_lock(&team->mutex);
  team->hasJob = 0;
  while (team->busyCount > 0) pthread_cond_wait(&team->ends, &team->mutex);
  pthread_mutex_unlock(&team->mutex);
}
