// The table of handles. A handle is a number: where in the table it is looked up, of what kind it is,
// and the how-manieth it is. It is never dereferenced, so any pointer at all can be looked up.
// The table is all that the library keeps between two calls, and each copy of the library has its own.

#ifndef CHIP8_HANDLES_H
#define CHIP8_HANDLES_H

#include <stddef.h>
#include <stdint.h>

/// What a handle stands for. No kind is 0, so NULL is no handle.
enum { CChip8_machine = 1, CChip8_snapshot = 2, CChip8_team = 3 };

struct CChip8_slot {
  uint64_t handle;
  void *object;
};

enum { CChip8_slotCount = 1 << 20 };

extern struct CChip8_slot CChip8_slots[CChip8_slotCount] __attribute__((visibility("hidden")));

/// What a handle stands for; NULL if that is not a handle of this kind, or not any more. No lock is
/// taken: a handle is never given twice, so the place of one that is in use does not change.
static inline void *CChip8_object(const void *handle, uint64_t kind) {
  uint64_t number = (uint64_t)(uintptr_t)handle;
  struct CChip8_slot *slot = &CChip8_slots[number & (CChip8_slotCount - 1)];
  if (__atomic_load_n(&slot->handle, __ATOMIC_ACQUIRE) != number) return NULL;
  if ((number >> 20 & 0xF) != kind) return NULL;
  return slot->object;
}

/// A new handle; NULL if there are as many as there can be.
void *CChip8_addHandle(void *object, uint64_t kind);

/// Gives up a handle, and returns what it stands for; NULL if it is not one.
void *CChip8_removeHandle(const void *handle, uint64_t kind);

#endif
