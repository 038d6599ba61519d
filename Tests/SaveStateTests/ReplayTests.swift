// ReplayTests.swift: a machine that gets its inputs again where it got them runs as it has run.

import SaveState
import Testing

@Suite struct ReplayTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// A toy after random inputs, with the tape of them and the toy as it was meanwhile.
  private struct Session {
    var toy = usedToy()
    var tape = Tape<Toy.Input>()
    var moments: [(toy: Toy, inputCount: Int)] = []

    init(_ random: inout Seeded) throws {
      for _ in 0..<60 {
        moments.append((toy, tape.entries.count))
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          let input: Toy.Input =
            Bool.random(using: &random)
            ? .weight(.random(in: 0...255, using: &random))
            : .byte(.random(in: 0..<64, using: &random), .random(in: 0...255, using: &random))
          try toy.apply(input)
          tape.append(input, at: toy.position)
        }
        toy.advance(until: toy.position.later(by: &random))
      }
    }
  }

  @Test("From any moment, at once or in pieces, it comes to the same")
  func replay() throws {
    var random = Seeded(state: ReplayTests.seed)
    let session = try Session(&random)
    for moment in session.moments {
      var whole = Replay(moment.toy, session.tape.entries[moment.inputCount...])
      var pieces = whole
      try whole.advance(to: session.toy.position)
      for _ in 0..<1000 where pieces.machine.position < session.toy.position {
        let (next, end) = (pieces.machine.position.later(by: &random), session.toy.position)
        let limit = Position(
          frame: min(next.frame, end.frame), instruction: min(next.instruction, end.instruction))
        try pieces.advance(until: limit)
        try #require(pieces.machine.position.instruction <= limit.instruction)
        // Where the replay was stopped, the inputs of that place come too.
        if Bool.random(using: &random) { try pieces.advance(to: pieces.machine.position) }
      }
      try pieces.advance(to: session.toy.position)
      #expect(whole.machine == session.toy, "seed \(ReplayTests.seed)")
      #expect(pieces.machine == session.toy, "seed \(ReplayTests.seed)")
      #expect(whole.remaining.isEmpty && pieces.remaining.isEmpty)
    }
  }

  @Test("An exact position is reached, and a frame alone is its begin")
  func positions() {
    var toy = Toy(Program(name: "toy", bytes: [1]))
    toy.advance(to: Position(frame: 3, instruction: 333, isInFrame: true))
    #expect(toy.position == Position(frame: 3, instruction: 333, isInFrame: true))
    toy.advance(to: Position(frame: 5))
    #expect(toy.position == Position(frame: 5, instruction: 500))
    toy.advance(to: Position(frame: 9), within: Position(frame: .max, instruction: 710))
    #expect(toy.position == Position(frame: 7, instruction: 710, isInFrame: true))
    toy.advance(to: Position(frame: .max, instruction: .max))
    #expect(toy.position.instruction == 1_000_000)
  }

  @Test("Positions are in the order in which a machine comes by")
  func order() {
    let positions = [
      Position(), Position(isInFrame: true), Position(instruction: 1, isInFrame: true),
      Position(frame: 1, instruction: 1), Position(frame: 1, instruction: 1, isInFrame: true),
      Position(frame: 2, instruction: 1),
    ]
    #expect(positions.shuffled().sorted() == positions)
  }

  @Test("An input that is refused is the machine's own error, and it stays there")
  func refusal() throws {
    var tape = Tape<Toy.Input>()
    tape.append(.byte(64, 1), at: Position(frame: 2, instruction: 250, isInFrame: true))
    var replay = Replay(Toy(Program(name: "toy", bytes: [1])), tape.entries[...])
    #expect(throws: Toy.InputRefusal(address: 64)) {
      try replay.advance(to: Position(frame: 4, instruction: 400))
    }
    #expect(replay.machine.position.instruction == 250 && replay.remaining.count == 1)
    var toy = Toy(Program(name: "toy", bytes: [1]))
    #expect(throws: Toy.InputRefusal(address: -1)) {
      try toy.advance(with: [.weight(3), .byte(-1, 1)], until: Position(frame: 1, instruction: 9))
    }
    #expect(toy.weight == 3 && toy.position == Position())
  }

  @Test("What is held down is not part of what an image says of the future")
  func witness() throws {
    var toy = usedToy()
    let image = Image(of: toy)
    try toy.apply(.weight(0xFF))
    #expect(Image(of: toy).bytes == image.bytes)
    #expect(try #require(try image.witness()).holds(for: toy))
  }
}

extension Position {
  /// A position at most some frames later.
  fileprivate func later(by random: inout Seeded) -> Position {
    Position(
      frame: frame + .random(in: 0...3, using: &random),
      instruction: instruction + .random(in: 0...250, using: &random))
  }
}
