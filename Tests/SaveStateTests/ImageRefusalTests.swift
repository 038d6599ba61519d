// Files that are refused: damaged ones, hostile ones, and those of other machines and times.

import SaveState
import Testing

@Suite struct ImageRefusalTests {
  private func expect(
    _ file: [UInt8], _ error: ImageError, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(toy(from: file) == .failure(error), sourceLocation: sourceLocation)
  }

  /// An image by hand, of a toy with one of its sections changed.
  private func toyFile(_ index: Int, _ change: (inout RawSection) -> Void) -> [UInt8] {
    var sections = RawSection.toy
    change(&sections[index])
    return imageFile(sections)
  }

  @Test func everyTruncationIsRefused() {
    let bytes = Image(of: usedToy()).bytes
    for count in 0..<bytes.count {
      expect(Array(bytes.prefix(count)), count < 8 ? .notAnImage : .truncated)
    }
    for count in 1..<bytes.count {
      let cut = toy(from: Array(bytes.dropFirst(count)))
      #expect(cut == .failure(bytes.count - count >= 48 ? .truncated : .notAnImage))
    }
  }

  @Test func everyFlippedBitIsRefused() {
    let bytes = Image(of: usedToy()).bytes
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      guard case .failure = toy(from: damaged) else {
        Issue.record("bit \(bit) was not noticed")
        continue
      }
    }
  }

  /// With a digest that is right again, a flip is refused, or is in what is not part of the machine.
  @Test func flippedBitsWithAValidDigestAreRefusedOrTheSameMachine() {
    let bytes = Image(of: usedToy()).bytes
    var accepted = 0
    for bit in 0..<(bytes.count - 32) * 8 {
      var altered = bytes
      altered[bit / 8] ^= 1 << (bit % 8)
      if case .success(let machine) = toy(from: sealed(altered)) {
        accepted += 1
        #expect(machine == usedToy(), "bit \(bit)")
      }
    }
    // The contents have checksums of their own, so these are flags, and the frame of the witness.
    #expect((1...100).contains(accepted))
  }

  @Test func otherFilesAreNotImages() {
    expect([], .notAnImage)
    expect(Array(repeating: 0, count: 1000), .notAnImage)
    expect(Image(of: usedToy()).bytes + [0], .truncated)
    expect([0x12, 0x00] + Image(of: usedToy()).bytes + [0], .notAnImage)
  }

  @Test func lengthsOfTheFooterAreChecked() {
    var bytes = Image(of: usedToy()).bytes
    let field = bytes.count - 40
    let image = bytes
    let short = ImageError.malformed("it is shorter than its own header")
    for (length, error) in [
      (0, short), (1, short), (63, short), (UInt64(image.count) + 1, .truncated),
      (16 << 20, .truncated), ((16 << 20) + 1, .tooLarge), (.max, .tooLarge),
    ] as [(UInt64, ImageError)] {
      bytes = image
      for k in 0..<8 { bytes[field + k] = UInt8(truncatingIfNeeded: length >> (k * 8)) }
      expect(sealed(bytes), error)
    }
    // Within the file, but not where the image begins.
    bytes.replaceSubrange(field..<field + 8, with: [64, 0, 0, 0, 0, 0, 0, 0])
    expect(sealed(bytes), .digestMismatch)
  }

  @Test func headersAreChecked() {
    expect(imageFile(RawSection.toy, revision: 2), .unknownRevision(2))
    expect(imageFile(RawSection.toy, kind: "CH-8"), .otherMachine(Tag("CH-8")))
    expect(
      imageFile(RawSection.toy, reserved: 1),
      .malformed("its header has a value in a reserved field"))
    var noHeader = imageFile(RawSection.toy)
    noHeader[0] = 0
    expect(sealed(noHeader), .malformed("it has no header"))
  }

  @Test func unknownCriticalSectionsAreRefusedByName() {
    let new = RawSection(tag: "NEW!", contents: [1])
    expect(imageFile(RawSection.toy + [new]), .unknownSection(Tag("NEW!")))
    expect(imageFile([new] + RawSection.toy), .unknownSection(Tag("NEW!")))
  }

  @Test func unknownAncillarySectionsAreSkipped() throws {
    for flags in [0, 2] as [UInt8] {
      let note = RawSection(tag: "note", flags: flags, contents: [1, 2, 3])
      let machine = try toy(from: imageFile([note] + RawSection.toy)).get()
      #expect(machine.counter == 77)
    }
  }

  @Test func sectionsAreThereOnce() {
    let toys = RawSection.toy
    expect(imageFile(toys + [toys[2]]), .malformed("section \"CNTR\" appears twice"))
    expect(imageFile([toys[0], toys[1], toys[3]]), .missingSection(Tag("CNTR")))
    expect(imageFile([toys[0], toys[2], toys[3]]), .missingSection(Tag("ROM ")))
    expect(imageFile([toys[1], toys[2], toys[3]]), .missingSection(Tag("PROG")))
    expect(imageFile([]), .missingSection(Tag("PROG")))
  }

  @Test func thereAreAtMost64Sections() throws {
    let notes = (0..<61).map {
      RawSection(tag: "n\(100 + $0)", flags: 0, contents: [])
    }
    expect(imageFile(RawSection.toy + notes), .malformed("too many sections"))
    #expect(try toy(from: imageFile(RawSection.toy + notes.dropLast())).get().counter == 77)
  }

  @Test func unknownFeaturesAreRefusedByName() throws {
    func file(_ names: String) -> [UInt8] {
      imageFile([RawSection(tag: "NEED", contents: Array(names.utf8))] + RawSection.toy)
    }
    #expect(try toy(from: file("large\n")).get().counter == 77)
    expect(file("hyperspace\nlarge\n"), .unknownFeature("hyperspace"))
    // It tells more than the section that comes with it.
    let drive = RawSection(tag: "WARP", contents: [1])
    let need = RawSection(tag: "NEED", contents: Array("hyperspace\n".utf8))
    expect(imageFile([drive, need] + RawSection.toy), .unknownFeature("hyperspace"))
    for names in [
      "", "\n", "large", "large\n\n", "large\nlarge\n", "large\nalpha\n", "Large\n",
      "a b\n", String(repeating: "a", count: 33) + "\n",
    ] {
      expect(file(names), .damagedSection(Tag("NEED")))
    }
  }

  @Test func unknownWaysOfStoringAreRefused() {
    expect(toyFile(2) { $0.codec = 3 }, .damagedSection(Tag("CNTR")))
    for index in 0..<4 {
      let name = RawSection.toy[index].tag
      #expect(
        toy(from: toyFile(index) { $0.version = 2 }).refusal?.description
          == "the saved state has version 2 of section \"\(name)\", which this version does not "
          + "support; use a later version")
    }
    let error = ImageError.malformed("section \"CNTR\" has a value in a reserved field")
    expect(toyFile(2) { $0.flags = 5 }, error)
    expect(toyFile(2) { $0.reserved = 1 }, error)
  }

  @Test func contentsAreChecked() {
    let counter = ImageError.damagedSection(Tag("CNTR"))
    let memory = ImageError.damagedSection(Tag("MEM "))
    expect(toyFile(2) { $0.checksum = 0 }, counter)
    expect(toyFile(2) { $0.decodedByteCount = 5 }, counter)
    expect(toyFile(2) { $0.contents = [1, 2, 3] }, counter)
    expect(toyFile(2) { $0.codec = 1 }, counter)
    // A delta against nothing.
    expect(
      toyFile(2) {
        $0.codec = 2
        $0.contents = zlibStream([1, 0, 0, 0])
        $0.decodedByteCount = 4
      }, counter)
    for count in [0, 63, 65] {
      expect(
        toyFile(3) {
          $0.contents = zlibStream(Array(repeating: 0, count: count))
          $0.decodedByteCount = UInt32(count)
        }, memory)
    }
    expect(toyFile(3) { $0.contents = zlibStream(Array(repeating: 0, count: 65)) }, memory)
    expect(toyFile(3) { $0.contents.append(0) }, memory)
    expect(toyFile(3) { $0.contents.removeLast() }, memory)
    expect(toyFile(3) { $0.contents = [] }, memory)
    expect(toyFile(2) { $0.contents = [0x41, 0x42, 0x0F, 0] }, .badField("counter 1000001"))
  }

  @Test func deflatedContentsAreRead() throws {
    let file = toyFile(2) {
      $0.codec = 1
      $0.contents = zlibStream([5, 1, 0, 0])
      $0.decodedByteCount = 4
    }
    #expect(try toy(from: file).get().counter == 0x105)
  }

  @Test func sectionsAreNotCutOff() {
    let error = ImageError.malformed("its last section is truncated")
    expect(toyFile(3) { $0.storedByteCount = UInt32($0.contents.count + 1) }, error)
    expect(toyFile(3) { $0.storedByteCount = .max }, error)
    var bytes = imageFile([])
    bytes.insert(contentsOf: [1, 2, 3], at: 16)
    bytes[bytes.count - 40] += 3
    expect(sealed(bytes), error)
  }

  @Test func programsAreChecked() {
    let error = ImageError.damagedSection(Tag("PROG"))
    let right = RawSection.toy[0].contents
    expect(toyFile(0) { $0.contents = [] }, error)
    expect(toyFile(0) { $0.contents = right.dropLast() }, error)
    expect(toyFile(0) { $0.contents = right + [0] }, error)
    expect(toyFile(0) { $0.contents = right.dropLast() + [0xFF] }, error)
    let other = ImageError.damagedSection(Tag("ROM "))
    expect(toyFile(0) { $0.contents[0] = 2 }, other)
    expect(toyFile(0) { $0.contents[4] ^= 1 }, other)
    expect(toyFile(1) { $0.contents = [1, 2] }, other)
    expect(toyFile(1) { $0.contents = [1, 2, 4] }, other)
    expect(
      imageFile(
        [
          RawSection(
            tag: "PROG", contents: [0, 0, 0, 0] + Digest.sha1([]).bytes + [0]),
          RawSection(tag: "ROM ", contents: []),
        ] + RawSection.toy.dropFirst(2)), other)
  }

  // MARK: Large ones

  @Test func largeFilesAreRefused() {
    let note = RawSection(
      tag: "note", flags: 0, contents: [UInt8](repeating: 0, count: Image.maxByteCount))
    expect(imageFile(RawSection.toy + [note]), .tooLarge)
  }

  @Test func oversizedLengthsAreRefused() {
    expect(toyFile(3) { $0.decodedByteCount = .max }, .tooLarge)
    expect(toyFile(3) { $0.decodedByteCount = 16 << 20 }, .tooLarge)
    // Each is within the limit, but not all of them together.
    let notes = (0..<3).map {
      RawSection(tag: "not\($0)", flags: 0, codec: 1, contents: [], decodedByteCount: 6 << 20)
    }
    expect(imageFile(RawSection.toy + notes), .tooLarge)
  }

  @Test func oversizedContentsAreRefused() throws {
    var toy = Toy(Program(name: "b", bytes: [0]), memoryByteCount: 15 << 20)
    toy.memory[(15 << 20) - 1] = 1
    let large = Image(of: toy).bytes
    #expect(large.count < 50_000)
    // The memory's length, decoded, becomes 64.
    let tag = Array("MEM ".utf8)
    let start = try #require(large.indices.first { large[$0...].starts(with: tag) })
    var bomb = large
    bomb.replaceSubrange(start + 12..<start + 16, with: [64, 0, 0, 0])
    expect(sealed(bomb), .damagedSection(Tag("MEM ")))
    expect(large, .damagedSection(Tag("MEM ")))
  }

  @Test(
    arguments: [
      (.notAnImage, "not a saved state"),
      (.tooLarge, "the saved state is larger than the limit of 16 MiB"),
      (
        .truncated,
        "the saved state is truncated; copy it again, or use another copy"
      ),
      (
        .digestMismatch,
        "the saved state is damaged: its digest does not match; use another copy"
      ),
      (.malformed("why"), "the saved state is malformed: why"),
      (
        .unknownRevision(9),
        "the saved state has format revision 9, which this version cannot read"
      ),
      (.otherMachine(Tag("ABCD")), "the saved state is for another kind of machine, \"ABCD\""),
      (.missingSection(Tag("ABCD")), "the saved state has no section \"ABCD\""),
      (
        .unknownSection(Tag("ABCD")),
        "the saved state needs section \"ABCD\", which this version does not support; use a later "
          + "version"
      ),
      (
        .unknownFeature("abcd"),
        "the saved state needs the feature \"abcd\", which this version does not support; use a "
          + "later version"
      ),
      (
        .unknownVersion(Tag("ABCD"), 2),
        "the saved state has version 2 of section \"ABCD\", which this version does not support; use "
          + "a later version"
      ),
      (
        .damagedSection(Tag("ABCD")),
        "section \"ABCD\" of the saved state is malformed"
      ),
      (.badField("v 1"), "the saved state has an invalid value: v 1"),
    ] as [(ImageError, String)])
  func refusalsAreSentences(error: ImageError, text: String) {
    #expect(error.description == text)
  }
}
