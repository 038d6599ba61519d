// TimelineTests.swift: sessions of real machines, with every kind of input, and their way into an image.

import Chip8Core
import SaveState
import Testing

extension Restless {
  /// A session with any inputs, rewound now and then; and what it was at some moments.
  fileprivate func session(
    rounds: Int, _ random: inout Seeded
  ) throws -> (Timeline<Chip8>, [(place: Timeline<Chip8>.Place, digest: Digest, keys: KeySet)]) {
    var timeline = Timeline(try machine(), budget: 600_000, spacing: 200)
    var moments: [(place: Timeline<Chip8>.Place, digest: Digest, keys: KeySet)] = []
    for round in 0..<rounds {
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        // Inputs that come later at the same position make another moment of it.
        if moments.last?.place == timeline.place { moments.removeLast() }
        try? timeline.apply(input(&random))
      }
      if moments.last?.place == timeline.place { moments.removeLast() }
      if Int.random(in: 0..<4, using: &random) == 0 { timeline.run { $0.endKeyWait() } }
      moments.append(
        (timeline.place, timeline.machine.stateDigest, timeline.machine.heldKeys))
      timeline.run {
        _ = $0.run(
          frames: .random(in: 0...3, using: &random),
          instructions: .random(in: 0...40, using: &random))
      }
      if round % 30 == 29 {
        let position = timeline.machine.position
        try timeline.seek(
          toInstruction: .random(
            in: timeline.start.instruction...position.instruction, using: &random))
      }
    }
    return (timeline, moments)
  }
}

@Suite struct TimelineTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  @Test(arguments: Restless.all)
  func everyMomentComesBack(platform: Platform, timing: Configuration.Timing) throws {
    var random = Seeded(TimelineTests.seed)
    let restless = try Restless(platform, timing)
    var (timeline, moments) = try restless.session(rounds: 150, &random)
    #expect(timeline.leaves.count > 3)
    for (place, digest, keys) in moments.shuffled(using: &random) {
      try timeline.seek(toEndOf: place.branch)
      try timeline.seek(to: place.position)
      try #require(
        timeline.machine.stateDigest == digest && timeline.machine.heldKeys == keys,
        "seed \(TimelineTests.seed), \(place)")
    }
    timeline.checkInvariants()
    try timeline.seek(toEndOf: 0)
    let frame = timeline.machine.position.frame
    for back in 1...30 as ClosedRange<UInt64> where frame > 40 {
      try timeline.rewind()
      #expect(frame - timeline.machine.position.frame <= back)
    }
  }

  @Test(arguments: Restless.all)
  func imagesCarryTheirPast(platform: Platform, timing: Configuration.Timing) throws {
    var random = Seeded(TimelineTests.seed)
    let restless = try Restless(platform, timing)
    let (timeline, _) = try restless.session(rounds: 100, &random)
    for byteLimit in [1 << 18, 2000] {
      // On XO-CHIP the RAM with what was drawn takes more than that.
      guard let past = timeline.past(byteLimit: byteLimit) else { continue }
      var image = Image(of: timeline.machine)
      #expect(past.tape.entries.count > 0)
      image.setPast(past)
      let read = try Image(image.bytes)
      let machine: Chip8 = try read.machine()
      let readPast = try #require(try read.past(of: machine))
      #expect(readPast.leads(to: machine), "seed \(TimelineTests.seed), limit \(byteLimit)")
      #expect(machine.stateDigest == timeline.machine.stateDigest)
    }
  }

  @Test func aMachineKnowsWhetherItWasJustSwitchedOn() throws {
    for platform in Platform.allCases {
      var machine = try Chip8(
        program([0x7101, 0x1200]), Configuration(platform), seed: 0xFEED_F00D_1234_5678)
      #expect(machine.powerOnSeed == 0xFEED_F00D_1234_5678)
      machine.allowHostCalls()
      #expect(machine.powerOnSeed == 0xFEED_F00D_1234_5678)
      let same = machine.poweredOn(seed: 5)
      #expect(same.powerOnSeed == 5 && same.state.hostCalls != nil)
      var poked = machine
      try poked.apply(.poke(0x300, [1]))
      #expect(poked.powerOnSeed == nil)
      _ = machine.run(instructions: 1)
      #expect(machine.powerOnSeed == nil)
    }
  }

  /// Of a RAM, only what is not as at power-on takes room; and all of it comes back.
  @Test(arguments: Platform.allCases) func packedSnapshotsComeBack(platform: Platform) throws {
    var machine = try Chip8(program([0x7101, 0x1200]), Configuration(platform))
    let fresh = Chip8.byteCount(of: Chip8.pack(machine.snapshot))
    #expect(fresh < 4096)
    for address in [0, 0x200, 0x3FF, platform.ramByteCount - 300] {
      try machine.apply(.poke(address, [0xAA, 0xBB]))
    }
    _ = machine.run(instructions: 7)
    try machine.apply(.keys(KeySet(key: 3)))
    let packed = Chip8.pack(machine.snapshot)
    #expect(Chip8.byteCount(of: packed) > fresh && Chip8.byteCount(of: packed) < fresh + 1024)
    let again = Chip8(Chip8.unpack(packed))
    #expect(again.canonicalState == machine.canonicalState && again.heldKeys == machine.heldKeys)
  }

  // MARK: Events

  private static let events: [InputEvent] = [
    .keys(KeySet(rawValue: 0x8001)), .keys([]), .poke(0x345, [1, 2, 3]), .poke(0, []),
    .hostAnswer(.restored), .entryCall(0xFFF), .arguments([]), .arguments(["", "zwölf"]),
    .program(Program(name: "näme", bytes: [1, 2])), .userFlags([1, 2, 3]),
    .register(.v(0xA), 0x81), .register(.pc, 0x2F0), .register(.st, 7),
  ]

  @Test func eventsComeBackFromTheirBytes() throws {
    var tape = Tape<InputEvent>()
    for (frame, event) in TimelineTests.events.enumerated() {
      tape.append(event, at: Position(frame: UInt64(frame)))
    }
    let bytes = tape.encoded
    #expect(try Tape(decoding: bytes) == tape)
    #expect(bytes.prefix(18) == [13, 0, 0, 1, 0x80, 2, 0, 0, 0, 2, 1, 0xC5, 6, 3, 1, 2, 3, 2])
    for count in bytes.indices {
      #expect(throws: TapeError.truncated) {
        try Tape<InputEvent>(decoding: Array(bytes.prefix(count)))
      }
    }
    for index in bytes.indices {
      for flip in 1...255 as ClosedRange<UInt8> {
        var altered = bytes
        altered[index] ^= flip
        guard let read = try? Tape<InputEvent>(decoding: altered) else { continue }
        #expect(read.encoded == altered, "byte \(index), \(flip)")
      }
    }
  }

  @Test(
    arguments: [
      ([8], .unknownInput(8)), ([7, 20], .badInput("register 20")),
      ([7, 3, 0x80, 2], .badInput("value 256")), ([2, 0x55], .badInput("status 85")),
      ([1, 0x81, 0x80, 4, 0], .badInput("address 65537")),
      ([1, 0, 0x81, 0x80, 4], .badInput("length 65537")), ([1, 0, 5, 1], .truncated),
      ([3, 0x81, 0x80, 4], .badInput("address 65537")),
      ([4, 21], .badInput("number of arguments 21")),
      ([4, 1, 1, 0xFF], .badInput("text that is not UTF-8")),
      ([4, 1, 1, 0], .badInput("arguments")), ([6, 17], .badInput("length 17")),
      ([5, 0x80, 2], .badInput("length 256")),
    ] as [([UInt8], TapeError)])
  func eventsAreRefused(bytes: [UInt8], error: TapeError) {
    #expect(throws: error) { try Tape<InputEvent>(decoding: [1, 0] + bytes) }
  }
}
