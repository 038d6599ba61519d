// A state with an impossible value is refused, and the refusal says which.

import Chip8Core
import SaveState
import Testing

@Suite struct StateRefusalTests {
  static let core = Tag("CORE")

  /// What is said about a machine whose section `CORE` has other bytes at an offset.
  private func refusal(_ machine: Chip8, _ offset: Int, _ bytes: [UInt8]) -> ImageError? {
    do {
      _ = try machine.restored { tag, section in
        if tag == Self.core { section?.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
      }
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      (.chip8, 0, [8], "platform 8"),
      (.vip, 1, [2], "timing 2"),
      (.chip8, 1, [1], "timing 1"),
      (.chip8, 2, [5], "font 5"),
      (.chip8, 3, [1], "reserved 1"),
      (.chip8, 4, [0, 0, 0, 0x80], "quirks 2147483648"),
      (.chip8, 8, [0, 0, 0, 0], "instructions per frame 0"),
      (.chip8, 8, [0x81, 0x96, 0x98, 0], "instructions per frame 10000001"),
      (.vip, 34, [13], "stack depth 13"),
      (.xochip, 34, [17], "stack depth 17"),
      (.chip8, 35, [1, 0], "stack 1"),
      (.chip8, 65, [0, 1], "stack 256"),
      (.chip8, 67, [1], "flags 1"),
      (.schip11, 75, [2], "flags 2"),
      (.chip8, 93, [16], "key wait 16"),
      (.chip8, 93, [0xFE], "key wait 254"),
      (.chip8, 94, [1], "key wait 255"),
      (.chip8, 96, [0, 0, 0, 0], "frame position 0"),
      (.chip8, 96, [13, 0, 0, 0], "frame position 13"),
      (.chip8, 100, [0, 0, 0, 0, 0, 0, 1, 0], "frames 281474976710656"),
      (.chip8, 108, [0, 0, 0, 0, 0, 0, 0, 0x40], "instructions 4611686018427387904"),
      (.vip, 116, [1], "cycles 1"),
      (.chip48, 124, [1], "resolution 1"),
      (.schip, 124, [2], "resolution 2"),
      (.schip, 125, [0], "selected planes 0"),
      (.schip, 125, [3], "selected planes 3"),
      (.xochip, 125, [4], "selected planes 4"),
      (.schip, 126, [1], "pattern 1"),
      (.xochip, 126, [2], "pattern 2"),
      (.xochip, 127, [1], "a pattern that was never loaded"),
      (.xochip, 142, [1], "a pattern that was never loaded"),
      (.vip, 148, [0, 0, 0, 0], "a display wait that is not counted in cycles"),
    ] as [(Platform, Int, [UInt8], String)])
  func fieldsOutOfRange(
    platform: Platform, offset: Int, bytes: [UInt8], what: String
  ) throws {
    let refused = refusal(try machine(platform, 0x1200), offset, bytes)
    #expect(refused == .badField(what))
    #expect(refused?.description == "the saved state has an invalid value: \(what)")
  }

  @Test(
    arguments: [
      (96, [1, 0, 0, 0], "frame position 1"),
      (116, [0, 0, 0, 0, 0, 0, 0, 0x40], "cycles 4611686018427387904"),
      (100, [2, 0, 0, 0, 0, 0, 0, 0], "cycles 3250 after 2 frames"),
      (116, [0xE5, 0xA1, 0, 0, 0, 0, 0, 0], "cycles 41445 after 0 frames"),
      (148, [0x2F, 0x0B, 0, 0], "display wait 2863"),
    ] as [(Int, [UInt8], String)])
  func fieldsOutOfRangeInCycles(offset: Int, bytes: [UInt8], what: String) throws {
    #expect(refusal(try cyclesMachine(0x1200), offset, bytes) == .badField(what))
  }

  @Test func theEdgesOfTheRangesAreAccepted() throws {
    for (platform, offset, bytes) in [
      (.vip, 34, [12]), (.xochip, 34, [16]), (.schip11, 74, [255]), (.xochip, 82, [255]),
      (.chip8, 96, [12]), (.chip8, 93, [15]), (.chip8, 8, [0x80, 0x96, 0x98, 0]),
      (.chip8, 8, [1, 0, 0, 0]), (.xochip, 125, [0]), (.xochip, 125, [3]),
      (.chip8, 4, [0xFF, 0xFF, 1, 0]), (.chip8, 2, [4]),
    ] as [(Platform, Int, [UInt8])] {
      var machine = try machine(platform, 0x1200)
      if offset == 96 { machine.step() }
      #expect(refusal(machine, offset, bytes) == nil)
    }
    #expect(refusal(try cyclesMachine(0x1200), 148, [0x2E, 0x0B, 0, 0]) == nil)
    #expect(refusal(try cyclesMachine(0x1200), 96, [0, 0, 0, 0]) == nil)
    #expect(refusal(try cyclesMachine(0x1200), 100, [1, 0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(refusal(try cyclesMachine(0x1200), 116, [0, 0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(refusal(try cyclesMachine(0x1200), 116, [0xE4, 0xA1, 0, 0, 0, 0, 0, 0]) == nil)
  }

  @Test(arguments: ["CORE", "RAM ", "DISP"])
  func sectionsMustBeThereWithTheirLength(name: String) throws {
    let machine = try machine(.chip8, 0x1200)
    for change in [-1, 1] {
      #expect {
        _ = try machine.restored { tag, section in
          guard tag.description == name else { return }
          if change > 0 { section?.append(0) } else { section?.removeLast() }
        }
      } throws: {
        guard case .damagedSection(let tag) = $0 as? ImageError else { return false }
        return tag.description == name
      }
    }
    #expect {
      _ = try machine.restored { tag, section in
        if tag.description == name { section = nil }
      }
    } throws: {
      guard case .missingSection(let tag) = $0 as? ImageError else { return false }
      return tag.description == name
    }
  }

  @Test func programsMustFit() throws {
    let long = Program(name: "", bytes: Array(repeating: 1, count: 3233))
    let machine = try Chip8(long, Configuration(.chip8))
    #expect(
      refusal(machine, 0, [0]) == .badField("a program of 3233 bytes on COSMAC VIP"))
  }

  /// Untrusted bytes are refused or make a machine that runs.
  @Test(arguments: [31, 32] as [UInt64]) func damagedStatesNeverCrash(seed: UInt64) throws {
    print("damaged states from seed \(seed)")
    var random = Seeded(seed)
    var accepted = 0
    for round in 0..<700 {
      let platform = Platform.allCases[round % 8]
      let start =
        platform.hasCycles && round % 16 < 8
        ? try cyclesMachine(0x7001, 0xD125, 0x1200, on: platform)
        : try machine(platform, 0x7001, 0xD125, 0x1200)
      let restored = try? start.restored { tag, section in
        guard let count = section?.count else { return }
        for _ in 0..<(tag == Self.core ? 1 : 200) {
          let index = Int.random(in: 0..<count, using: &random)
          section?[index] = .random(in: 0...255, using: &random)
        }
      }
      guard var machine = restored else { continue }
      accepted += 1
      // What it saves, it can load.
      let again: Chip8 = try machine.restored()
      #expect(again.stateDigest == machine.stateDigest)
      _ = machine.run(frames: 3, instructions: 200, keys: KeySet(key: 3))
      let later: Chip8 = try machine.restored()
      #expect(later.stateDigest == machine.stateDigest)
    }
    #expect(accepted > 100)
  }
}
