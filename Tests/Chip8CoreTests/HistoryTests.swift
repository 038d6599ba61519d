// HistoryTests.swift: every answer that goes backwards is that of a forward run which stopped there.

import SaveState
import Testing

import Chip8Core

/// A course, gone over instruction by instruction with nothing but the machine's own ways to run.
private struct Reference {
  struct Place {
    let position: Position
    let pc: UInt16
    let depth: Int
    let isWaiting: Bool
    let program: Program
    let state: State
    /// The machine before and after the instruction that was next here, without any input between.
    var step: (before: State, after: State, end: Position)?

    var digest: Digest { Chip8(testing: program, in: state).stateDigest }
  }

  var places: [Place] = []

  init(_ start: Chip8, _ course: Timeline<Chip8>.Course, until end: Position) {
    var (machine, inputs, isAtInstruction) = (start, course.inputs(after: start.position), true)
    var waiting: UInt16?
    func take() {
      while let next = inputs.first, next.position <= machine.position.mark {
        try? machine.apply(next.input)
        inputs = inputs.dropFirst()
      }
    }
    while true {
      take()
      // An entry call begins while an instruction waits for the display.
      if let waiting, waiting != machine.state.pc { isAtInstruction = true }
      waiting = nil
      guard machine.position.mark < end.mark else { return }
      if isAtInstruction {
        places.append(
          Place(
            position: machine.position, pc: machine.state.pc, depth: Int(machine.state.stackCount),
            isWaiting: machine.state.keyWait != nil, program: machine.program,
            state: machine.state))
      }
      if let next = inputs.first?.position, next.isInFrame,
        machine.position == Position(frame: next.frame, instruction: next.instruction)
      {
        let pc = machine.state.pc
        machine.advance(until: next)
        take()
        if machine.state.pc != pc {
          isAtInstruction = true
          continue
        }
      }
      let (before, state) = (machine.position, machine.state)
      machine.endKeyWait()
      if state.keyWait != nil, machine.position != before {
        places[places.count - 1].step = (state, machine.state, machine.position)
        isAtInstruction = true
        continue
      }
      _ = machine.run(frames: 1, instructions: 1)
      let hasExecuted = machine.position.instruction > before.instruction
      if hasExecuted { places[places.count - 1].step = (state, machine.state, machine.position) }
      isAtInstruction = hasExecuted || machine.state.keyWait != nil
      if !hasExecuted, machine.position.frame > before.frame { waiting = machine.state.pc }
      let isAnswered = inputs.first?.position.mark == machine.position.mark
      if machine.position == before, !isAnswered { return }
    }
  }

  /// Where an instruction is next for which something holds.
  func places(_ isHit: (Place) -> Bool) -> [Position] {
    places.filter { !$0.isWaiting && isHit($0) }.map(\.position)
  }

  /// Where an instruction has changed something.
  func changes<Value: Equatable>(_ value: (State) -> Value) -> [Position] {
    places.compactMap(\.step).filter { value($0.before) != value($0.after) }.map(\.end)
  }
}

extension Restless {
  /// A session with any inputs, whose course is not the first.
  fileprivate func session(rounds: Int, _ random: inout Seeded) throws -> Timeline<Chip8> {
    var timeline = Timeline(try machine(), budget: 600_000, spacing: 150)
    for round in 0..<rounds {
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let input = input(&random)
        // Another program begins another course.
        if case .program = input { continue }
        if Int.random(in: 0..<4, using: &random) == 0 {
          try? timeline.edit(input)
        } else {
          try? timeline.apply(input)
        }
      }
      timeline.run {
        _ = $0.run(
          frames: .random(in: 0...3, using: &random),
          instructions: .random(in: 0...40, using: &random))
      }
      if round % 40 == 39 {
        let (start, now) = (timeline.start.instruction, timeline.machine.position.instruction)
        try timeline.seek(toInstruction: .random(in: (start + now) / 2...now, using: &random))
      }
    }
    return timeline
  }
}

@Suite struct HistoryTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  private func reference(_ timeline: inout Timeline<Chip8>) throws -> Reference {
    let course = timeline.course
    var scout = try timeline.scout()
    try scout.visit(course.start)
    return Reference(scout.machine, course, until: timeline.machine.position)
  }

  @Test(arguments: Restless.all)
  func stepsBackLeadThroughAllThatWas(platform: Platform, timing: Configuration.Timing) throws {
    try checkSteps(platform, timing, seed: HistoryTests.seed)
  }

  private func checkSteps(
    _ platform: Platform, _ timing: Configuration.Timing, seed: UInt64
  ) throws {
    var random = Seeded(seed)
    var timeline = try Restless(platform, timing).session(rounds: 80, &random)
    let places = try reference(&timeline).places.filter {
      $0.isWaiting || $0.position.instruction < timeline.machine.position.instruction
    }
    #expect(places.count > 50)
    var history = try History(of: &timeline)
    for _ in 0..<20 {
      let index = Int.random(in: 1..<places.count, using: &random)
      let found = try #require(try history.place(before: places[index].position))
      #expect(
        found.position == places[index - 1].position && found.pc == places[index - 1].pc,
        "seed \(seed), before \(places[index].position)")
      #expect(try history.machine(at: found.position).stateDigest == places[index - 1].digest)
      let depth = places[index].depth
      let over = places[..<index].last { $0.depth <= depth }
      #expect(
        try history.place(before: places[index].position, depth: depth)?.position == over?.position,
        "seed \(seed), over calls before \(places[index].position)")
      guard depth > 0 else { continue }
      let out = places[..<index].last { $0.depth < depth }
      #expect(
        try history.call(before: places[index].position, depth: depth - 1)?.position
          == out?.position,
        "seed \(seed), out before \(places[index].position)")
    }
    #expect(try history.place(before: places[0].position) == nil)
  }

  @Test(arguments: Restless.all)
  func hitsAreThoseOfAForwardRun(platform: Platform, timing: Configuration.Timing) throws {
    try checkHits(platform, timing, seed: HistoryTests.seed)
  }

  /// Entry calls that begin, and stretches that end, while an instruction waits for the display; entry calls
  /// before the first instruction of a frame; a host that calls.
  @Test(
    arguments: Restless.all, [12_684_148_860_100_437_693, 197, 1039, 2565, 10_005, 10_084, 10_404])
  func whatIsRare(_ machine: (Platform, Configuration.Timing), seed: UInt64) throws {
    try checkHits(machine.0, machine.1, seed: seed)
    try checkSteps(machine.0, machine.1, seed: seed)
  }

  private func checkHits(
    _ platform: Platform, _ timing: Configuration.Timing, seed: UInt64
  ) throws {
    var random = Seeded(seed)
    var timeline = try Restless(platform, timing).session(rounds: 80, &random)
    let reference = try reference(&timeline)
    let pcs = Array(Set(reference.places.map(\.pc))).sorted()
    let register = UInt8.random(in: 0..<16, using: &random)
    let byte = Int.random(in: 0x600..<0x610, using: &random)
    let address = try #require(pcs.randomElement(using: &random))
    let limit = Int.random(in: 0...255, using: &random)
    let condition = try Expression("V2 + V7 * 3 > \(limit)")
    var conditional = StopPoint(id: 2, .execution(address))
    conditional.condition = condition
    let cases: [(StopPoint, [Position])] = [
      (
        StopPoint(id: 1, .execution(address)),
        reference.places { $0.pc == address }
      ),
      (
        conditional,
        reference.places {
          $0.pc == address && Int($0.state.v[2]) + Int($0.state.v[7]) * 3 > limit
        }
      ),
      (
        StopPoint(id: 3, .access(.register(.v(register)), .change)),
        reference.changes { $0.v[Int(register)] }
      ),
      (
        StopPoint(id: 4, .access(.bytes(byte..<byte + 4), .change)),
        reference.changes { Array($0.ram[byte..<byte + 4]) }
      ),
      (
        StopPoint(id: 5, .access(.pixels(x: 8..<16, y: 0..<4), .change)),
        reference.changes { state in
          (0..<4).flatMap { y in (8..<16).map { state.pixel($0, y) } }
        }
      ),
    ]
    for (stop, hits) in cases {
      for _ in 0..<4 {
        let place = try #require(reference.places.randomElement(using: &random))
        let comment = "seed \(seed), stop \(stop.id) at \(place.position)"
        try timeline.seek(to: place.position)
        var history = try History(of: &timeline)
        let last = try history.last(Probe([stop]))
        #expect(last?.position == hits.last { $0 < place.position }, "back, \(comment)")
        if let last {
          let digest = reference.places.first { $0.position == last.position }?.digest
          #expect(try history.machine(at: last.position).stateDigest == digest)
        }
        var probe = Probe([stop])
        let end = try #require(reference.places.last?.position)
        let next = hits.first { $0 > place.position && $0 <= end }
        if case .hit(let hit) = try history.next(&probe, until: end) {
          // At the very end nothing is looked at any more.
          #expect(hit.position == next, "on, \(comment)")
        } else {
          #expect(next == nil || next == end, "on, \(comment)")
        }
      }
    }
  }
}
