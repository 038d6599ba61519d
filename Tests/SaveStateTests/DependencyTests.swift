// Images that leave out their program, or hold a delta against their parent.

import Foundation
import SaveState
import Testing

/// Files in memory, by name.
private struct Shelf: Dependencies {
  var files: [String: [UInt8]] = [:]

  /// Any file of the program's length, the first by name.
  func find(_ program: Program.Identity) -> LookupResult {
    first { $0.count == program.byteCount }
  }

  /// The file of the parent's name, else any with its digest.
  func find(_ parent: Image.Parent) -> LookupResult {
    if let bytes = files[parent.name] { return .found(bytes, path: parent.name) }
    return first { $0.suffix(32).elementsEqual(parent.digest.bytes) }
  }

  private func first(where isWanted: ([UInt8]) -> Bool) -> LookupResult {
    guard let file = files.sorted(by: { $0.key < $1.key }).first(where: { isWanted($0.value) })
    else { return .missing(Search(places: ["the shelf"])) }
    return .found(file.value, path: file.key)
  }
}

extension Toy {
  fileprivate init(of image: Image, from shelf: Shelf) throws(ImageError) {
    var shelf = shelf
    self = try image.completed(Toy.self, by: &shelf).machine()
  }
}

extension Shelf {
  /// The image in a file.
  fileprivate func image(_ name: String) throws -> Image { try Image(files[name] ?? []) }

  /// Saves a machine as a delta against a file.
  fileprivate mutating func save(_ toy: Toy, to name: String, parent: String?) throws {
    var parent: ParentImage? = try parent.map { name in
      try ParentImage(image(name), named: name, Toy.self, by: &self)
    }
    files[name] = Image(of: toy, parent: parent.take()).bytes
  }
}

extension Image.Verification {
  /// Whether nothing was found that is not as it should be.
  fileprivate var isFlawless: Bool { isCanonical && witnessHolds == true }
}

/// Why something is refused.
private func refusal(_ body: () throws -> Void) -> ImageError? {
  do {
    try body()
    return nil
  } catch { return error as? ImageError }
}

@Suite struct DependencyTests {
  private let program = Program(name: "toy", bytes: [1, 2, 3])

  // MARK: Programs

  @Test func programsThatAreLeftOutAreFoundByTheirDigest() throws {
    let image = try Image(Image(of: usedToy(), embedsProgram: false).bytes)
    #expect(image.sections.map(\.tag.description) == ["NEED", "PROG", "CNTR", "MEM ", "WITN"])
    #expect(try image.needs() == ["no-rom"])
    #expect(try !image.isComplete())
    let identity = try image.programIdentity()
    #expect((identity.name, identity.byteCount, identity.sha1) == ("toy", 3, program.sha1))
    let shelf = Shelf(files: ["a": [1, 2], "b": [1, 2, 3]])
    #expect(try Toy(of: image, from: shelf) == usedToy())
    var files = shelf
    #expect(try image.flattened(Toy.self, by: &files) == Image(of: usedToy()))
    let found = try image.verification(Toy.self, by: &files)
    #expect(found.isFlawless)
  }

  @Test func otherProgramsAreRefused() throws {
    let image = Image(of: usedToy(), embedsProgram: false)
    let identity = try image.programIdentity()
    let nowhere = ImageError.missingProgram(identity, Search())
    #expect(refusal { _ = try image.program() } == nowhere)
    #expect(refusal { _ = try image.machine(Toy.self) } == nowhere)
    #expect(
      refusal { _ = try Toy(of: image, from: Shelf()) }
        == .missingProgram(identity, Search(places: ["the shelf"])))
    #expect(
      refusal { _ = try Toy(of: image, from: Shelf(files: ["other": [3, 2, 1]])) }
        == .missingProgram(identity, Search(notes: ["other is another program"])))
    // Without the feature's name there is no leave to do without the program.
    let file = imageFile(RawSection.toy.filter { $0.tag != "ROM " })
    #expect(
      refusal { _ = try Toy(of: Image(file), from: Shelf(files: ["b": [1, 2, 3]])) }
        == .missingSection(Tag("ROM ")))
  }

  // MARK: Parents

  @Test func onlyTheDifferenceIsStored() throws {
    var shelf = Shelf()
    var toy = Toy(Program(name: "toy", bytes: (0..<60).map { UInt8($0 * 37 & 0xFF) }))
    for k in toy.memory.indices { toy.memory[k] = UInt8(k * k & 0xFF) }
    try shelf.save(toy, to: "a", parent: nil)
    toy.memory[9] ^= 1
    try shelf.save(toy, to: "b", parent: "a")
    let image = try shelf.image("b")
    #expect(
      image.sections.map(\.tag.description)
        == ["NEED", "BASE", "PROG", "ROM ", "CNTR", "MEM ", "WITN"])
    #expect(try image.needs() == ["base"])
    let parent = try #require(try image.parent())
    #expect(parent.name == "a")
    #expect(try parent.digest == shelf.image("a").digest)
    // Nothing but zlib's own frame, and a byte after nine.
    #expect(image.sections.map(\.storedByteCount)[3...5] == [8, 8, 12])
    #expect(try Toy(of: image, from: shelf) == toy)
    #expect(refusal { _ = try image.machine(Toy.self) } == .missingParent(parent, Search()))
    #expect(refusal { _ = try image.program() } == .missingParent(parent, Search()))
  }

  @Test func unrelatedBasesSaveNothing() throws {
    var shelf = Shelf()
    var other = Toy(Program(name: "other", bytes: Array(repeating: 9, count: 50)))
    for k in other.memory.indices { other.memory[k] = 0xEE }
    try shelf.save(other, to: "a", parent: nil)
    try shelf.save(usedToy(), to: "b", parent: "a")
    let image = try shelf.image("b")
    #expect(try Toy(of: image, from: shelf) == usedToy())
    let complete = Image(of: usedToy())
    let stored = { (image: Image, tag: String) in
      image.sections.first { $0.tag.description == tag }?.storedByteCount
    }
    #expect(stored(image, "MEM ") == stored(complete, "MEM "))
    #expect(stored(image, "ROM ") == stored(complete, "ROM "))
  }

  @Test func basesMayLackTheirProgram() throws {
    var shelf = Shelf(files: ["a": Image(of: usedToy(), embedsProgram: false).bytes])
    #expect(refusal { try shelf.save(usedToy(), to: "b", parent: "a") } != nil)
    shelf.files["rom"] = [1, 2, 3]
    try shelf.save(usedToy(), to: "b", parent: "a")
    let image = try shelf.image("b")
    #expect(image.embedsProgram)
    #expect(try Toy(of: image, from: shelf) == usedToy())
    shelf.files["rom"] = nil
    let identity = try image.programIdentity()
    #expect(
      refusal { _ = try Toy(of: image, from: shelf) }
        == .refusedParent(path: "a", .missingProgram(identity, Search(places: ["the shelf"]))))
  }

  @Test(arguments: [71, 72, 73] as [UInt64])
  func randomChainsFlattenToTheSameMachine(seed: UInt64) throws {
    print("chains from seed \(seed)")
    var random = Seeded(state: seed)
    for _ in 0..<12 {
      var shelf = Shelf(files: ["rom": [1, 2, 3]])
      var toy = Toy(program)
      try shelf.save(toy, to: "0", parent: nil)
      let count = Int.random(in: 1...20, using: &random)
      for k in 1...count {
        for _ in 0..<Int.random(in: 0...5, using: &random) {
          toy.memory[Int.random(in: 0..<64, using: &random)] = .random(in: 0...255, using: &random)
        }
        if Int.random(in: 0..<8, using: &random) == 0 { toy = Toy(program) }
        toy.counter = .random(in: 0...1_000_000, using: &random)
        let parent = "\(Int.random(in: 0..<k, using: &random))"
        var found = shelf
        let parentImage = try ParentImage(
          shelf.image(parent), named: .random(in: &random, parent), Toy.self,
          by: &found)
        var image = Image(
          of: toy, embedsProgram: Int.random(in: 0..<3, using: &random) > 0, parent: parentImage)
        try image.setNote("\(k)")
        shelf.files["\(k)"] = image.bytes
        #expect(try Toy(of: Image(image.bytes), from: shelf) == toy)
        let flat = try image.flattened(Toy.self, by: &found)
        #expect(try flat.isComplete() && flat.machine() as Toy == toy)
        #expect(try flat.note() == "\(k)")
        let verdict = try image.verification(Toy.self, by: &found)
        #expect(verdict.isFlawless)
        let small = try image.optimized(Toy.self)
        #expect(small.bytes.count <= image.bytes.count)
        #expect(try Toy(of: small, from: shelf) == toy)
        #expect(try small.verification(Toy.self, by: &found) == verdict)
      }
    }
  }

  @Test func rewrittenBasesAreFoundByStateDigest() throws {
    var shelf = Shelf()
    var toy = usedToy()
    try shelf.save(toy, to: "a", parent: nil)
    toy.memory[1] = 1
    try shelf.save(toy, to: "b", parent: "a")
    toy.memory[2] = 2
    try shelf.save(toy, to: "c", parent: "b")
    let image = try shelf.image("c")
    var files = shelf
    var noted = try shelf.image("b").flattened(Toy.self, by: &files)
    try noted.setNote("flattened")
    shelf.files = ["b": noted.bytes]
    #expect(try Toy(of: image, from: shelf) == toy)
    #expect(try image.verification(Toy.self, by: &shelf).isFlawless)
    try shelf.save(usedToy(), to: "b", parent: nil)
    let parent = try #require(try image.parent())
    #expect(refusal { _ = try Toy(of: image, from: shelf) } == .changedParent(parent, path: "b"))
    shelf.files["b"]?.removeLast()
    #expect(
      refusal { _ = try Toy(of: image, from: shelf) }
        == .refusedParent(path: "b", .truncated))
  }

  @Test func missingBasesAreNamedWithTheirImage() throws {
    var shelf = Shelf()
    var toy = usedToy()
    for (name, parent) in [("a", nil), ("b", "a"), ("c", "b")] as [(String, String?)] {
      toy.counter += 1
      try shelf.save(toy, to: name, parent: parent)
    }
    let image = try shelf.image("c")
    let parent = try #require(try shelf.image("b").parent())
    shelf.files["a"] = nil
    let search = Search(places: ["the shelf"])
    #expect(
      refusal { _ = try Toy(of: image, from: shelf) }
        == .refusedParent(path: "b", .missingParent(parent, search)))
  }

  @Test func baseCyclesAreRefused() throws {
    var shelf = Shelf()
    try shelf.save(usedToy(), to: "a", parent: nil)
    try shelf.save(usedToy(), to: "b", parent: "a")
    // The same state again, but by way of itself.
    try shelf.save(usedToy(), to: "a", parent: "b")
    for name in ["a", "b"] {
      let image = try shelf.image(name)
      #expect(refusal { _ = try Toy(of: image, from: shelf) } == .parentCycle(path: name))
    }
  }

  @Test func chainsHaveALimit() throws {
    var shelf = Shelf()
    var toy = usedToy()
    try shelf.save(toy, to: "0", parent: nil)
    for k in 1..<Image.maxChainCount {
      toy.counter += 1
      try shelf.save(toy, to: "\(k)", parent: "\(k - 1)")
    }
    let last = "\(Image.maxChainCount - 1)"
    let image = try shelf.image(last)
    #expect(try Toy(of: image, from: shelf) == toy)
    #expect(refusal { try shelf.save(toy, to: "more", parent: last) } == .chainTooLong)
    // A longer one by hand: the first is replaced by the same state with a parent of its own.
    let first = try Toy(of: shelf.image("0"), from: shelf)
    try shelf.save(first, to: "root", parent: nil)
    try shelf.save(first, to: "0", parent: "root")
    #expect(refusal { _ = try Toy(of: image, from: shelf) } == .chainTooLong)
  }

  /// Readers do not compare the flags of sections that they know.
  @Test func flattenedSectionsAppearOnce() throws {
    let need = RawSection(tag: "NEED", contents: Array("no-rom\n".utf8))
    let sections = RawSection.toy.filter { $0.tag != "ROM " }.map { section in
      var section = section
      section.flags = 0
      return section
    }
    var shelf = Shelf(files: ["rom": [1, 2, 3]])
    let image = try Image(imageFile([need] + sections))
    let flat = try Image(image.flattened(Toy.self, by: &shelf).bytes)
    #expect(try flat.machine() == Toy(of: image, from: shelf))
  }

  @Test func nothingIsBasedOnImagesThatLeaveNoRoomForIt() throws {
    var shelf = Shelf()
    var toy = usedToy()
    let rest = [UInt8](repeating: 0, count: Image.maxByteCount - 4096)
    for k in 0..<4 {
      toy.counter += 1
      try shelf.save(toy, to: "\(k)", parent: k > 0 ? "\(k - 1)" : nil)
      var image = try shelf.image("\(k)")
      let fits = image.setAncillary(.ancillary(Tag("LONG")), rest, of: Toy.self)
      #expect(fits)
      shelf.files["\(k)"] = image.bytes
    }
    #expect(try Toy(of: shelf.image("3"), from: shelf) == toy)
    #expect(refusal { try shelf.save(toy, to: "more", parent: "3") } == .chainTooLarge)
  }

  @Test func namesAreNotPaths() throws {
    let toy = usedToy()
    for (name, kept) in [
      ("a.state", "a.state"), ("../a", ""), ("/a", ""), (".", ""), (".hidden", ""), ("a\0b", ""),
      ("", ""), (String(repeating: "a", count: 256), ""),
    ] {
      var nothing = NoDependencies()
      let parent = try ParentImage(Image(of: toy), named: name, Toy.self, by: &nothing)
      let image = Image(of: toy, parent: parent)
      #expect(try image.parent()?.name == kept)
    }
    let digest = [UInt8](repeating: 0, count: 32)
    for name in ["../a", "/a", ".a", "a/b", "a\0"] {
      let contents = digest + digest + [UInt8(name.utf8.count)] + Array(name.utf8)
      let file = imageFile([RawSection(tag: "BASE", contents: contents)] + RawSection.toy)
      #expect(
        refusal { _ = try Toy(of: Image(file), from: Shelf()) } == .damagedSection(Tag("BASE")))
    }
  }

  @Test func invalidDeltasAreRefused() throws {
    var shelf = Shelf()
    try shelf.save(usedToy(), to: "a", parent: nil)
    try shelf.save(usedToy(), to: "b", parent: "a")
    let parent = try #require(try shelf.image("b").parent())
    let reference = RawSection(
      tag: "BASE", contents: parent.digest.bytes + parent.stateDigest.bytes + [0])
    for (index, byteCount) in [(1, 4), (2, 3), (3, 65)] as [(Int, UInt32)] {
      var sections = RawSection.toy
      sections[index].codec = 3
      sections[index].contents = zlibStream([])
      sections[index].decodedByteCount = byteCount
      let tag = sections[index].tag
      let file = imageFile([reference] + sections)
      let error = refusal { _ = try Toy(of: Image(file), from: shelf) }
      #expect(error?.description.contains("\"\(tag)\"") == true, "\(tag): \(error as Any)")
      // And without a parent at all.
      sections[index].decodedByteCount = [1: 3, 2: 4, 3: 64][index]
      let alone = refusal { _ = try Image(imageFile(sections)).machine() as Toy }
      #expect(alone?.description.contains("\"\(tag)\"") == true, "\(tag): \(alone as Any)")
    }
  }

  // MARK: Optimizing

  @Test func optimizingKeepsUnknownSections() throws {
    var sections = RawSection.toy
    let stream = zlibStream(Array(repeating: 7, count: 500))
    sections.append(
      RawSection(tag: "xtra", flags: 0, codec: 1, contents: stream, decodedByteCount: 500))
    for tag in ["NOTE", "MEMO"] {
      sections.append(
        RawSection(tag: tag, flags: 0, codec: 1, contents: stream, decodedByteCount: 500))
    }
    let image = try Image(imageFile(sections))
    let small = try image.optimized(Toy.self)
    #expect(try small.machine() as Toy == image.machine() as Toy)
    #expect(try small.note() == image.note())
    let stored = small.sections.map(\.storedByteCount)
    #expect(stored[4] == stream.count && stored[5] < 30 && stored[6] < 30 && stored[3] < 12)
    #expect(try small.optimized(Toy.self) == small)
  }
}

extension String {
  /// Mostly the name, but sometimes none or another.
  fileprivate static func random(in random: inout Seeded, _ name: String) -> String {
    [name, name, "", "elsewhere"][Int.random(in: 0..<4, using: &random)]
  }
}
