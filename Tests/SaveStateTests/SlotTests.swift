// The saved states of a program: slots, their versions, and what becomes of them.

import Foundation
import SaveState
import Testing

@Suite struct SlotTests {
  // MARK: Names

  @Test(arguments: [
    "a", "slot1", "boss fight", " ", "-", "10", "٣", "Größe – 大きさ", "a.state", "history",
    "..."
      .replacing(".", with: "…"), String(repeating: "x", count: 100),
  ])
  func goodNames(text: String) throws {
    #expect(try SlotName(text).description == text)
  }

  @Test(
    arguments: [
      ("", .empty), (String(repeating: "x", count: 101), .tooLong(101)),
      (String(repeating: "ü", count: 51), .tooLong(102)), (".", .hidden), ("..", .hidden),
      (".lock", .hidden), ("a/b", .slash), ("/", .slash), ("a\0b", .controlCharacter),
      ("a\nb", .controlCharacter), ("a\u{1B}[2J", .controlCharacter), ("\u{7F}", .controlCharacter),
      ("a\u{85}", .controlCharacter), ("a\u{2028}", .controlCharacter), ("7", .digit),
    ] as [(String, SlotNameError)])
  func badNames(text: String, error: SlotNameError) {
    #expect(throws: error) { try SlotName(text) }
  }

  @Test func namesAreTheSameIfTheirBytesAre() throws {
    let (composed, decomposed) = try (slot("\u{E9}"), slot("e\u{301}"))
    #expect(composed != decomposed)
    #expect(
      try [slot("b"), slot("ab"), slot("a"), slot("B")].sorted().map(\.description)
        == ["B", "a", "ab", "b"])
  }

  // MARK: Places

  @Test func slotsAreFilesInADirectoryOfTheProgram() throws {
    let slots = Slots(root: "/root", program: Digest.sha1(Array("abc".utf8)))
    #expect(slots.directory == "/root/a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(slots.path(.key(7)) == slots.directory + "/slot7.state")
    #expect(try slots.path(slot("boss fight")) == slots.directory + "/boss fight.state")
  }

  @Test func emptySlots() throws {
    try withSlots { slots in
      #expect(try slots.names().isEmpty && slots.versions(of: boss).isEmpty)
      #expect(try slots.file(boss) == nil)
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.image(boss) }
      #expect(throws: StorageError.slot(boss, .noVersion(3))) { try slots.image(boss, version: 3) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.restore(boss) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.undoSave(boss) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.delete(boss) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.delete(boss, purging: true) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.setNote(boss, "a") }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.setLocked(boss, true) }
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.rename(boss, to: .key(2)) }
      #expect(!FileManager.default.fileExists(atPath: slots.directory))
      // The same where there is something else.
      try slots.save(image(1), to: .key(2))
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.restore(boss) }
      #expect(throws: StorageError.slot(boss, .noVersion(1))) {
        try slots.restore(boss, version: 1)
      }
    }
  }

  @Test func programsHaveSlotsOfTheirOwn() throws {
    try withTemporaryDirectory { root in
      let toys = (1...3).map { Toy(Program(name: "toy", bytes: [$0])) }
      for toy in toys {
        let slots = Slots(root: root, program: toy.program.sha1)
        try slots.save(Image(of: toy), to: boss)
        #expect(try slots.image(boss).machine() as Toy == toy)
      }
      try Slots(root: root, program: toys[0].program.sha1).delete(boss, purging: true)
      for name in ["file", "\(Digest.sha1([9]))"] {
        try Storage.writeAtomically("\(root)/\(name)", with: [])
      }
      try Storage.createDirectory("\(root)/\(Digest.sha1([8]))".uppercased())
      let programs = try Slots.all(root: root).map(\.program)
      #expect(programs == toys[1...].map(\.program.sha1).sorted { "\($0)" < "\($1)" })
    }
  }

  @Test func anotherProgramIsRefused() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      let other = Image(of: Toy(Program(name: "oth\"er", bytes: [4])))
      let refusal = StorageError.otherProgram(slots.path(boss), "oth\"er")
      #expect(throws: refusal) { try slots.save(other, to: boss) }
      #expect(try slots.number(boss) == 1)
      try Storage.writeAtomically(slots.path(boss), with: other.bytes)
      #expect(throws: refusal) { try slots.image(boss) }
      #expect("\(refusal)".hasSuffix("the saved state belongs to another program, \"oth\"er\""))
    }
  }

  // MARK: Versions

  @Test func savingKeepsWhatWasThere() throws {
    try withSlots { slots in
      let kept = try (1...3).map { try slots.save(image($0), to: boss) }
      #expect(kept == [nil, 1, 2])
      #expect(try slots.number(boss) == 3)
      #expect(try slots.earlier(boss) == [2, 1])
      #expect(
        try slots.file(boss, version: 2)?.path == slots.directory + "/history/slot1/000002.state")
      #expect(try names(in: slots.directory) == [".lock", "history", "slot1.state"])
    }
  }

  @Test func theSameStateMakesNoVersion() throws {
    try withSlots { slots in
      try slots.save(image(1, time: 100, note: "the boss"), to: boss)
      let before = Storage.stamp(of: slots.path(boss))
      #expect(try slots.save(image(1), to: boss) == nil)
      #expect(Storage.stamp(of: slots.path(boss)) == before)
      // What is known of the state stays; when it was saved is new.
      #expect(try slots.save(image(1, time: 200), to: boss) == nil)
      #expect(try slots.image(boss) == image(1, time: 200, note: "the boss"))
      #expect(try slots.versions(of: boss).isEmpty)
      // A note that says something else is not lost, nor is what others say.
      #expect(try slots.save(image(1, note: "the end"), to: boss) == 1)
      #expect(try slots.image(boss, version: 1).note() == "the boss")
      var more = try image(1)
      more.setAncillary(.ancillary(Tag("ours")), [1], of: Toy.self)
      #expect(try slots.save(more, to: boss) == 2)
      #expect(try slots.image(boss) == more)
    }
  }

  @Test func savingAVersionAgainMovesIt() throws {
    try withSlots { slots in
      for number in [1, 2, 3, 2, 2, 1] { try slots.save(image(number), to: boss) }
      #expect(try slots.number(boss) == 1)
      #expect(try slots.earlier(boss) == [2, 3])
    }
  }

  @Test func theNewestVersionsAreKept() throws {
    try withSlots { slots in
      for number in 1...25 { try slots.save(image(number), to: boss) }
      #expect(Slots.maxVersionCount == 20)
      #expect(try slots.earlier(boss) == (5...24).reversed())
      try slots.restore(boss, version: slots.versions(of: boss).last)
      #expect(try slots.number(boss) == 5)
      #expect(try slots.earlier(boss) == (6...25).reversed())
    }
  }

  // MARK: Undo

  @Test func undoingTwiceChangesNothing() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      #expect(try slots.undoSave(boss))
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [3, 1])
      #expect(try slots.undoSave(boss))
      #expect(try slots.number(boss) == 3 && slots.earlier(boss) == [2, 1])
    }
  }

  @Test func undoingTheFirstSaveEmptiesTheSlot() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      #expect(throws: StorageError.slot(boss, .noVersion(nil))) { try slots.restore(boss) }
      #expect(try slots.undoSave(boss) == false)
      #expect(try slots.file(boss) == nil)
      #expect(try slots.names() == [boss])
      #expect(try slots.undoSave(boss))
      #expect(try slots.number(boss) == 1 && slots.versions(of: boss).isEmpty)
    }
  }

  @Test func anyVersionIsRestored() throws {
    try withSlots { slots in
      for number in 1...4 { try slots.save(image(number), to: boss) }
      #expect(try slots.restore(boss, version: 1) == 4)
      #expect(try slots.number(boss) == 1 && slots.earlier(boss) == [4, 3, 2])
      #expect(throws: StorageError.slot(boss, .noVersion(1))) {
        try slots.restore(boss, version: 1)
      }
      #expect(throws: StorageError.slot(boss, .noVersion(-1))) {
        try slots.restore(boss, version: -1)
      }
    }
  }

  @Test func deletedSlotsCanBeRestored() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      #expect(try slots.delete(boss) == 2)
      #expect(try slots.file(boss) == nil)
      #expect(throws: StorageError.slot(boss, .empty)) { try slots.delete(boss) }
      #expect(try slots.restore(boss) == nil)
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [1])
      #expect(try slots.delete(boss, purging: true) == nil)
      #expect(try slots.names().isEmpty)
      #expect(try names(in: slots.directory + "/history").isEmpty)
      try slots.save(image(1), to: boss)
      try slots.delete(boss)
      try slots.delete(boss, purging: true)
      #expect(try slots.names().isEmpty)
    }
  }

  // MARK: Names, notes, locks

  @Test func versionsGoWithTheName() throws {
    try withSlots { slots in
      let new = try slot("boss fight")
      for number in 1...2 { try slots.save(image(number), to: new) }
      try slots.delete(new)
      for number in 3...5 { try slots.save(image(number), to: boss) }
      try slots.rename(boss, to: new)
      #expect(try slots.names() == [new])
      #expect(try slots.number(new) == 5 && slots.earlier(new) == [4, 3, 2, 1])
      #expect(try names(in: slots.directory + "/history") == ["boss fight"])
      try slots.save(image(6), to: boss)
      #expect(throws: StorageError.slot(new, .taken)) { try slots.rename(boss, to: new) }
      #expect(throws: StorageError.slot(boss, .taken)) { try slots.rename(boss, to: boss) }
      #expect(try slots.number(new) == 5 && slots.number(boss) == 6)
    }
  }

  @Test func notesMakeNoVersion() throws {
    try withSlots { slots in
      let raw = imageFile(RawSection.toy + [RawSection(tag: "tape", flags: 0, contents: [9])])
      try slots.save(Image(raw), to: boss)
      try slots.setNote(boss, "größer")
      var noted = try Image(raw)
      try noted.setNote("größer")
      #expect(try slots.image(boss) == noted)
      #expect(noted.sections.contains { $0.tag == Tag("tape") })
      try slots.setNote(boss, "")
      #expect(try slots.image(boss).note() == nil)
      #expect(try slots.versions(of: boss).isEmpty)
      #expect(throws: StorageError.self) {
        try slots.setNote(boss, String(repeating: "x", count: Image.maxNoteByteCount + 1))
      }
    }
  }

  @Test func lockedSlotsStay() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      try slots.setLocked(boss, true)
      #expect(try slots.file(boss)?.isLocked == true)
      #expect(try permissions(slots.path(boss)).map { $0 & 0o222 } == 0)
      let locked = StorageError.slot(boss, .locked)
      #expect(throws: locked) { try slots.save(image(3), to: boss) }
      #expect(throws: locked) { try slots.save(image(2), to: boss) }
      #expect(throws: locked) { try slots.restore(boss) }
      #expect(throws: locked) { try slots.undoSave(boss) }
      #expect(throws: locked) { try slots.delete(boss) }
      #expect(throws: locked) { try slots.delete(boss, purging: true) }
      #expect(throws: locked) { try slots.rename(boss, to: .key(2)) }
      try slots.save(image(4), to: .key(2))
      #expect(throws: StorageError.slot(boss, .taken)) { try slots.rename(.key(2), to: boss) }
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [1])
      try slots.setNote(boss, "forever")
      #expect(try slots.file(boss)?.isLocked == true)
      #expect(try slots.image(boss).note() == "forever")
      try slots.setLocked(boss, false)
      try slots.save(image(3), to: boss)
      #expect(try slots.earlier(boss) == [2, 1])
    }
  }

  // MARK: Autosaves

  @Test func autosavesRotateAndUsersStayAway() throws {
    try withSlots { slots in
      let minute = SlotName.minute
      for number in 1...23 { try slots.autosave(image(number), to: .minute) }
      #expect(try slots.names() == [minute])
      #expect(try slots.earlier(minute) == (3...22).reversed())
      try slots.save(image(1), to: boss)
      for name in [minute, try slot("auto-"), try slot("auto-mine")] {
        #expect(throws: StorageError.slot(name, .autosave)) { try slots.save(image(2), to: name) }
        #expect(throws: StorageError.slot(name, .autosave)) { try slots.rename(boss, to: name) }
      }
      #expect(throws: StorageError.slot(minute, .autosave)) { try slots.setLocked(minute, true) }
      try slots.rename(minute, to: .key(2))
      #expect(try slots.number(.key(2)) == 23)
    }
  }

  @Test func theNewestAutosaveIsResumed() throws {
    try withSlots { slots in
      func resumed() throws -> [String?] {
        let (found, skipped) = slots.newestResumable(Toy.self, in: [.exit, .minute])
        let version = found?.version.map { " \($0)" } ?? ""
        return [found.map { "\($0.slot)\(version): \($0.machine.counter)" }]
          + skipped.map { "\($0)".split(separator: "/").last.map(String.init) }
      }
      #expect(try resumed() == [nil])
      try slots.save(image(9, time: 900), to: boss)
      try slots.autosave(image(8, time: 800), to: .fault)
      #expect(try resumed() == [nil])
      for number in 1...3 { try slots.autosave(image(number, time: 100), to: .minute) }
      #expect(try resumed() == ["auto-minute: 3"])
      for number in 4...5 { try slots.autosave(image(number, time: 100), to: .exit) }
      #expect(try resumed() == ["auto-exit: 5"])
      // The same state is saved again later.
      try slots.autosave(image(3, time: 101), to: .minute)
      #expect(try resumed() == ["auto-minute: 3"])

      try Storage.writeAtomically(slots.path(SlotName.minute), with: [1, 2, 3])
      let notAnImage = "auto-minute.state: not a saved state"
      #expect(try resumed() == ["auto-exit: 5", notAnImage])
      try slots.delete(SlotName.exit)
      #expect(try resumed() == ["auto-minute 2: 2", notAnImage])
      // A machine that cannot be: the digest is right, and a field is not.
      var sections = RawSection.toy
      sections[2].contents = [0xFF, 0xFF, 0xFF, 0xFF]
      try Storage.writeAtomically(
        slots.directory + "/history/auto-minute/000002.state", with: imageFile(sections))
      #expect(
        try resumed() == [
          "auto-minute 1: 1", notAnImage,
          "000002.state: the saved state has an invalid value: counter 4294967295",
        ])
    }
  }

  // MARK: All together

  /// Slots as they should be: what is in each, and what was, the newest first.
  private struct Model {
    var current: [SlotName: Int] = [:]
    var versions: [SlotName: [Int]] = [:]

    mutating func put(_ number: Int?, in slot: SlotName) {
      let before = current[slot]
      guard number == nil || number != before else { return }
      current[slot] = number
      let older = (versions[slot] ?? []).filter { $0 != before && $0 != number }
      versions[slot] = Array(([before].compactMap { $0 } + older).prefix(Slots.maxVersionCount))
    }
  }

  @Test func randomChangesDoWhatTheyShould() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(state: seed)
    try withSlots { slots in
      let all = [SlotName.key(1), .key(2), .key(3)]
      var model = Model()
      for step in 0..<200 {
        let slot = all[Int.random(in: 0..<3, using: &random)]
        let other = all[Int.random(in: 0..<3, using: &random)]
        let number = Int.random(in: 1...40, using: &random)
        let version = Int.random(in: 0..<25, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<75:
          try slots.save(image(number), to: slot)
          model.put(number, in: slot)
        case 75..<82:
          guard model.current[slot] != nil || model.versions[slot]?.isEmpty == false else { break }
          try slots.undoSave(slot)
          model.put(model.versions[slot]?.first, in: slot)
        case 82..<92:
          let versions = try slots.versions(of: slot)
          guard version < versions.count else { break }
          try slots.restore(slot, version: versions[version])
          model.put(model.versions[slot]?[version], in: slot)
        case 92..<96:
          guard model.current[slot] != nil else { break }
          try slots.delete(slot)
          model.put(nil, in: slot)
        default:
          guard let moved = model.current[slot], model.current[other] == nil else { break }
          try slots.rename(slot, to: other)
          let joined = (model.versions[slot] ?? []) + (model.versions[other] ?? [])
          model.versions[slot] = nil
          model.current[slot] = nil
          model.current[other] = moved
          model.versions[other] = Array(
            joined.filter { $0 != moved }.prefix(Slots.maxVersionCount))
        }
        for slot in Set([slot, other]) {
          let found = try slots.file(slot) == nil ? nil : slots.number(slot)
          #expect(found == model.current[slot], "seed \(seed), step \(step), \(slot)")
          let versions = try slots.earlier(slot)
          #expect(versions == model.versions[slot] ?? [], "seed \(seed), step \(step), \(slot)")
        }
      }
    }
  }
}
