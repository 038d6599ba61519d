// EngineTests.swift: whichever engine executes instructions, the machine becomes the same.

import Chip8Core
import SaveState
import Testing

@Suite struct EngineTests {
  private static let platforms: [Platform] = [
    .vip, .chip8, .chip48, .schip10, .schip11, .schip, .xochip,
  ]

  /// Words that are mostly instructions of any platform; many write into the program, and a few lead
  /// out of the RAM.
  static func randomBytes(
    _ random: inout Seeded, on platform: Platform, count: Int
  ) -> [UInt8] {
    let operations: [UInt16] = [0x0055, 0x0065, 0x0033, 0x001E, 0x0029, 0x0007, 0x0015, 0x0018]
    // Some programs jump to odd addresses, too.
    let even: UInt16 = Int.random(in: 0..<4, using: &random) == 0 ? 0xFFF : 0xFFE
    return (0..<count).flatMap { _ -> [UInt8] in
      let any = UInt16.random(in: 0...0xFFF, using: &random)
      let near = 0x200 + UInt16.random(in: 0..<UInt16(2 * count), using: &random)
      let word: UInt16 =
        switch Int.random(in: 0..<20, using: &random) {
        case 0...4: [0x6000, 0x7000, 0xC000][Int(any) % 3] | any
        case 5, 6: 0x8000 | any & 0xFF0 | [0, 1, 2, 3, 4, 5, 6, 7, 0xE][Int(any) % 9]
        case 7, 8: 0xF000 | any & 0xF00 | operations[Int(any) % operations.count]
        case 9, 10: [0x3000, 0x4000][Int(any) % 2] | any
        case 11: [0x5000, 0x9000][Int(any) % 2] | any & 0xFF0
        case 12: 0xE000 | any & 0xF00 | [0x9E, 0xA1][Int(any) % 2]
        case 13: 0xD000 | any
        case 14: 0x1000 | near & even
        case 15: [0x2000, 0xB000][Int(any) % 2] | near & even
        case 16: 0x00EE
        case 17: 0xA000 | near
        case 18: [0x00E0, 0xAFF0 | any & 0xF, 0x1FFE, 0xBFFF][Int(any) % 4]
        default: platform == .xochip ? [0xF000, 0x5002 | any & 0xFF0, 0xF301][Int(any) % 3] : any
        }
      return bytes(Int.random(in: 0..<15, using: &random) == 0 ? pair(of: any) : [word])
    }
  }

  /// Instructions that are executed together: a number or the timer, and a question about that; a number
  /// or a sum, and a return.
  private static func pair(of any: UInt16) -> [UInt16] {
    let x = any & 0xF00
    return switch any % 6 {
    case 0: [0x6000 | any, 0xE09E | x]
    case 1: [0x6000 | any, 0xE0A1 | x]
    case 2: [0xF007 | x, 0x3000 | x | any >> 4 & 3]
    case 3: [0x6000 | any, 0x00EE]
    case 4: [0x7000 | any, 0x00EE]
    default: [0xF007 | x, 0x4000 | x | any >> 4 & 3]
    }
  }

  private static func bytes(_ words: [UInt16]) -> [UInt8] {
    words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }

  @Test(arguments: platforms)
  func allEnginesAgree(platform: Platform) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(seed)
    for number in 0..<150 {
      let count = [20, 100, 700][number % 3]
      var configuration = Configuration(platform)
      configuration.instructionsPerFrame = [1, 13, 200, 9000][number % 4]
      for (_, quirk) in Quirks.named where Int.random(in: 0..<5, using: &random) == 0 {
        configuration.quirks.formSymmetricDifference(quirk)
      }
      if platform == .vip, number % 5 == 0 { configuration.timing = .cycles }
      let program = Program(
        name: "", bytes: EngineTests.randomBytes(&random, on: platform, count: count))
      var engines = try Engines(
        Chip8(program, configuration, seed: random.next()),
        translatingFrom: [1, 7, 100][number % 3])
      // The others change over from the rules when they have run for a while.
      if number % 2 == 0 { engines.followOperations() }
      for frame in 0..<20 {
        let keys = KeySet(rawValue: UInt16(truncatingIfNeeded: random.next() & random.next()))
        let instructions = frame % 3 == 0 ? Int.random(in: 1...300, using: &random) : .max
        let stop = try engines.run(
          instructions: instructions, keys: keys,
          "seed \(seed), program \(number), frame \(frame)")
        guard stop == .done || stop == .halt || engines.goBack() else { break }
        try engines.disturb(&random, byteCount: 2 * count)
      }
    }
  }

  /// Programs of little but loops that wait, nearly wait, do something else meanwhile, or are entered in their
  /// middle, and that are written into.
  @Test func allEnginesWaitAlike() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(seed)
    for number in 0..<400 {
      var configuration = Configuration(.chip8)
      configuration.instructionsPerFrame = [100, 1000, 9000][number % 3]
      // What is called at 0x202 counts in V6.
      var words: [UInt16] = [0x1206, 0x7601, 0x00EE, 0x6003, 0xF015]
      for _ in 0..<4 { words += EngineTests.loop(at: 0x200 + 2 * words.count, &random) }
      words.append(0x1206)
      var engines = try Engines(
        Chip8(program(words), configuration, seed: random.next()), translatingFrom: 1)
      engines.followOperations()
      for frame in 0..<25 {
        let keys = KeySet(rawValue: UInt16(truncatingIfNeeded: random.next() & random.next()))
        let stop = try engines.run(
          instructions: .max, keys: keys, "seed \(seed), program \(number), frame \(frame)")
        guard stop == .done || stop == .halt || engines.goBack() else { break }
        try engines.disturb(&random, byteCount: 2 * words.count)
      }
    }
  }

  /// A loop, and what comes after it: a change of the loop, a way into its middle, or the timer again.
  private static func loop(at start: Int, _ random: inout Seeded) -> [UInt16] {
    let quiet: [UInt16] = [
      0xF007, 0xF007, 0x8100, 0x6203, 0xA300, 0x7301, 0xE0A1, 0x3100, 0x4203, 0x6300,
    ]
    let others: [UInt16] = [0xC4FF, 0x2202, 0xD011, 0xF033, 0xF118, 0x1206, 0x1000 | UInt16(start)]
    // After a skip of the first one, an iteration depends on the one before, or is of another length.
    let dependent: [[UInt16]] = [
      [0x6300, 0x7301], [0xA310, 0xF01E], [0x6203, 0x4203, 0x6300, 0x6203],
    ]
    let skips: [UInt16] = [0xE0A1, 0xE09E, 0x3103, 0x4000, 0x5120]
    let isLong = Int.random(in: 0..<8, using: &random) == 0
    var words: [UInt16] = []
    for _ in 0..<Int.random(in: 0...(isLong ? 46 : 4), using: &random) {
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: words += [skips, others].compactMap { $0.randomElement(using: &random) }
      case 2:
        words += [skips].compactMap { $0.randomElement(using: &random) }
        words += dependent.randomElement(using: &random) ?? []
      default: words += [quiet].compactMap { $0.randomElement(using: &random) }
      }
    }
    words +=
      [0x3000, 0x4000, 0x3105, 0x3310, 0xE09E].randomElement(using: &random).map { [$0] } ?? []
    let inside = UInt16(start + 2 * Int.random(in: 0...words.count, using: &random))
    if Int.random(in: 0..<3, using: &random) == 0 { words.append(0x1000 | inside) }
    words.append(0x1000 | UInt16(start))
    let way = [UInt16(start), inside].randomElement(using: &random) ?? inside
    let again: [UInt16] = [0x6002, 0xF015, 0x7201, 0x7501, 0x3504, 0x1000 | way]
    switch Int.random(in: 0..<4, using: &random) {
    case 0: words += [0x6073, 0x6101, 0xA000 | inside, 0xF155] + again
    case 1: words += again
    case 2: words += [0x6003, 0xF015]
    default: break
    }
    return words
  }

  /// A loop is tried anew when a byte behind it has changed that belongs to what is executed in it: the
  /// jump at 0x21D, which overlaps the one at 0x21C that closes the loop, first leads to 0x21A, and then to
  /// where VD counts.
  @Test func loopsAreTriedAnewWhenWhatTheyOverlapHasChanged() throws {
    let words: [UInt16] = [
      0x6020, 0xF015, 0x120E, 0x0000, 0x0000, 0x0000, 0x7D01, 0x6A00,
      0x5DD0, 0x6A01, 0xF007, 0x3A00, 0x121B, 0x6C30, 0x1212, 0x1A12,
    ]
    let bytes =
      EngineTests.bytes(words)
      + [0x21] + EngineTests.bytes([0x6040, 0xF015, 0x600C, 0xA21E, 0xF055, 0x120E])
    for length in [80, 200, 1000] {
      var configuration = Configuration(.chip8)
      configuration.instructionsPerFrame = length
      var engines = try Engines(
        Chip8(Program(name: "", bytes: bytes), configuration), translatingFrom: 100)
      engines.followOperations()
      for frame in 0..<60 {
        _ = try engines.run(instructions: .max, keys: [], "\(length), frame \(frame)")
      }
    }
  }

  /// Every program is stopped after every number of instructions.
  @Test(arguments: platforms)
  func allEnginesStopAtAnyInstruction(platform: Platform) throws {
    var configuration = Configuration(platform)
    configuration.instructionsPerFrame = 400
    let machine = try Chip8(Workload.program(for: platform, seed: 3), configuration)
    var (oneByOne, fast) = (machine, machine)
    oneByOne.followRules()
    fast.translate(from: 1)
    let start = fast.snapshot
    for count in 1...300 {
      _ = oneByOne.run(frames: 1, instructions: 1)
      if oneByOne.state.keyWait != nil { break }
      fast.restore(from: start)
      _ = fast.run(instructions: count)
      #expect(fast.canonicalState == oneByOne.canonicalState, "\(count) instructions")
    }
  }

  /// A loop writes V2 := V1 over instructions that come next, or over the one that writes, which then
  /// does not move I any more.
  @Test(arguments: [UInt16(0x206), 0x208, 0x20A])
  func instructionsAreExecutedAsTheyWereWritten(at address: UInt16) throws {
    let loop = program([
      0x6062, 0x7101, 0xA000 | address, 0xF155, 0x6200, 0x7200, 0x3140, 0x1202, 0x1210,
    ])
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 10_000
    var engines = try Engines(Chip8(loop, configuration), translatingFrom: 1)
    let stop = try engines.run(instructions: .max, keys: [], "\(address)")
    let state = engines.fast.state
    #expect(stop == .done && state.v[1] == 0x40)
    #expect(state.v[2] == (address == 0x206 ? 0 : 0x40))
    #expect(state.i == (address == 0x206 ? 0x206 : address + 2))
  }

  /// A loop that waits for the timer becomes one that takes random numbers.
  @Test func loopsWaitOnlyAsTheyWereWritten() throws {
    let words: [UInt16] = [
      0x6302, 0xF315, 0xF207, 0x3200, 0x1204,
      0x60C2, 0x6100, 0x6232, 0x6301, 0xA204, 0xF355, 0x1204,
    ]
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 100
    var engines = try Engines(Chip8(program(words), configuration), translatingFrom: 1)
    for frame in 0..<6 {
      _ = try engines.run(instructions: .max, keys: [], "frame \(frame)")
    }
    #expect(engines.fast.state.random.state != 0)
  }

  /// The same, where the loop was entered in its middle, and its beginning becomes another one before it
  /// was ever executed.
  @Test func loopsWaitOnlyAsTheyAreInAllOfTheirParts() throws {
    let words: [UInt16] = [
      0x6164, 0xF115, 0x120A, 0x0000, 0x6505, 0xF007, 0x3000, 0x1208, 0x1210,
    ]
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 1000
    var machine = try Chip8(program(words), configuration)
    machine.followOperations()
    _ = machine.run(instructions: 6)
    #expect(machine.state.pc == 0x208)
    var other = machine
    try other.apply(.poke(0x208, [0xC5, 0xFF]))
    machine.restore(from: other.snapshot)
    other.followRules()
    _ = machine.run(frames: 1)
    _ = other.run(frames: 1)
    #expect(machine.canonicalState == other.canonicalState)
  }

  /// Through all of a large RAM, which is farther than jumps reach, calling and changing what comes next,
  /// and around its end.
  @Test func programsRunAllOverTheRAM() throws {
    var words = [UInt16](repeating: 0x7001, count: (0x10000 - 0x200) / 2)
    func put(_ code: UInt16..., at address: Int) {
      for (k, word) in code.enumerated() { words[(address - 0x200) / 2 + k] = word }
    }
    put(0x1400, at: 0x200)
    put(0x7201, 0x00EE, at: 0x300)
    for address in [0xFFC, 0x1FFC, 0x1FFE, 0x8000] { put(0x2300, at: address) }
    put(0x6073, 0x6101, 0xF000, 0x3000, 0xF155, at: 0x2FE0)
    var configuration = Configuration(.xochip)
    configuration.instructionsPerFrame = 5000
    var engines = try Engines(Chip8(program(words), configuration), translatingFrom: 100)
    for frame in 0..<6 { _ = try engines.run(instructions: .max, keys: [], "frame \(frame)") }
    #expect(engines.fast.state.v[2] == 4 && engines.fast.state.v[3] == 1)
    for frame in 6..<9 { _ = try engines.run(instructions: .max, keys: [], "frame \(frame)") }
  }

  /// A question is asked alone where it is jumped to, and where a run has ended before it.
  @Test(
    arguments: [
      [0x6105, 0xE19E, 0x7201], [0x6105, 0xE1A1, 0x7201], [0xF107, 0x3100, 0x7201],
      [0xF107, 0x4100, 0x7201],
    ] as [[UInt16]])
  func instructionsExecutedTogetherAreAlsoApart(pair: [UInt16]) throws {
    let words = [0x6302, 0xF315] + pair + [0x7301, 0xC401, 0x4400, 0x1206, 0x1204]
    var configuration = Configuration(.chip8)
    for length in 1...12 {
      configuration.instructionsPerFrame = length
      var engines = try Engines(Chip8(program(words), configuration), translatingFrom: 1)
      engines.followOperations()
      for frame in 0..<20 {
        let keys = KeySet(rawValue: frame % 3 == 0 ? 1 << 5 : 0)
        _ = try engines.run(instructions: .max, keys: keys, "\(length), frame \(frame)")
      }
    }
  }

  /// A return is executed alone where it is called, where a run has ended before it, and where it has
  /// become another instruction, and fails where it is.
  @Test(arguments: [0x6105, 0x7101] as [UInt16])
  func returnsExecutedTogetherAreAlsoApart(first: UInt16) throws {
    // The return at 0x212 becomes 72EE, and a return again; in one program it is also called.
    let (before, after): ([UInt16], [UInt16]) = (
      [0x6772, 0x2210], [0x8073, 0xA212, 0xF055, 0x1202, 0x0000, first, 0x00EE, 0x00EE]
    )
    var configuration = Configuration(.chip8)
    for words in [before + [0x2212] + after, before + [0x7401] + after, [first, 0x00EE]] {
      for length in 1...13 {
        configuration.instructionsPerFrame = length
        var engines = try Engines(Chip8(program(words), configuration), translatingFrom: 1)
        engines.followOperations()
        for frame in 0..<20 {
          _ = try engines.run(instructions: .max, keys: [], "\(length), frame \(frame)")
        }
      }
    }
  }

  /// A return goes where the stack says, also if somebody has changed that within the subroutine.
  @Test(arguments: [(1, .max), (3, .max), (1, 3)])
  func returnsFollowTheStack(frames: Int, instructions: Int) throws {
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 4
    // The subroutine is called at 0x204 and, if the key 0 is down, at 0x20A.
    let words: [UInt16] = [
      0xE0A1, 0x120A, 0x2210, 0x7101, 0x1208, 0x2210, 0x7201, 0x120E,
      0x7301, 0x7301, 0x7301, 0x00EE,
    ]
    var machine = try Chip8(program(words), configuration)
    var other = machine
    _ = machine.run(frames: 1)
    _ = other.run(frames: 1, keys: KeySet(key: 0))
    machine.restore(from: other.snapshot)
    _ = machine.run(frames: frames, instructions: instructions)
    #expect(machine.state.stackCount == 0 && machine.state.v[1] == 0)
    _ = machine.run(frames: 1)
    #expect(machine.state.v[2] == 1)
  }

  @Test func machinesAreTranslated() throws {
    var configuration = Configuration(.chip8)
    configuration.instructionsPerFrame = 1000
    var machine = try Chip8(program([0x7001, 0x4000, 0x7101, 0x1200]), configuration)
    _ = machine.run(frames: 3)
    #expect(machine.translatedBlockCount == 0)
    machine.engine = .fast
    _ = machine.run(frames: 3)
    #if arch(x86_64)
      #expect(machine.translatedBlockCount > 0)
    #endif
    // A copy has to begin again, and where little is to be executed it does not.
    var copy = machine
    _ = copy.run(instructions: 99)
    #expect(copy.translatedBlockCount == 0)
  }
}

/// A machine once for each way to execute it.
private struct Engines {
  private(set) var fast: Chip8
  private var reference: Chip8
  private var rules: Chip8
  private var earlier: [(fast: Chip8.Snapshot, others: Chip8)] = []

  init(_ machine: Chip8, translatingFrom instructions: Int) throws {
    (fast, reference, rules) = (machine, machine, machine)
    fast.translate(from: instructions, codeByteCount: 1 << 16)
    rules.followRules()
  }

  /// Begins with the interpreter, and not by the rules.
  mutating func followOperations() { reference.followOperations() }

  /// Runs to the end of the frame, or not so far.
  mutating func run(
    instructions: Int, keys: KeySet, _ comment: @autoclosure () -> Comment
  ) throws -> Chip8.Stop {
    let stop = fast.run(frames: 1, instructions: instructions, keys: keys)
    for machine in [\Engines.reference, \Engines.rules] {
      let expected = self[keyPath: machine].run(frames: 1, instructions: instructions, keys: keys)
      try #require(
        stop == expected && fast.canonicalState == self[keyPath: machine].canonicalState
          && fast.tone == self[keyPath: machine].tone, comment())
    }
    return stop
  }

  /// Goes back to an earlier moment; says whether there is one.
  mutating func goBack() -> Bool {
    guard let moment = earlier.popLast() else { return false }
    fast.restore(from: moment.fast)
    reference.restore(from: moment.others.snapshot)
    rules.restore(from: moment.others.snapshot)
    return true
  }

  /// Does now and then what is done with machines between two runs.
  mutating func disturb(_ random: inout Seeded, byteCount: Int) throws {
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: earlier.append((fast.snapshot, reference))
    case 2: _ = goBack()
    case 3:
      // What becomes of a copy is nothing to the machine, and the other way round.
      var copies = self
      for _ in 0..<2 { _ = try copies.run(instructions: 700, keys: [], "a copy") }
      if Bool.random(using: &random) { swap(&self, &copies) }
    case 4:
      let address = 0x200 + Int.random(in: 0..<byteCount, using: &random)
      let poke = InputEvent.poke(address, [.random(in: 0...255, using: &random)])
      try fast.apply(poke)
      try reference.apply(poke)
      try rules.apply(poke)
    default: break
    }
  }
}
