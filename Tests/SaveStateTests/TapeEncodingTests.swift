// TapeEncodingTests.swift: a tape as bytes, which may be untrusted.

import SaveState
import Testing

@Suite struct TapeEncodingTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// Any inputs at any positions.
  private func tape(_ random: inout Seeded, count: Int) -> Tape<Toy.Input> {
    var tape = Tape<Toy.Input>()
    var position = Position()
    for _ in 0..<count {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: break
      case 1: position.isInFrame = true
      case 2:
        position = Position(
          frame: position.frame + 1 + random.upTo(bitCount: 40),
          instruction: position.instruction + random.upTo(bitCount: 56))
      default:
        position = Position(
          frame: position.frame, instruction: position.instruction + random.upTo(bitCount: 24),
          isInFrame: true)
      }
      let byte = UInt8.random(in: 0...255, using: &random)
      let inputs: [Toy.Input] = [
        .weight(byte), .program(byte), .byte(.random(in: 0..<4096, using: &random), byte),
      ]
      tape.append(inputs[Int(byte) % 3], at: position)
    }
    return tape
  }

  @Test("A tape comes back from its bytes")
  func roundTrip() throws {
    var random = Seeded(state: TapeEncodingTests.seed)
    for count in 0..<100 {
      let tape = tape(&random, count: count)
      #expect(try Tape(decoding: tape.encoded) == tape, "seed \(TapeEncodingTests.seed)")
    }
  }

  @Test("The bytes are those of the page")
  func layout() throws {
    var tape = Tape<Toy.Input>()
    tape.append(.weight(9), at: Position(frame: 3, instruction: 555))
    tape.append(.byte(300, 7), at: Position(frame: 3, instruction: 600, isInFrame: true))
    tape.append(.weight(0), at: Position(frame: 200, instruction: 9999))
    tape.append(.weight(1), at: Position(frame: 200, instruction: 10_000, isInFrame: true))
    #expect(
      tape.encoded == [
        4, 6, 0, 9, 1, 0xD8, 4, 1, 0xAC, 2, 7, 0x8A, 3, 0, 0, 1, 0xB8, 0x49, 0, 1,
      ])
  }

  @Test("What is cut off is refused, and what is altered is refused or is another tape's encoding")
  func damage() throws {
    var random = Seeded(state: TapeEncodingTests.seed)
    let bytes = tape(&random, count: 20).encoded
    for count in bytes.indices {
      #expect(throws: TapeError.truncated) {
        try Tape<Toy.Input>(decoding: Array(bytes.prefix(count)))
      }
    }
    for index in bytes.indices {
      for flip in 1...255 as ClosedRange<UInt8> {
        var altered = bytes
        altered[index] ^= flip
        guard let read = try? Tape<Toy.Input>(decoding: altered) else { continue }
        #expect(read.encoded == altered, "seed \(TapeEncodingTests.seed), byte \(index)")
      }
    }
  }

  @Test(
    arguments: [
      ([], .truncated), ([1], .truncated), ([0, 0], .trailingBytes),
      // A number with more bytes than it needs, one that never ends, and one that is too large.
      ([0x80, 0], .truncated), (Array(repeating: 0x80, count: 20), .truncated),
      (Array(repeating: 0xFF, count: 9) + [2], .truncated),
      // More events than there are bytes.
      (Array(repeating: 0xFF, count: 9) + [1, 0, 0, 0], .truncated),
      ([1, 0, 3, 0], .unknownInput(3)), ([1, 0, 1, 0x80, 0x20, 0], .badInput("address 4096")),
      // Before the frame that has begun.
      ([2, 1, 5, 0, 0, 0, 0, 0], .outOfOrder),
      // Later than can be counted.
      (
        [3] + Array(repeating: 0xFF, count: 9) + [1, 0, 0, 0] + Array(repeating: 0xFF, count: 9)
          + [1, 0, 0, 0] + [4, 0, 0], .outOfOrder
      ),
    ] as [([UInt8], TapeError)])
  func refusals(bytes: [UInt8], error: TapeError) {
    #expect(throws: error) { try Tape<Toy.Input>(decoding: bytes) }
  }
}

extension Seeded {
  /// A number of any size up to one of so many bits.
  fileprivate mutating func upTo(bitCount: Int) -> UInt64 {
    next() >> Int.random(in: 64 - bitCount...63, using: &self)
  }
}
