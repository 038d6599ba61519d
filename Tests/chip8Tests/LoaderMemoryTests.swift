// No file makes chip8 take much more memory than the file itself has bytes, of which it reads 16 MiB.

import Chip8Core
import SaveState
import Testing

@Suite struct LoaderMemoryTests {
  private static let maxMebibytes = 24

  /// Prints how many KiB of memory a program has had at most. Its parent must be small, for
  /// it counts what the process had before.
  private static let measuring = """
    import os, sys
    child = os.fork()
    if child == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    print(os.wait4(child, 0)[2].ru_maxrss)
    """

  private func kibibytes(_ scratch: Scratch, _ arguments: String...) throws -> Int {
    let measured = ["python3", "-c", Self.measuring, Running.executable] + arguments
    let outcome = try Running("/usr/bin/env", measured, in: scratch).outcome()
    return try #require(outcome.text.split(separator: "\n").last.flatMap { Int($0) })
  }

  /// An image of 16 MiB, nearly all of it in an unknown section.
  private func huge(_ image: AlteredImage) -> [UInt8] {
    var image = image
    let rest = Image.maxByteCount - image.bytes.count - 20
    image.sections.append(
      AlteredImage.Section(
        tag: "HUGE", flags: 0, version: 1, codec: 0, contents: Array(repeating: 1, count: rest),
        decodedByteCount: 0))
    return image.bytes
  }

  @Test func noFileTakesMuchMemory() throws {
    let machine = try Chip8(Program(name: "p", bytes: [0x12, 0x00]), Configuration(.xochip))
    let plain = Image(of: machine)
    let scratch = try Scratch()
    try scratch.write("plain", plain.bytes)
    let least = try kibibytes(scratch, "image", "info", "plain")
    #expect(least > 1024)

    // All that the sections may unpack to, in 16 KiB.
    let known = plain.sections.reduce(0) { $0 + $1.decodedByteCount }
    var bombed = plain
    bombed.setAncillary(
      .ancillary(Tag("BOMB")), Array(repeating: 0x61, count: Image.maxByteCount - known),
      of: Chip8.self)
    let bomb = try #require(AlteredImage(bombed.bytes)["BOMB"])
    var files = ["huge": huge(AlteredImage(plain.bytes))]
    for tag in ["NEED", "PROG", "ROM ", "RAM ", "WITN"] {
      var altered = AlteredImage(plain.bytes)
      altered[tag]?.codec = bomb.codec
      altered[tag]?.contents = bomb.contents
      altered[tag]?.decodedByteCount = bomb.decodedByteCount
      files[tag] = huge(altered)
    }
    for (name, file) in files {
      try scratch.write("file", file)
      let taken = try kibibytes(scratch, "image", "info", "file") - least
      #expect(taken < Self.maxMebibytes * 1024, "\(name)")
    }
  }
}
