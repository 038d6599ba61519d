// The saved states of a program: slots, their versions, and what becomes of them.

import Foundation
import SaveState
import Testing

/// A toy that tells apart by a number, in an image of a certain time.
private func image(_ number: Int, time: UInt64? = nil, note: String = "") throws -> Image {
  var toy = usedToy()
  toy.counter = UInt32(number)
  var image = Image(of: toy)
  image.setTime(time)
  try image.setNote(note)
  return image
}

extension Slots {
  /// The number of the state in a slot, or of a version.
  fileprivate func number(_ slot: SlotName, version: Int? = nil) throws -> Int {
    Int((try image(slot, version: version).machine() as Toy).counter)
  }

  /// The numbers of the states that were in a slot, the newest first.
  fileprivate func earlier(_ slot: SlotName) throws -> [Int] {
    try versions(of: slot).map { try number(slot, version: $0) }
  }
}

/// The slots of the toy in a folder that is gone afterwards.
private func withSlots(_ body: (Slots) throws -> Void) throws {
  try withTemporaryFolder {
    try body(Slots(root: $0 + "/states", program: usedToy().program.sha1))
  }
}

private let boss = SlotName.key(1)

private func slot(_ name: String) throws -> SlotName { try SlotName(name) }

private func mode(_ path: String) throws -> Int? {
  try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

@Suite struct SlotTests {
  // MARK: Names

  @Test(arguments: [
    "a", "slot1", "boss fight", " ", "-", "10", "Größe – 大きさ", "a.state", "history",
    "..."
      .replacing(".", with: "…"), String(repeating: "x", count: 100),
  ])
  func goodNames(text: String) throws {
    #expect(try SlotName(text).description == text)
    #expect(try SlotName(typed: text) == SlotName(text))
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

  @Test func digitsThatAreTypedAreKeys() throws {
    for number in 0...9 {
      #expect(try SlotName(typed: "\(number)") == .key(number))
      #expect(SlotName.key(number).description == "slot\(number)")
    }
    #expect(try SlotName(typed: "٣").description == "٣")
  }

  @Test func namesAreTheSameIfTheirBytesAre() throws {
    let (composed, decomposed) = try (slot("\u{E9}"), slot("e\u{301}"))
    #expect(composed != decomposed)
    #expect(
      try [slot("b"), slot("ab"), slot("a"), slot("B")].sorted().map(\.description)
        == ["B", "a", "ab", "b"])
  }

  // MARK: Places

  @Test func slotsAreFilesInAFolderOfTheProgram() throws {
    let slots = Slots(root: "/root", program: Digest.sha1(Array("abc".utf8)))
    #expect(slots.folder == "/root/a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(slots.path(.key(7)) == slots.folder + "/slot7.state")
    #expect(try slots.path(slot("boss fight")) == slots.folder + "/boss fight.state")
    #expect(
      Autosave.allCases.map(\.slot.description) == ["auto-exit", "auto-minute", "auto-fault"])
  }

  @Test func whereNothingWasSavedThereIsNothing() throws {
    try withSlots { slots in
      #expect(try slots.names().isEmpty && slots.versions(of: boss).isEmpty)
      #expect(try slots.file(boss) == nil)
      #expect(throws: SlotError.empty(boss)) { try slots.image(boss) }
      #expect(throws: SlotError.noVersion(boss, 3)) { try slots.image(boss, version: 3) }
      #expect(throws: SlotError.empty(boss)) { try slots.restore(boss) }
      #expect(throws: SlotError.empty(boss)) { try slots.undoSave(boss) }
      #expect(throws: SlotError.empty(boss)) { try slots.delete(boss) }
      #expect(throws: SlotError.empty(boss)) { try slots.delete(boss, purging: true) }
      #expect(throws: SlotError.empty(boss)) { try slots.setNote(boss, "a") }
      #expect(throws: SlotError.empty(boss)) { try slots.setLocked(boss, true) }
      #expect(throws: SlotError.empty(boss)) { try slots.rename(boss, to: .key(2)) }
      #expect(!FileManager.default.fileExists(atPath: slots.folder))
      // The same where there is something else.
      try slots.save(image(1), to: .key(2))
      #expect(throws: SlotError.empty(boss)) { try slots.restore(boss) }
      #expect(throws: SlotError.noVersion(boss, 1)) { try slots.restore(boss, version: 1) }
    }
  }

  @Test func programsHaveSlotsOfTheirOwn() throws {
    try withTemporaryFolder { root in
      let toys = (1...3).map { Toy(Program(name: "toy", bytes: [$0])) }
      for toy in toys {
        let slots = Slots(root: root, program: toy.program.sha1)
        try slots.save(Image(of: toy), to: boss)
        #expect(try slots.image(boss).machine() as Toy == toy)
      }
      try Slots(root: root, program: toys[0].program.sha1).delete(boss, purging: true)
      for name in ["file", "\(Digest.sha1([9]))"] {
        try Storage.replace("\(root)/\(name)", with: [])
      }
      try Storage.createFolder("\(root)/\(Digest.sha1([8]))".uppercased())
      let programs = try Slots.all(root: root).map(\.program)
      #expect(programs == toys[1...].map(\.program.sha1).sorted { "\($0)" < "\($1)" })
    }
  }

  @Test func anotherProgramIsRefused() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      let other = Image(of: Toy(Program(name: "oth\"er", bytes: [4])))
      let refusal = SlotError.otherProgram(slots.path(boss), "oth\"er")
      #expect(throws: refusal) { try slots.save(other, to: boss) }
      #expect(try slots.number(boss) == 1)
      try Storage.replace(slots.path(boss), with: other.bytes)
      #expect(throws: refusal) { try slots.image(boss) }
      #expect("\(refusal)".hasSuffix("the saved state is of another program, \"oth\"er\""))
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
        try slots.file(boss, version: 2)?.path == slots.folder + "/history/slot1/000002.state")
      #expect(try names(in: slots.folder) == [".lock", "history", "slot1.state"])
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

  @Test func aVersionThatIsSavedAgainIsNoVersion() throws {
    try withSlots { slots in
      for number in [1, 2, 3, 2, 2, 1] { try slots.save(image(number), to: boss) }
      #expect(try slots.number(boss) == 1)
      #expect(try slots.earlier(boss) == [2, 3])
    }
  }

  @Test func theNewestVersionsAreKept() throws {
    try withSlots { slots in
      for number in 1...25 { try slots.save(image(number), to: boss) }
      #expect(Slots.versionCountMax == 20)
      #expect(try slots.earlier(boss) == (5...24).reversed())
      try slots.restore(boss, version: slots.versions(of: boss).last)
      #expect(try slots.number(boss) == 5)
      #expect(try slots.earlier(boss) == (6...25).reversed())
    }
  }

  // MARK: Undo

  @Test func undoingTwiceIsAsIfNothingHadBeenDone() throws {
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
      #expect(throws: SlotError.noVersion(boss, nil)) { try slots.restore(boss) }
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
      #expect(throws: SlotError.noVersion(boss, 1)) { try slots.restore(boss, version: 1) }
      #expect(throws: SlotError.noVersion(boss, -1)) { try slots.restore(boss, version: -1) }
    }
  }

  @Test func whatWasDeletedComesBack() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      #expect(try slots.delete(boss) == 2)
      #expect(try slots.file(boss) == nil)
      #expect(throws: SlotError.empty(boss)) { try slots.delete(boss) }
      #expect(try slots.restore(boss) == nil)
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [1])
      #expect(try slots.delete(boss, purging: true) == nil)
      #expect(try slots.names().isEmpty)
      #expect(try names(in: slots.folder + "/history").isEmpty)
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
      #expect(try names(in: slots.folder + "/history") == ["boss fight"])
      try slots.save(image(6), to: boss)
      #expect(throws: SlotError.taken(new)) { try slots.rename(boss, to: new) }
      #expect(throws: SlotError.taken(boss)) { try slots.rename(boss, to: boss) }
      #expect(try slots.number(new) == 5 && slots.number(boss) == 6)
    }
  }

  @Test func aNoteIsNoVersion() throws {
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
      #expect(throws: SlotError.self) {
        try slots.setNote(boss, String(repeating: "x", count: Image.noteByteCountMax + 1))
      }
    }
  }

  @Test func aLockedSlotStaysAsItIs() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      try slots.setLocked(boss, true)
      #expect(try slots.file(boss)?.isLocked == true)
      #expect(try mode(slots.path(boss)).map { $0 & 0o222 } == 0)
      let locked = SlotError.locked(boss)
      #expect(throws: locked) { try slots.save(image(3), to: boss) }
      #expect(throws: locked) { try slots.save(image(2), to: boss) }
      #expect(throws: locked) { try slots.restore(boss) }
      #expect(throws: locked) { try slots.undoSave(boss) }
      #expect(throws: locked) { try slots.delete(boss) }
      #expect(throws: locked) { try slots.delete(boss, purging: true) }
      #expect(throws: locked) { try slots.rename(boss, to: .key(2)) }
      try slots.save(image(4), to: .key(2))
      #expect(throws: SlotError.taken(boss)) { try slots.rename(.key(2), to: boss) }
      #expect(try slots.number(boss) == 2 && slots.earlier(boss) == [1])
      try slots.setNote(boss, "for ever")
      #expect(try slots.file(boss)?.isLocked == true)
      #expect(try slots.image(boss).note() == "for ever")
      try slots.setLocked(boss, false)
      try slots.save(image(3), to: boss)
      #expect(try slots.earlier(boss) == [2, 1])
    }
  }

  // MARK: Autosaves

  @Test func autosavesRotateAndUsersStayAway() throws {
    try withSlots { slots in
      let minute = Autosave.minute.slot
      for number in 1...23 { try slots.autosave(image(number), as: .minute) }
      #expect(try slots.names() == [minute])
      #expect(try slots.earlier(minute) == (3...22).reversed())
      try slots.save(image(1), to: boss)
      for name in [minute, try slot("auto-"), try slot("auto-mine")] {
        #expect(throws: SlotError.autosave(name)) { try slots.save(image(2), to: name) }
        #expect(throws: SlotError.autosave(name)) { try slots.rename(boss, to: name) }
      }
      #expect(throws: SlotError.autosave(minute)) { try slots.setLocked(minute, true) }
      try slots.rename(minute, to: .key(2))
      #expect(try slots.number(.key(2)) == 23)
    }
  }

  @Test func theNewestAutosaveIsResumed() throws {
    try withSlots { slots in
      func resumed() throws -> [String?] {
        let (found, passedOver) = slots.newestResumable(Toy.self)
        let version = found?.version.map { " \($0)" } ?? ""
        return [found.map { "\($0.slot)\(version): \($0.machine.counter)" }]
          + passedOver.map { "\($0)".split(separator: "/").last.map(String.init) }
      }
      #expect(try resumed() == [nil])
      try slots.save(image(9, time: 900), to: boss)
      try slots.autosave(image(8, time: 800), as: .fault)
      #expect(try resumed() == [nil])
      for number in 1...3 { try slots.autosave(image(number, time: 100), as: .minute) }
      #expect(try resumed() == ["auto-minute: 3"])
      for number in 4...5 { try slots.autosave(image(number, time: 100), as: .exit) }
      #expect(try resumed() == ["auto-exit: 5"])
      // The same state is saved again later.
      try slots.autosave(image(3, time: 101), as: .minute)
      #expect(try resumed() == ["auto-minute: 3"])

      try Storage.replace(slots.path(Autosave.minute.slot), with: [1, 2, 3])
      let notAnImage = "auto-minute.state: this is not a saved state"
      #expect(try resumed() == ["auto-exit: 5", notAnImage])
      try slots.delete(Autosave.exit.slot)
      #expect(try resumed() == ["auto-minute 2: 2", notAnImage])
      // A machine that cannot be: the digest is right, and a field is not.
      var sections = RawSection.toy
      sections[2].contents = [0xFF, 0xFF, 0xFF, 0xFF]
      try Storage.replace(
        slots.folder + "/history/auto-minute/000002.state", with: imageFile(sections))
      #expect(
        try resumed() == [
          "auto-minute 1: 1", notAnImage,
          "000002.state: the saved state has an impossible value: counter 4294967295",
        ])
    }
  }

  // MARK: Damage

  @Test func whatIsDamagedHidesNothing() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      try Storage.replace(slots.path(boss), with: [1])
      try Storage.replace(slots.folder + "/history/slot1/000001.state", with: [2])
      try slots.save(image(4), to: .key(2))
      #expect(try slots.names() == [boss, .key(2)])
      #expect(throws: SlotError.file(.image(slots.path(boss), .notAnImage))) {
        try slots.image(boss)
      }
      // What cannot even be looked at is there too, and stays.
      let loop = try slot("loop")
      try FileManager.default.createSymbolicLink(
        atPath: slots.path(loop), withDestinationPath: slots.path(loop))
      #expect(try slots.names() == [loop, boss, .key(2)])
      #expect(throws: SlotError.self) { try slots.image(loop) }
      #expect(throws: SlotError.self) { try slots.save(image(5), to: loop) }
      // Nothing is lost of what is saved over either.
      try slots.save(image(5), to: boss)
      #expect(try slots.versions(of: boss) == [3, 2, 1])
      #expect(try Storage.read(slots.folder + "/history/slot1/000003.state", limit: 9) == [1])
      for version in [3, 1, nil] {
        #expect(throws: SlotError.self) { try slots.restore(boss, version: version) }
      }
      #expect(try slots.number(boss) == 5)
      try slots.restore(boss, version: 2)
      #expect(try slots.number(boss) == 2)
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
      for name in foreign { try Storage.replace("\(slots.folder)/\(name)", with: [1]) }
      try Storage.createFolder(slots.folder + "/folder.state")
      #expect(mkfifo(slots.folder + "/pipe.state", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: slots.folder + "/nowhere.state", withDestinationPath: "missing")
      #expect(try slots.names() == [boss])
      #expect(try slots.versions(of: boss) == [1])
      try slots.save(image(3), to: boss)
      try slots.rename(boss, to: .key(2))
      try slots.delete(.key(2), purging: true)
      #expect(try slots.names().isEmpty)
      for name in foreign {
        #expect(try Storage.read("\(slots.folder)/\(name)", limit: 9) == [1], "\(name)")
      }
    }
  }

  @Test func whatIsNoFileIsNoPlaceForAState() throws {
    try withSlots { slots in
      try Storage.createFolder(slots.folder + "/folder.state")
      let pipe = slots.folder + "/pipe.state"
      #expect(mkfifo(pipe, 0o600) == 0)
      // With this, whoever writes to the pipe does not wait.
      let reader = open(pipe, O_RDWR | O_CLOEXEC)
      defer { close(reader) }
      try FileManager.default.createSymbolicLink(
        atPath: slots.folder + "/device.state", withDestinationPath: "/dev/null")
      let elsewhere = slots.folder + "-elsewhere"
      defer { unlink(elsewhere) }
      try Image(of: usedToy()).save(to: elsewhere)
      let state = try Storage.read(elsewhere, limit: 1 << 20)
      try FileManager.default.createSymbolicLink(
        atPath: slots.folder + "/link.state", withDestinationPath: elsewhere)
      for slot in try ["folder", "pipe", "device", "link"].map(slot) {
        #expect {
          try slots.save(image(1), to: slot)
        } throws: {
          guard case .file(.storage(let error)) = $0 as? SlotError else { return false }
          return error.operation == .create && error.path == slots.path(slot)
        }
      }
      #expect(try Storage.read(elsewhere, limit: 1 << 20) == state)
      #expect(try slots.names() == [slot("link")] && slots.versions(of: slot("link")).isEmpty)
    }
  }

  /// Links, pipes and directories in the places of slots and versions: no change follows, replaces or
  /// removes them, and none touches where a link leads.
  @Test func whatIsNoFileIsLeftAloneByEveryChange() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      let outside = slots.folder + "-outside"
      defer { unlink(outside) }
      try image(9).save(to: outside)
      #expect(chmod(outside, 0o644) == 0)
      let state = try Storage.read(outside, limit: 1 << 20)
      let makers: [(String, (String) -> Int32)] = [
        ("link", { symlink(outside, $0) }), ("pipe", { mkfifo($0, 0o600) }),
        ("folder", { mkdir($0, 0o700) }), ("dead", { symlink("nowhere", $0) }),
      ]
      for (name, make) in makers {
        let slot = try slot(name)
        let history = slots.folder + "/history"
        try Storage.createFolder("\(history)/\(name)")
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
        for change in changes { #expect(throws: SlotError.self) { try change(slots) } }
        #expect(try slots.versions(of: slot) == [2])
        #expect(try slots.number(.key(2)) == 3 && slots.earlier(.key(2)) == [1])
        // Nor is it a version, and its number is not taken.
        #expect(throws: SlotError.self) { try slots.restore(.key(2), version: 7) }
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
      #expect(try Storage.read(outside, limit: 1 << 20) == state && mode(outside) == 0o644)
    }
  }

  @Test func whatIsNeededIsNotChanged() throws {
    try withSlots { slots in
      for number in 1...(Slots.versionCountMax + 1) { try slots.save(image(number), to: boss) }
      try slots.save(image(1), to: .key(2))
      var inputs = InputFiles()
      let oldest = slots.path(boss, version: 1)
      _ = try inputs.read(slots.path(.key(2)), limit: 9)
      _ = try inputs.read(oldest, limit: 9)
      let root = String(slots.folder.prefix(slots.folder.count - 41))
      let careful = Slots(root: root, program: slots.program, apartFrom: inputs)
      let expected = { (error: any Error) in
        guard case .file(.storage(let error)) = error as? SlotError else { return false }
        return error.operation == .replace(.input(slots.path(.key(2))))
      }
      #expect { try careful.save(image(2), to: .key(2)) } throws: { expected($0) }
      #expect { try careful.delete(.key(2)) } throws: { expected($0) }
      #expect { try careful.checkChange(of: .key(2)) } throws: { expected($0) }
      // A version that would be too old stays as well.
      try careful.save(image(99), to: boss)
      #expect(try slots.versions(of: boss).count == Slots.versionCountMax + 1)
      #expect(FileManager.default.fileExists(atPath: oldest))
      try slots.save(image(100), to: boss)
      #expect(!FileManager.default.fileExists(atPath: oldest))
    }
  }

  @Test func aHistoryThatCannotBeKeptIsAnError() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      try Storage.replace(slots.folder + "/history/slot1/999999999999.state", with: [1])
      #expect(throws: SlotError.self) { try slots.save(image(3), to: boss) }
      #expect(try slots.number(boss) == 2)
      try FileManager.default.removeItem(atPath: slots.folder + "/history")
      try Storage.replace(slots.folder + "/history", with: [1])
      #expect {
        try slots.save(image(3), to: boss)
      } throws: {
        guard case .file(.storage(let error)) = $0 as? SlotError else { return false }
        return error.operation == .create && error.path == slots.folder + "/history/slot1"
      }
      #expect(try slots.names() == [boss])
      #expect(try slots.number(boss) == 2)
    }
  }

  @Test func aFolderThatCannotBeCreatedIsAnError() throws {
    try withTemporaryFolder { folder in
      try Storage.replace(folder + "/file", with: [1])
      let slots = Slots(root: folder + "/file", program: usedToy().program.sha1)
      #expect {
        try slots.save(image(1), to: boss)
      } throws: {
        guard case .file(.storage(let error)) = $0 as? SlotError else { return false }
        return error.operation == .create
      }
    }
  }

  @Test func filesThatCannotBeUsedAreNamed() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      #expect {
        _ = try Image(contentsOf: path)
      } throws: {
        "\($0)" == "\(path): cannot be read: no such file or directory"
      }
      try Storage.replace(path, with: [1, 2, 3])
      #expect(throws: FileError.image(path, .notAnImage)) { try Image(contentsOf: path) }
      #expect(
        FileError.image(path, .notAnImage).description == "\(path): this is not a saved state")
      try Storage.replace(path, with: Array(repeating: 0, count: Image.byteCountMax + 1))
      #expect(throws: FileError.image(path, .notAnImage)) { try Image(contentsOf: path) }
    }
  }

  // MARK: Interruptions and others

  /// A save is interrupted when the version is made and the slot is not replaced yet.
  @Test func whatAnInterruptionLeavesIsNoVersion() throws {
    try withSlots { slots in
      for number in 1...2 { try slots.save(image(number), to: boss) }
      func interrupt() throws {
        let left = slots.folder + "/history/slot1/000009.state"
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
  @Test func aRenameThatWasInterruptedIsDoneAgain() throws {
    try withSlots { slots in
      for number in 1...3 { try slots.save(image(number), to: boss) }
      let history = slots.folder + "/history"
      try Storage.createFolder(history + "/slot2")
      try FileManager.default.moveItem(
        atPath: history + "/slot1/000001.state", toPath: history + "/slot2/000001.state")
      try slots.rename(boss, to: .key(2))
      #expect(try slots.number(.key(2)) == 3 && slots.earlier(.key(2)) == [2, 1])
    }
  }

  @Test func whereThereAreNoLinksVersionsAreCopies() throws {
    let memory = "/dev/shm/chip8-tests-\(UUID().uuidString)"
    try withSlots { slots in
      try Storage.createFolder(slots.folder)
      try Storage.createFolder(memory)
      defer { try? FileManager.default.removeItem(atPath: memory) }
      // There are no links from one file system to another.
      try FileManager.default.createSymbolicLink(
        atPath: slots.folder + "/history", withDestinationPath: memory)
      for number in 1...3 { try slots.save(image(number), to: boss) }
      #expect(try slots.earlier(boss) == [2, 1])
      #expect(try names(in: memory + "/slot1") == ["000001.state", "000002.state"])
    }
  }

  @Test func changesWaitForEachOtherAndReadingDoesNot() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let slots = Slots(root: folder, program: usedToy().program.sha1)
    try slots.save(image(1), to: boss)
    let lock = open(slots.folder + "/.lock", O_RDONLY)
    #expect(flock(lock, LOCK_EX) == 0)
    let second = try image(2)
    let save = Task.detached { try slots.save(second, to: boss) }
    try await Task.sleep(for: .milliseconds(100))
    #expect(try slots.number(boss) == 1 && slots.versions(of: boss).isEmpty)
    // As when the process that has the lock is killed.
    close(lock)
    #expect(try await save.value == 1)
    #expect(try slots.number(boss) == 2)
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
      versions[slot] = Array(([before].compactMap { $0 } + older).prefix(Slots.versionCountMax))
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
            joined.filter { $0 != moved }.prefix(Slots.versionCountMax))
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
