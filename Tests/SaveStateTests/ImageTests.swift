// Images of a machine and back.

import SaveState
import Testing

@Suite struct ImageTests {
  @Test func machinesComeBackAsTheyWere() throws {
    let image = Image(of: usedToy())
    let again = try Image(image.bytes)
    #expect(again == image)
    #expect(try again.machine() as Toy == usedToy())
    #expect(try again.program() == usedToy().program)
    #expect(again.kind == Toy.kind)
  }

  @Test func theSameStateGivesTheSameBytes() {
    #expect(Image(of: usedToy()).bytes == Image(of: usedToy()).bytes)
    var other = usedToy()
    other.memory[63] ^= 1
    #expect(Image(of: other).bytes != Image(of: usedToy()).bytes)
    #expect(other.stateDigest != usedToy().stateDigest)
  }

  @Test func theCanonicalStateIsTagLengthAndContents() {
    let toy = usedToy()
    let expected =
      Array("CNTR".utf8) + [4, 0, 0, 0, 77, 0, 0, 0] + Array("MEM ".utf8) + [64, 0, 0, 0]
      + toy.memory
    #expect(toy.canonicalState == expected)
    #expect(toy.stateDigest == Digest.sha256(expected))
  }

  /// The layout of the document, written down a second time.
  @Test func filesByHandAreRead() throws {
    let file = imageFile(RawSection.toy)
    let read = try Image(file).machine() as Toy
    #expect((read.counter, read.memory) == (77, Toy.base(read.program)))
    #expect(read.program == Program(name: "toy", bytes: [1, 2, 3]))
  }

  @Test(arguments: [51, 52] as [UInt64]) func anyDataMayPrecedeAnImage(seed: UInt64) throws {
    print("preludes from seed \(seed)")
    var random = Seeded(state: seed)
    let bytes = Image(of: usedToy()).bytes
    var preludes = [bytes, Array(bytes.prefix(8)), Array(bytes.suffix(48)), [0x23, 0x21]]
    for _ in 0..<50 {
      preludes.append(
        (0..<Int.random(in: 1...3000, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        })
    }
    for prelude in preludes {
      #expect(try Image(prelude + bytes).machine() as Toy == usedToy())
      #expect(Image.isImage(prelude + bytes))
    }
    let long = [UInt8](repeating: 7, count: Image.maxByteCount)
    #expect(try Image(long + bytes).machine() as Toy == usedToy())
  }

  @Test func filesThatBeginOrEndLikeAnImageClaimToBeOne() {
    let bytes = Image(of: usedToy()).bytes
    #expect(Image.isImage(bytes))
    #expect(Image.isImage(Array(bytes.prefix(8))))
    #expect(Image.isImage(Array(bytes.suffix(48))))
    #expect(!Image.isImage(Array(bytes.prefix(7))))
    #expect(!Image.isImage(Array(bytes.suffix(47))))
    #expect(!Image.isImage([]))
  }

  @Test func largeContentsAreDeflatedAndSmallOnesAreNot() {
    let small = Image(of: Toy(Program(name: "a", bytes: [1]))).bytes
    let large = Image(of: Toy(Program(name: "a", bytes: Array(repeating: 1, count: 60_000)))).bytes
    #expect(small.count < 400)
    #expect(large.count < 600)
  }

  @Test func featuresAreAskedForByName() throws {
    #expect(try Image(of: usedToy()).needs() == [])
    var toy = usedToy()
    toy.counter = 600_000
    let image = try Image(Image(of: toy).bytes)
    #expect(try image.needs() == ["large"])
    #expect(try image.machine() as Toy == toy)
  }

  @Test func differencesEndWithTheLastOne() throws {
    var contents = [UInt8](repeating: 0, count: 6)
    contents[5] = 0xAB
    var sections = RawSection.toy
    sections[3].contents = zlibStream(contents)
    let read = try Image(imageFile(sections)).machine() as Toy
    #expect(read.memory[5] == Toy.base(read.program)[5] ^ 0xAB)
    #expect(read.memory[6...] == Toy.base(read.program)[6...])
  }

  // MARK: Programs

  @Test(arguments: [
    (String(repeating: "a", count: 256), String(repeating: "a", count: 255)),
    (String(repeating: "é", count: 128), String(repeating: "é", count: 127)),
    ("", ""), ("name", "name"),
  ])
  func namesAreCutAtACharacter(name: String, kept: String) throws {
    let program = Program(name: name, bytes: [9])
    #expect(program.name == kept)
    #expect(try Image(of: Toy(program)).program() == program)
  }

  @Test func programsAreKnownByTheirBytes() {
    let program = Program(name: "a", bytes: Array("abc".utf8))
    #expect(program.sha1.description == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(Program(name: "b", bytes: program.bytes).sha1 == program.sha1)
  }

  // MARK: Tags

  @Test func tagsAreFourCharacters() {
    #expect(Tag("CH-8").rawValue == 0x382D_4843)
    #expect(Tag("RAM ").description == "RAM ")
    #expect(Tag(rawValue: 0x0041_7F1F).description == "??A?")
  }
}
