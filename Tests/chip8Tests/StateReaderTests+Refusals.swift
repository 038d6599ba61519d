// StateReaderTests+Refusals.swift: files that the reader and chip8 both refuse.

import Chip8Core
import Foundation
import SaveState
import Testing

extension StateReaderTests {
  func save(_ name: String) throws -> [UInt8] {
    try scratch.write("sketch.ch8", Programs.sketch)
    _ = try scratch.report(
      "sketch.ch8", "--platform", "chip8", "--frames", "9", "--no-past", "--save", name)
    return try scratch.read(name)
  }

  func alter(_ name: String, _ change: (inout AlteredImage) -> Void) throws {
    var image = AlteredImage(try scratch.read(name))
    change(&image)
    try scratch.write(name, image.bytes)
  }

  func section(_ tag: String, _ contents: [UInt8], flags: UInt8 = 0) -> AlteredImage.Section {
    AlteredImage.Section(
      tag: tag, flags: flags, version: 1, codec: 0, contents: contents,
      decodedByteCount: UInt32(contents.count))
  }

  @Test func invalidImagesAreRefused() throws {
    let good = try save("good.state")
    var bad = damaged(good)
    for (name, change) in try alterations() {
      var image = AlteredImage(good)
      change(&image)
      bad.append((name, image.bytes))
    }
    let names = try bad.map { try scratch.write($0.name, $0.bytes) }
    #expect(Set(names).count == names.count)
    let files = names + ["good.state"]
    expectRefusals(try scratch.stateReader(files), by: "state_reader.py", names)
    expectRefusals(try scratch.run(["image", "verify"] + files), by: "chip8", names)
    #expect(try scratch.stateReader(["none.state"]).code == 66)
    #expect(try scratch.stateReader([]).code == 64)
  }

  /// Every file is refused in a line of its own, and the good one at the end is not.
  private func expectRefusals(_ outcome: Outcome, by program: String, _ names: [String]) {
    #expect(outcome.code == 65)
    #expect(outcome.text.split(separator: "\n").count == 1)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    for name in names {
      #expect(lines.count { $0.hasPrefix("\(program): \(name): ") } == 1, "\(name)")
    }
    #expect(lines.count == names.count, "\(outcome.errors)")
    // A file that is not as chip8 would write it, but can be used, is not what is meant here.
    #expect(!outcome.errors.contains("intact, but"), "\(outcome.errors)")
  }

  /// Files whose frame is wrong.
  private func damaged(_ good: [UInt8]) -> [(name: String, bytes: [UInt8])] {
    /// Other bytes at an offset, below the right digest.
    func resealed(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var image = Array(good.dropLast(32))
      image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return image + Digest.sha256(image).bytes
    }
    let length = good.count - 40
    var flipped = good
    flipped[100] ^= 4
    return [
      ("empty", []), ("program", Programs.sketch), ("cut", Array(good.dropLast())),
      ("footer only", Array(good.suffix(48))), ("headless", Array(good.dropFirst())),
      ("more after it", good + [0]), ("flipped bit", flipped),
      ("length 0", resealed(length, Array(repeating: 0, count: 8))),
      ("length of 2^63", resealed(length, [0, 0, 0, 0, 0, 0, 0, 0x80])),
      ("header magic", resealed(1, [0x69])), ("kind", resealed(8, Array("GAME".utf8))),
      ("revision 0", resealed(12, [0])), ("revision 2", resealed(12, [2])),
      ("header not zero", resealed(14, [1])), ("unknown flag", resealed(20, [5])),
      ("section not zero", resealed(23, [1])), ("section too long", resealed(26, [1])),
      ("CRC", resealed(32, [good[32] ^ 1])),
    ]
  }

  private typealias Alteration = (name: String, change: (inout AlteredImage) -> Void)

  /// Files whose sections are wrong, or what is in them.
  private func alterations() throws -> [Alteration] {
    let core = try scratch.contents(of: "CORE", in: "good.state")
    var alterations = sections
    for (name, offset, bytes) in StateReaderTests.impossible {
      var contents = core
      contents.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      alterations.append(("CORE \(name)", { $0["CORE"] = section("CORE", contents, flags: 1) }))
    }
    for (name, contents) in StateReaderTests.unreadable {
      let tag = String(name.prefix(4))
      alterations.append(
        (name, { image in image.sections.insert(section(tag, contents), at: 0) }))
    }
    return alterations
  }

  private var sections: [Alteration] {
    var alterations: [Alteration] = [
      ("unknown critical", { $0.sections.append(section("else", [], flags: 1)) }),
      ("tag twice", { $0.sections.append(section("DISP", [])) }),
      (
        "65 sections",
        { image in
          for index in 10..<75 { image.sections.append(section("no\(index)", [])) }
        }
      ),
      (
        "16 MiB",
        { image in
          image.sections.append(section("else", []))
          image["else"]?.decodedByteCount = 16 << 20
        }
      ),
      (
        "NEED version 2",
        { image in
          image.sections.append(section("NEED", Array("cycles\n".utf8)))
          image["NEED"]?.version = 2
        }
      ),
      (
        "PROG longer",
        { image in
          image["PROG"]?.contents.append(0)
          image["PROG"]?.decodedByteCount += 1
        }
      ),
      ("PROG name", { $0["PROG"]?.contents[25] = 0xFF }),
      ("PROG length", { $0["PROG"]?.contents[0] ^= 1 }),
      ("PROG SHA-1", { $0["PROG"]?.contents[4] ^= 1 }),
      (
        "ROM too large",
        { image in
          let rom = [UInt8](repeating: 7, count: 3585)
          image["ROM "] = section("ROM ", rom, flags: 1)
          image["PROG"] = section(
            "PROG", [0x01, 0x0E, 0, 0] + Digest.sha1(rom).bytes + [0], flags: 1)
        }
      ),
      (
        "DISP of another machine",
        { $0["DISP"] = section("DISP", Array(repeating: 0, count: 1024)) }
      ),
      (
        "RAM of another machine",
        { $0["RAM "] = section("RAM ", Array(repeating: 0, count: 65536)) }
      ),
      ("RAM difference too long", { $0["RAM "]?.decodedByteCount = 1 }),
      ("RAM after its stream", { $0["RAM "]?.contents.append(0) }),
      ("RAM stream cut", { $0["RAM "]?.contents.removeLast() }),
    ]
    for tag in ["PROG", "ROM ", "CORE", "RAM ", "DISP"] {
      alterations.append(("\(tag)missing", { $0[tag] = nil }))
      alterations.append(("\(tag)version 2", { $0[tag]?.version = 2 }))
      alterations.append(("\(tag)codec 3", { $0[tag]?.codec = 3 }))
      alterations.append(("\(tag)length", { $0[tag]?.decodedByteCount += 1 }))
      if tag != "RAM " { alterations.append(("\(tag)has no base", { $0[tag]?.codec = 2 })) }
    }
    return alterations
  }

  /// Values that no field of `CORE` on chip8 can have: its name, its offset, its bytes.
  private static let impossible: [(String, Int, [UInt8])] = [
    ("platform", 0, [8]), ("two pages", 0, [7]), ("timing", 1, [1]), ("font", 2, [5]),
    ("zero", 3, [1]),
    ("quirks", 7, [0x80]), ("ipf 0", 8, [0, 0, 0, 0]), ("ipf 10000001", 8, [0x81, 0x96, 0x98, 0]),
    ("17 addresses", 34, [17]), ("unused address", 65, [1]), ("flag of others", 67, [1]),
    ("waiting register", 93, [16]), ("seen without waiting", 94, [1]),
    ("frame rest 0", 96, [0, 0, 0, 0]), ("frame rest 13", 96, [13, 0, 0, 0]),
    ("2^48 frames", 106, [1]), ("2^62 instructions", 115, [0x40]), ("cycles", 116, [1]),
    ("hires", 124, [1]), ("no plane", 125, [0]), ("plane 2", 125, [2]), ("audio", 126, [1]),
    ("audio pattern", 127, [1]), ("sprite", 148, [0, 0, 0, 0]),
  ]

  /// Contents of sections that may be there; the tag comes first.
  private static let unreadable: [(String, [UInt8])] = [
    ("NEED nothing", []), ("NEED without end", Array("cycles".utf8)),
    ("NEED empty name", Array("\n".utf8)), ("NEED order", Array("xochip\ncycles\n".utf8)),
    ("NEED twice", Array("cycles\ncycles\n".utf8)), ("NEED capital", Array("Cycles\n".utf8)),
    ("NEED 33 letters", Array(repeating: 97, count: 33) + [10]),
    ("NEED unknown", Array("cycles\ntime-travel\n".utf8)),
    ("BASE nothing", []), ("BASE ends in its name", Array(repeating: 1, count: 65)),
    ("BASE continues", Array(repeating: 0, count: 66)),
    ("BASE path", Array(repeating: 0, count: 64) + [4] + Array("../a".utf8)),
    ("BASE hidden", Array(repeating: 0, count: 64) + [2] + Array(".a".utf8)),
    ("BASE not UTF-8", Array(repeating: 0, count: 64) + [1, 0xC3]),
    ("BASE nowhere", Array(repeating: 0, count: 65)), ("TIME short", Array(repeating: 0, count: 7)),
    ("TIME long", Array(repeating: 0, count: 9)),
    ("NOTE empty", []), ("NOTE zero", [65, 0]), ("NOTE not UTF-8", [0xC3]),
    ("NOTE long", Array(repeating: 65, count: 4097)),
    ("TAPE nothing", []), ("TAPE start", [2] + power + [0]), ("TAPE cut", [0] + power),
    ("TAPE continues", [0] + power + [0, 0]), ("TAPE event missing", [0] + power + [1]),
    ("TAPE number", [0] + power + [0x80, 0]), ("TAPE 2^64", [0] + power + tooLarge),
    ("TAPE event", [0] + power + [1, 0, 7]), ("TAPE status", [0] + power + [1, 0, 2, 0]),
    ("TAPE poke", [0] + power + [1, 0, 1, 0x81, 0x80, 4, 0]),
    ("TAPE poke too long", [0] + power + [1, 0, 1, 0, 0x81, 0x80, 4]),
    ("TAPE entry call", [0] + power + [1, 0, 3, 0x81, 0x80, 4]),
    ("TAPE arguments", [0] + power + [1, 0, 4, 21]),
    ("TAPE argument", [0] + power + [1, 0, 4, 1, 1, 0xC3]),
    ("TAPE zero", [0] + power + [1, 0, 4, 1, 1, 0]),
    ("TAPE name", [0] + power + [1, 0, 5, 1, 0xC3, 0]),
    ("TAPE flags", [0] + power + [1, 0, 6, 17]),
    ("TAPE order", [0] + power + [2, 1, 5, 0, 0, 0, 0, 0, 0]),
    ("TAPE after the machine", [0] + power + [1, 20, 0, 0, 0]),
    ("TAPE start without sections", [1, 0, 0]), ("TAPE 17 sections", [1, 17, 0]),
    ("TAPE section cut", [1, 1, 0]),
    ("LAST nothing", []), ("LAST cut", Array(repeating: 0, count: 8)),
    ("LAST long", Array(repeating: 0, count: 33 * 6)),
    ("SETT nothing", settings()), ("SETT cut", [0]), ("SETT continues", settings(speed: 99) + [0]),
    ("SETT speed", settings(speed: 5)), ("SETT rotation", settings(rotation: 91)),
    ("SETT 3 colours", settings([3] + Array(0..<9))), ("SETT key", settings([0], [1, 41, 0])),
    ("SETT keypad", settings([0], [1, 4, 16])), ("SETT keys", settings([0], [2, 5, 0, 4, 0])),
    ("SETT breakpoint", settings(points: [1, 0, 0, 0x10, 0, 0])),
    ("SETT breakpoints", settings(points: [2, 0, 1, 0, 1, 0, 0, 0])),
    ("SETT watchpoint", settings(points: [0, 0, 1, 0, 0xFF, 0x0F, 2, 0])),
    ("SETT watching nothing", settings(points: [0, 0, 1, 0, 0, 0, 0, 0])),
    ("SETT 257 breakpoints", settings(points: [1, 1] + Array(repeating: 1, count: 516))),
    ("LABL nothing", []), ("LABL cut", [0, 2, 2, 65]), ("LABL no name", [0, 2, 0]),
    ("LABL not UTF-8", [0, 2, 1, 0xC3]), ("LABL order", [1, 2, 1, 65, 0, 2, 1, 65]),
    ("LABL twice", [0, 2, 1, 65, 0, 2, 1, 65]),
  ]

  /// What follows the start of a past at power-on: a seed.
  private static let power: [UInt8] = Array(repeating: 7, count: 8)
  private static let tooLarge: [UInt8] = Array(repeating: 0xFF, count: 9) + [2, 0]

  /// `SETT` with some of its fields.
  private static func settings(
    _ colors: [UInt8] = [0], _ keys: [UInt8] = [0], speed: UInt8 = 0, rotation: UInt8? = nil,
    points: [UInt8] = [0, 0, 0, 0]
  ) -> [UInt8] {
    [speed, 0] + (rotation.map { [$0, 0] } ?? [0xFF, 0xFF]) + colors + keys + points
  }
}
