#include "handles.h"
#include <pthread.h>

// Without a page of memory until it is used.
struct CChip8_slot CChip8_slots[CChip8_slotCount];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Places that were given up, each with the next one as its object; 0 for none, as place 0 is not used.
static uint64_t firstFree;
static uint64_t usedCount = 1;
static uint64_t handleCount;

// Handles count from where the table is, so those of two copies of the library differ.
static uint64_t nextNumber(void) {
  uint64_t start = ((uint64_t)(uintptr_t)CChip8_slots >> 12 & 0xFFFFF) << 20;
  return start + handleCount++;
}

void *CChip8_addHandle(void *object, uint64_t kind) {
  pthread_mutex_lock(&lock);
  uint64_t place = firstFree;
  if (place != 0) {
    firstFree = (uint64_t)(uintptr_t)CChip8_slots[place].object;
  } else if (usedCount < CChip8_slotCount) {
    place = usedCount++;
  }
  uint64_t handle = 0;
  if (place != 0) {
    handle = nextNumber() << 24 | kind << 20 | place;
    CChip8_slots[place].object = object;
    __atomic_store_n(&CChip8_slots[place].handle, handle, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return (void *)(uintptr_t)handle;
}

void *CChip8_removeHandle(const void *handle, uint64_t kind) {
  pthread_mutex_lock(&lock);
  void *object = CChip8_object(handle, kind);
  if (object) {
    uint64_t place = (uint64_t)(uintptr_t)handle & (CChip8_slotCount - 1);
    __atomic_store_n(&CChip8_slots[place].handle, 0, __ATOMIC_RELEASE);
    CChip8_slots[place].object = (void *)(uintptr_t)firstFree;
    firstFree = place;
  }
  pthread_mutex_unlock(&lock);
  return object;
}
