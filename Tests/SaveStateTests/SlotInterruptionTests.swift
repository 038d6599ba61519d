// What interrupted changes of slots leave behind, and two changes at once.

import Foundation
import SaveState
import Testing

@Suite struct SlotInterruptionTests {
  /// A save is interrupted when the version is made and the slot is not replaced yet.
  @Test func leftoversOfInterruptionsAreNotVersions() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      func interrupt() throws {
        let left = slots.directory + "/history/slot1/000009.state"
        try FileManager.default.linkItem(atPath: slots.path(boss), toPath: left)
      }
      try interrupt()
      #expect(try slots.undoSave(boss))
      #expect(try slots.number(boss) == 1 && slots.earlier(boss) == [2])
      try interrupt()
      try slots.save(image(3), to: boss)
      #expect(try slots.earlier(boss) == [1, 2])
      try interrupt()
      // What is restored is what is there.
      #expect(try slots.restore(boss, version: 9) == nil)
      #expect(try slots.number(boss) == 3)
      #expect(try slots.earlier(boss) == [1, 2])
    }
  }

  /// A rename is interrupted when the versions have gone and the state has not.
  @Test func interruptedRenamesCanBeRepeated() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      let history = slots.directory + "/history"
      try Storage.createDirectory(history + "/slot2")
      try FileManager.default.moveItem(
        atPath: history + "/slot1/000001.state", toPath: history + "/slot2/000001.state")
      try slots.rename(boss, to: .key(2))
      #expect(try slots.number(.key(2)) == 3 && slots.earlier(.key(2)) == [2, 1])
    }
  }

  @Test func versionsAreCopiesWithoutHardLinks() throws {
    let memory = "/dev/shm/chip8-tests-\(UUID().uuidString)"
    try withSlots { slots in
      try Storage.createDirectory(slots.directory)
      try Storage.createDirectory(memory)
      defer { try? FileManager.default.removeItem(atPath: memory) }
      // There are no links from one file system to another.
      try FileManager.default.createSymbolicLink(
        atPath: slots.directory + "/history", withDestinationPath: memory)
      for number in 1...3 { try slots.save(image(number), to: boss) }
      #expect(try slots.earlier(boss) == [2, 1])
      #expect(try names(in: memory + "/slot1") == ["000001.state", "000002.state"])
    }
  }

  @Test func changesWaitForEachOtherAndReadingDoesNot() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      let lock = open(slots.directory + "/.lock", O_RDONLY)
      #expect(flock(lock, LOCK_EX) == 0)
      let second = try image(2)
      let save = Waiting { try slots.save(second, to: boss) }
      #expect(try !save.hasEnded && slots.number(boss) == 1 && slots.versions(of: boss).isEmpty)
      // As when the process that has the lock is killed.
      close(lock)
      #expect(try save.value() == 1)
      #expect(try slots.number(boss) == 2)
    }
  }
}
