// Slots with files in them that cannot be used, or that others have put there.

import Foundation
import SaveState
import Testing

@Suite struct SlotDamageTests {
  @Test func damagedFilesHideNoOthers() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      try Storage.writeAtomically(slots.path(boss), with: [1])
      try Storage.writeAtomically(slots.directory + "/history/slot1/000001.state", with: [2])
      try slots.save(image(4), to: .key(2))
      #expect(try slots.names() == [boss, .key(2)])
      #expect(throws: StorageError.image(slots.path(boss), .notAnImage)) {
        try slots.image(boss)
      }
      // What cannot even be looked at is there too, and stays.
      let loop = try slot("loop")
      try FileManager.default.createSymbolicLink(
        atPath: slots.path(loop), withDestinationPath: slots.path(loop))
      #expect(try slots.names() == [loop, boss, .key(2)])
      #expect(throws: StorageError.self) { try slots.image(loop) }
      #expect(throws: StorageError.self) { try slots.save(image(5), to: loop) }
      // Nothing is lost of what is saved over either.
      try slots.save(image(5), to: boss)
      #expect(try slots.versions(of: boss) == [3, 2, 1])
      #expect(try Storage.read(slots.directory + "/history/slot1/000003.state", limit: 9) == [1])
      for version in [3, 1, nil] {
        #expect(throws: StorageError.self) { try slots.restore(boss, version: version) }
      }
      #expect(try slots.number(boss) == 5)
      try slots.restore(boss, version: 2)
      #expect(try slots.number(boss) == 2)
    }
  }

  /// A slot's versions may link to another directory; nothing is lost there.
  @Test func versionsAreNotElsewhere() throws {
    try withSlots { slots in
      for count in 1...3 { try slots.save(image(count), to: .key(1)) }
      let place = slots.directory + "/history/slot1"
      let elsewhere = slots.directory + ".elsewhere"
      #expect(rename(place, elsewhere) == 0 && symlink(elsewhere, place) == 0)
      let before = try FileManager.default.subpathsOfDirectory(atPath: elsewhere).sorted()
      let changes: [(Slots) throws -> Void] = [
        { try $0.save(image(9), to: .key(1)) }, { try $0.delete(.key(1), purging: true) },
        { try $0.restore(.key(1)) }, { try $0.undoSave(.key(1)) },
        { try $0.rename(.key(1), to: .key(2)) },
      ]
      for change in changes { #expect(throws: StorageError.self) { try change(slots) } }
      #expect(try FileManager.default.subpathsOfDirectory(atPath: elsewhere).sorted() == before)
    }
  }

  @Test func foreignFilesAreLeftAlone() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      let foreign = [
        "notes.txt", ".hidden.state", "7.state", ".state", "a.state.bak", "history/file.state",
        "history/slot1/000001.bak", "history/slot1/1.state", "history/slot1/0000003.state",
        "history/slot1/000000.state", "history/slot1/-00009.state",
        "history/slot1/99999999999999999999.state", String(repeating: "x", count: 101) + ".state",
      ]
      for name in foreign { try Storage.writeAtomically("\(slots.directory)/\(name)", with: [1]) }
      try Storage.createDirectory(slots.directory + "/directory.state")
      #expect(mkfifo(slots.directory + "/pipe.state", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: slots.directory + "/nowhere.state", withDestinationPath: "missing")
      #expect(try slots.names() == [boss])
      #expect(try slots.versions(of: boss) == [1])
      try slots.save(image(3), to: boss)
      try slots.rename(boss, to: .key(2))
      try slots.delete(.key(2), purging: true)
      #expect(try slots.names().isEmpty)
      for name in foreign {
        #expect(try Storage.read("\(slots.directory)/\(name)", limit: 9) == [1], "\(name)")
      }
    }
  }

  @Test func irregularFilesCannotHoldAState() throws {
    try withSlots { slots in
      try Storage.createDirectory(slots.directory + "/directory.state")
      let pipe = slots.directory + "/pipe.state"
      #expect(mkfifo(pipe, 0o600) == 0)
      // With this, writing to the pipe does not block.
      let reader = open(pipe, O_RDWR | O_CLOEXEC)
      defer { close(reader) }
      try FileManager.default.createSymbolicLink(
        atPath: slots.directory + "/device.state", withDestinationPath: "/dev/null")
      let elsewhere = slots.directory + "-elsewhere"
      defer { unlink(elsewhere) }
      try Image(of: usedToy()).save(to: elsewhere)
      let state = try Storage.read(elsewhere, limit: 1 << 20)
      try FileManager.default.createSymbolicLink(
        atPath: slots.directory + "/link.state", withDestinationPath: elsewhere)
      for slot in try ["directory", "pipe", "device", "link"].map(slot) {
        #expect {
          try slots.save(image(1), to: slot)
        } throws: {
          guard let error = $0 as? StorageError else { return false }
          return error.reason == .replace(.notAFile) && error.path == slots.path(slot)
        }
      }
      #expect(try Storage.read(elsewhere, limit: 1 << 20) == state)
      #expect(try slots.names() == [slot("link")] && slots.versions(of: slot("link")).isEmpty)
    }
  }

  /// Links, pipes and directories in the places of slots and versions: no change follows, replaces or
  /// removes them, and none touches where a link leads.
  @Test func irregularFilesAreLeftAlone() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      let outside = slots.directory + "-outside"
      defer { unlink(outside) }
      try image(9).save(to: outside)
      #expect(chmod(outside, 0o644) == 0)
      let state = try Storage.read(outside, limit: 1 << 20)
      let makers: [(String, (String) -> Int32)] = [
        ("link", { symlink(outside, $0) }), ("pipe", { mkfifo($0, 0o600) }),
        ("directory", { mkdir($0, 0o700) }), ("dead", { symlink("nowhere", $0) }),
      ]
      for (name, make) in makers {
        let slot = try slot(name)
        let history = slots.directory + "/history"
        try Storage.createDirectory("\(history)/\(name)")
        #expect(make(slots.path(slot)) == 0 && make(slots.path(slot, version: 8)) == 0)
        #expect(make(slots.path(boss, version: 7)) == 0)
        // A version that could be put there.
        try slots.rename(boss, to: .key(2))
        #expect(rename(slots.path(.key(2), version: 2), slots.path(slot, version: 2)) == 0)
        let changes: [(Slots) throws -> Void] = [
          { try $0.save(image(5), to: slot) }, { try $0.setNote(slot, "note") },
          { try $0.setLocked(slot, true) }, { try $0.setLocked(slot, false) },
          { try $0.delete(slot) }, { try $0.delete(slot, purging: true) },
          { try $0.restore(slot) }, { try $0.restore(slot, version: 8) }, { try $0.undoSave(slot) },
          { try $0.rename(slot, to: .key(3)) }, { try $0.rename(.key(2), to: slot) },
        ]
        for change in changes { #expect(throws: StorageError.self) { try change(slots) } }
        #expect(try slots.versions(of: slot) == [2])
        #expect(try slots.number(.key(2)) == 3 && slots.earlier(.key(2)) == [1])
        // Nor is it a version, and its number is not taken.
        #expect(throws: StorageError.self) { try slots.restore(.key(2), version: 7) }
        try slots.save(image(4), to: .key(2))
        try slots.rename(.key(2), to: boss)
        try slots.delete(boss, purging: true)
        let left = [
          slots.path(slot), slots.path(slot, version: 8), slots.path(slot, version: 2),
          slots.path(boss, version: 7),
        ]
        for path in left { #expect(remove(path) == 0, "\(path)") }
        for number in 1...3 { try slots.save(image(number), to: boss) }
      }
      #expect(try Storage.read(outside, limit: 1 << 20) == state && permissions(outside) == 0o644)
    }
  }

  @Test func inputsAreNotChanged() throws {
    try withSlots { slots in
      for number in 1...(Slots.maxVersionCount + 1) { try slots.save(image(number), to: boss) }
      try slots.save(image(1), to: .key(2))
      var inputs = InputFiles()
      let oldest = slots.path(boss, version: 1)
      _ = try inputs.read(slots.path(.key(2)), limit: 9)
      _ = try inputs.read(oldest, limit: 9)
      let root = String(slots.directory.prefix(slots.directory.count - 41))
      let careful = Slots(root: root, program: slots.program, apartFrom: inputs)
      let expected = { (error: any Error) in
        guard let error = error as? StorageError else { return false }
        return error.reason == .replace(.input(slots.path(.key(2))))
      }
      #expect { try careful.save(image(2), to: .key(2)) } throws: { expected($0) }
      #expect { try careful.delete(.key(2)) } throws: { expected($0) }
      #expect { try careful.checkChange(of: .key(2)) } throws: { expected($0) }
      // A version that would be too old stays as well.
      try careful.save(image(99), to: boss)
      #expect(try slots.versions(of: boss).count == Slots.maxVersionCount + 1)
      #expect(FileManager.default.fileExists(atPath: oldest))
      try slots.save(image(100), to: boss)
      #expect(!FileManager.default.fileExists(atPath: oldest))
    }
  }

  @Test func versionsThatCannotBeWrittenAreAnError() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      try Storage.writeAtomically(slots.directory + "/history/slot1/999999999999.state", with: [1])
      #expect(throws: StorageError.self) { try slots.save(image(3), to: boss) }
      #expect(try slots.number(boss) == 2)
      try FileManager.default.removeItem(atPath: slots.directory + "/history")
      try Storage.writeAtomically(slots.directory + "/history", with: [1])
      #expect {
        try slots.save(image(3), to: boss)
      } throws: {
        guard let error = $0 as? StorageError else { return false }
        return error.reason == .create && error.path == slots.directory + "/history/slot1"
      }
      #expect(try slots.names() == [boss])
      #expect(try slots.number(boss) == 2)
    }
  }

  @Test func aDirectoryThatCannotBeCreatedIsAnError() throws {
    try withTemporaryDirectory { directory in
      try Storage.writeAtomically(directory + "/file", with: [1])
      let slots = Slots(root: directory + "/file", program: usedToy().program.sha1)
      #expect {
        try slots.save(image(1), to: boss)
      } throws: {
        guard let error = $0 as? StorageError else { return false }
        return error.reason == .create
      }
    }
  }

  @Test func filesThatCannotBeUsedAreNamed() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      #expect {
        _ = try Image(contentsOf: path)
      } throws: {
        "\($0)" == "\(path): cannot be read: no such file or directory"
      }
      try Storage.writeAtomically(path, with: [1, 2, 3])
      #expect(throws: StorageError.image(path, .notAnImage)) { try Image(contentsOf: path) }
      #expect(
        StorageError.image(path, .notAnImage).description == "\(path): not a saved state")
      try Storage.writeAtomically(path, with: Array(repeating: 0, count: Image.maxByteCount + 1))
      #expect(throws: StorageError.image(path, .notAnImage)) { try Image(contentsOf: path) }
    }
  }
}
