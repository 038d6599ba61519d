// A machine that is saved in a slot before it is certain that it stays: the slot comes back as it was.

import Foundation
import SaveState
import Testing

@Suite struct ProvisionalSaveTests {
  private func inode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.systemFileNumber] as? Int)
  }

  /// Everything below the slots' directory, with its contents.
  private func files(_ slots: Slots) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: slots.directory)
    let files = names.compactMap { name in
      FileManager.default.contents(atPath: "\(slots.directory)/\(name)").map { (name, $0) }
    }
    return Dictionary(uniqueKeysWithValues: files)
  }

  /// Also where the slot holds the same machine with a note, and where it has all the versions that
  /// it can have.
  @Test(arguments: [0, 1, 2, Slots.maxVersionCount + 1], [true, false])
  func withdrawnSavesRestoreTheSlot(count: Int, isSame: Bool) throws {
    try withSlots { slots in
      try slots.save(image(500), to: .key(2))
      for number in 0..<count { try slots.save(image(number, time: 9, note: "a"), to: boss) }
      let path = slots.path(boss)
      let (before, inodeBefore) = (try files(slots), count > 0 ? try inode(path) : nil)
      let arrived = isSame && count > 0 ? count - 1 : 99
      let save = try slots.saveProvisionally(image(arrived), in: boss)
      #expect(save.path == path)
      #expect(try slots.image(boss) == image(arrived))
      #expect(try slots.versions(of: boss).count == count)
      try save.withdraw()
      #expect(try files(slots) == before)
      if let inodeBefore { #expect(try inode(path) == inodeBefore) }
    }
  }

  @Test func keptProvisionalSavesAreOrdinarySaves() throws {
    try withSlots { slots in
      for number in 0...Slots.maxVersionCount { try slots.save(image(number), to: boss) }
      try slots.saveProvisionally(image(99), in: boss).keep()
      #expect(try slots.number(boss) == 99)
      #expect(try slots.earlier(boss) == (1...Slots.maxVersionCount).reversed())
      // The same machine makes no version.
      try slots.saveProvisionally(image(99), in: boss).keep()
      #expect(try slots.earlier(boss).first == Slots.maxVersionCount)
    }
  }

  /// A save by another process meanwhile is kept, and gets no version that it did not replace.
  @Test func savesOfOtherProcessesStay() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      let save = try slots.saveProvisionally(image(2), in: boss)
      try slots.save(image(3), to: boss)
      #expect(try slots.earlier(boss) == [2, 1])
      try save.withdraw()
      #expect(try slots.number(boss) == 3 && slots.earlier(boss) == [1])
    }
  }

  @Test func failedSavesChangeNothing() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      try slots.setLocked(boss, true)
      let before = try files(slots)
      #expect(throws: StorageError.slot(boss, .locked)) {
        try slots.saveProvisionally(image(2), in: boss)
      }
      #expect(try files(slots) == before)
      // A slot that is locked in between stays as it is.
      try slots.setLocked(boss, false)
      let save = try slots.saveProvisionally(image(2), in: boss)
      try slots.setLocked(boss, true)
      #expect(throws: StorageError.slot(boss, .locked)) { try save.withdraw() }
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [1])
    }
  }
}
