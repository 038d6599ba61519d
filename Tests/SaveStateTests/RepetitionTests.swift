// RepetitionTests.swift: what runs twice is the same, or it shows.

import SaveState
import Testing

@Suite struct RepetitionTests {
  private let toy = Toy(Program(name: "toy", bytes: [1, 2, 3]))

  @Test("What is run twice is run once")
  func once() throws {
    var (twice, straight) = (toy, toy)
    let end = Position(frame: 3, instruction: 250)
    let result = try twice.runTwice { toy in
      toy.advance(until: end)
      return toy.position
    }
    straight.advance(until: end)
    #expect(twice == straight && result == straight.position)
  }

  @Test("The first field that differs is named, and where the run began")
  func difference() throws {
    for (change, field) in [
      ({ $0.counter += $1 }, "counter"), ({ $0.memory[5] += UInt8($1) }, "memory 5"),
      ({ _, _ in }, nil),
    ] as [((inout Toy, UInt32) -> Void, String?)] {
      var (toy, count) = (toy, UInt32(0))
      toy.advance(until: Position(frame: 2, instruction: .max))
      let start = toy.position
      #expect(throws: RepetitionError(position: start, field: field)) {
        try toy.runTwice { toy in
          toy.advance(until: Position(frame: 4, instruction: .max))
          count += 1
          change(&toy, count)
          return count
        }
      }
    }
  }
}
