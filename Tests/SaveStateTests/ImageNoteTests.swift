// What an image says beside the state, and what becomes of what it does not know.

import SaveState
import Testing

@Suite struct ImageNoteTests {
  private func tags(_ image: Image) -> [String] { image.sections.map(\.tag.description) }

  @Test func timesAndNotesAreKept() throws {
    var image = Image(of: usedToy())
    #expect(try image.time() == nil)
    #expect(try image.note() == nil)
    image.setTime(1_700_000_000)
    try image.setNote("before the door · 扉")
    let read = try Image(image.bytes)
    #expect(read == image)
    #expect(try read.time() == 1_700_000_000)
    #expect(try read.note() == "before the door · 扉")
    #expect(try read.machine() as Toy == usedToy())
    image.setTime(nil)
    try image.setNote("")
    #expect(image == Image(of: usedToy()))
  }

  @Test func theOrderOfSectionsIsThatOfTheDocument() throws {
    var image = Image(of: usedToy())
    try image.setNote("a")
    image.setTime(1)
    #expect(tags(image) == ["PROG", "ROM ", "CNTR", "MEM ", "WITN", "TIME", "NOTE"])
  }

  @Test func notesHaveALimit() throws {
    var image = Image(of: usedToy())
    try image.setNote(String(repeating: "é", count: 2048))
    let before = image
    for note in [String(repeating: "a", count: 4097), "a\0b"] {
      #expect(throws: ImageError.self) { try image.setNote(note) }
      #expect(image == before)
    }
  }

  @Test(
    arguments: [
      ("TIME", []), ("TIME", [1, 2, 3, 4, 5, 6, 7]), ("NOTE", []), ("NOTE", [0xFF]),
      ("NOTE", [0x61, 0]), ("NOTE", Array(repeating: 0x61, count: 4097)), ("WITN", [1]),
    ] as [(String, [UInt8])])
  func damagedOnesAreRefused(tag: String, contents: [UInt8]) throws {
    let image = try Image(
      imageFile(RawSection.toy + [RawSection(tag: tag, flags: 0, contents: contents)]))
    let refusals: [ImageError?] = [
      #expect(throws: ImageError.self) {
        _ = try (image.time(), image.note(), image.witness())
      }
    ]
    #expect(refusals.first??.description.contains(tag) == true)
  }

  /// A later version may say the same in another way: this one passes it over and keeps it.
  @Test func otherVersionsAreSkipped() throws {
    let note = RawSection(tag: "NOTE", flags: 0, version: 2, contents: [1])
    var image = try Image(imageFile(RawSection.toy + [note]))
    #expect(try image.note() == nil)
    image.setTime(1)
    #expect(try Image(image.bytes).sections.contains { $0.tag.description == "NOTE" })
  }

  // MARK: What is not known

  private var withUnknown: [RawSection] {
    [
      RawSection(tag: "new1", flags: 0, version: 9, codec: 77, contents: [1, 2, 3]),
      RawSection(tag: "new2", flags: 2, contents: [4]),
    ] + RawSection.toy
  }

  @Test func unknownSectionsSurviveRewriting() throws {
    var image = try Image(imageFile(withUnknown))
    try image.setNote("kept")
    let bytes = image.bytes
    #expect(tags(try Image(bytes)) == ["PROG", "ROM ", "CNTR", "MEM ", "NOTE", "new1", "new2"])
    for section in withUnknown.prefix(2) {
      #expect(bytes.firstRange(of: section.bytes) != nil, "\(section.tag) is as it was")
    }
  }

  /// Whatever order others have written them in.
  @Test func preservedSectionsKeepTheirOrder() throws {
    let memo = RawSection(tag: "MEMO", flags: 2, contents: [1])
    let others = RawSection(tag: "ours", flags: 2, contents: [2])
    let older = try Image(imageFile(RawSection.toy + [others, memo]))
    let later = Image(of: usedToy(), preservingUnknownSectionsOf: older)
    #expect(later.sections.map(\.tag).suffix(2) == [Tag("MEMO"), Tag("ours")])
    #expect(try later.verification(Toy.self).isCanonical)
  }

  @Test func safeToCopySectionsReachLaterImages() throws {
    let older = try Image(imageFile(withUnknown))
    var toy: Toy = try older.machine()
    toy.advance(until: Position(frame: 1, instruction: toy.position.instruction + 5))
    let later = Image(of: toy, preservingUnknownSectionsOf: older)
    #expect(tags(later) == ["PROG", "ROM ", "CNTR", "MEM ", "WITN", "new2"])
    #expect(later.bytes.firstRange(of: withUnknown[1].bytes) != nil)
    #expect(try Image(later.bytes).machine() as Toy == toy)
  }

  /// Images that are as full of unknown sections as they may be: by number, and by length.
  private var full: [[RawSection]] {
    let count = 64 - RawSection.toy.count
    let many = (0..<count).map { k in
      RawSection(tag: "a\(100 + k)", flags: 2, contents: [UInt8(k)])
    }
    let used = RawSection.toy.reduce(0) { $0 + ($1.decodedByteCount ?? UInt32($1.contents.count)) }
    let rest = (16 << 20) - used
    let large = RawSection(tag: "long", flags: 2, contents: [1], decodedByteCount: rest)
    return [RawSection.toy + many, RawSection.toy + [large]]
  }

  @Test func imagesOfFullImagesCanBeLoaded() throws {
    for sections in full {
      let older = try Image(imageFile(sections))
      var later = Image(of: try older.machine() as Toy, preservingUnknownSectionsOf: older)
      later.setTime(1)
      try later.setNote(String(repeating: "x", count: Image.maxNoteByteCount))
      let reread = try Image(later.bytes)
      #expect(try reread.time() == 1)
      #expect(try reread.machine() as Toy == older.machine())
      // What there is room for is still carried on.
      #expect(sections.count < 64 || reread.sections.count > 50)
    }
  }

  @Test func fullImagesGetNoTimeOrNote() throws {
    for sections in full {
      let bytes = imageFile(sections)
      var image = try Image(bytes)
      image.setTime(1)
      #expect(throws: ImageError.self) { try image.setNote("a") }
      #expect(image.bytes == bytes)
    }
  }

  @Test func criticalSectionsAreNotReplaced() throws {
    let later = ["NOTE", "TIME"].map { RawSection(tag: $0, flags: 1, version: 2, contents: [1]) }
    let bytes = imageFile(RawSection.toy + later)
    var image = try Image(bytes)
    image.setTime(1)
    #expect(throws: ImageError.self) { try image.setNote("a") }
    #expect(image.bytes == bytes)
  }

  // MARK: Verification

  @Test func ourImagesVerify() throws {
    var image = Image(of: usedToy())
    image.setTime(1)
    try image.setNote("a")
    let found = try Image(image.bytes).verification(Toy.self)
    #expect(found.isCanonical && found.witnessHolds == true)
  }

  @Test func otherWaysOfSavingAreNoticed() throws {
    // By hand, but as we would.
    let plain = try Image(imageFile(RawSection.toy)).verification(Toy.self)
    #expect(plain.isCanonical && plain.witnessHolds == nil)
    var sections = RawSection.toy
    sections.swapAt(2, 3)
    #expect(try !Image(imageFile(sections)).verification(Toy.self).isCanonical)
    let unneeded = RawSection(tag: "NEED", contents: Array("large\n".utf8))
    #expect(
      try !Image(imageFile([unneeded] + RawSection.toy)).verification(Toy.self).isCanonical)
    let early = RawSection(tag: "TIME", flags: 0, contents: [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(try !Image(imageFile([early] + RawSection.toy)).verification(Toy.self).isCanonical)
  }

  @Test func aWitnessThatDoesNotHoldIsNoticed() throws {
    var toy = usedToy()
    let witness = try #require(try Image(of: toy).witness())
    #expect(witness.holds(for: toy))
    toy.memory[0] ^= 1
    #expect(!witness.holds(for: toy))
    let image = try Image(
      imageFile(
        RawSection.toy + [
          RawSection(
            tag: "WITN", flags: 0,
            contents: [5, 0, 0, 0, 1, 0, 0, 0] + Array(repeating: 0, count: 32))
        ]))
    #expect(try image.verification(Toy.self).witnessHolds == false)
    #expect(try image.machine() as Toy == Image(imageFile(RawSection.toy)).machine())
  }

  @Test(arguments: [(65537, 1), (1, 0), (1, 257)] as [(UInt32, UInt32)])
  func witnessesHaveLimits(instructions: UInt32, frames: UInt32) throws {
    var writer = ByteWriter()
    writer.append(instructions)
    writer.append(frames)
    writer.append(contentsOf: Array(repeating: 0, count: 32))
    let image = try Image(
      imageFile(RawSection.toy + [RawSection(tag: "WITN", flags: 0, contents: writer.bytes)]))
    #expect(throws: ImageError.self) { try image.witness() }
  }

  @Test func statesAreDistinguished() throws {
    var image = Image(of: usedToy())
    image.setTime(5)
    #expect(image.holdsSameState(as: Image(of: usedToy())))
    var toy = usedToy()
    toy.counter += 1
    #expect(!image.holdsSameState(as: Image(of: toy)))
  }
}
