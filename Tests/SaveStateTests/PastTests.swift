// PastTests.swift: an image can claim its machine's history, which is verified before use.

import SaveState
import Testing

@Suite struct PastTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  /// A toy that was switched on and played with.
  private func session(_ start: Toy, frames: UInt64, _ random: inout Seeded) throws -> Timeline<Toy>
  {
    var timeline = Timeline(start, spacing: 3000)
    let first = start.position.frame
    for frame in first + 1...first + frames {
      if frame % 3 == 0 { try timeline.apply(.weight(.random(in: 0...255, using: &random))) }
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
      if frame % 5 == 0 {
        try timeline.apply(.byte(.random(in: 0..<64, using: &random), 1))
        timeline.run { $0.advance(until: Position(frame: .max, instruction: frame * 100 + 30)) }
      }
      if frame % 50 == 0 { try timeline.rewind(frames: 7) }
    }
    return timeline
  }

  private func toy() -> Toy { Toy(Program(name: "toy", bytes: [1, 2, 3])) }

  /// The image of where a session is, with its past.
  private func image(_ timeline: Timeline<Toy>, byteLimit: Int = 1 << 18) throws -> Image {
    var image = Image(of: timeline.machine)
    let past = try #require(timeline.past(byteLimit: byteLimit))
    let hasRoom = image.setPast(past)
    #expect(hasRoom)
    return try Image(image.bytes)
  }

  @Test("The past of an image leads from power-on to its machine, and is not part of the state")
  func past() throws {
    var random = Seeded(state: PastTests.seed)
    var timeline = try session(toy(), frames: 120, &random)
    try timeline.apply(.weight(77))
    let image = try image(timeline)
    let machine: Toy = try image.machine()
    let past = try #require(try image.past(of: machine))
    #expect(past.beginsAtPowerOn && past.leads(to: machine), "seed \(PastTests.seed)")
    let bare = Image(of: timeline.machine)
    #expect(image.holdsSameState(as: bare) && image.sections.dropLast() == bare.sections[...])
    // A machine that has gone on does not carry a past that ends before.
    #expect(
      Image(of: machine, preservingUnknownSectionsOf: image).sections == Image(of: machine).sections
    )
  }

  @Test("A loaded machine can be rewound past the moment it was loaded, and saved with all of it")
  func loading() throws {
    var random = Seeded(state: PastTests.seed)
    let before = try session(toy(), frames: 90, &random)
    let image = try image(before)
    let machine: Toy = try image.machine()
    var timeline = Timeline(machine, past: try image.past(of: machine), spacing: 3000)
    #expect(timeline.start == Position() && timeline.leaves.map(\.edge) == [.load])
    timeline.run { $0.advance(until: Position(frame: 100, instruction: .max)) }
    let end = timeline.machine
    for frame in [95, 40, 7, 0] as [UInt64] {
      var straight = before
      try timeline.seek(to: Position(frame: frame))
      guard frame <= before.end.frame else { continue }
      try straight.seek(to: Position(frame: frame))
      #expect(timeline.machine == straight.machine, "seed \(PastTests.seed), frame \(frame)")
    }
    timeline.checkInvariants()
    try timeline.seek(to: timeline.end)
    #expect(timeline.machine == end)
    let past = try #require(timeline.past(byteLimit: 1 << 18))
    #expect(past.beginsAtPowerOn && past.leads(to: end))
  }

  @Test("A past that is too long for its limit begins later, and leads to the same machine")
  func limits() throws {
    var random = Seeded(state: PastTests.seed)
    let timeline = try session(toy(), frames: 600, &random)
    var starts: [UInt64] = []
    for byteLimit in [4000, 1000, 700, 400] {
      let image = try image(timeline, byteLimit: byteLimit)
      let section = try #require(image.sections.first { $0.tag == Tag("TAPE") })
      #expect(section.decodedByteCount <= byteLimit)
      let machine: Toy = try image.machine()
      let past = try #require(try image.past(of: machine))
      #expect(past.leads(to: machine), "seed \(PastTests.seed), limit \(byteLimit)")
      starts.append(past.start.position.frame)
      var loaded = Timeline(machine, past: past)
      if !past.beginsAtPowerOn {
        #expect(throws: SeekError.beforeStart(past.start.position)) {
          try loaded.seek(to: Position())
        }
      }
      try loaded.seek(to: Position(frame: past.start.position.frame + 1))
    }
    #expect(starts == starts.sorted() && starts[0] == 0 && starts[3] > 0, "\(starts)")
    #expect(timeline.past(byteLimit: 30) == nil)
  }

  @Test("A past that leads elsewhere is refused, and the machine stays")
  func falsePast() throws {
    var random = Seeded(state: PastTests.seed)
    let honest = try session(toy(), frames: 40, &random)
    var other = honest.machine
    other.memory[9] ^= 1
    var held = honest
    try held.apply(.weight(200))
    let past = try #require(honest.past(byteLimit: 1 << 18))
    #expect(past.leads(to: honest.machine) && !past.leads(to: other))
    var timeline = Timeline(other, past: past, spacing: 1000)
    timeline.run { $0.advance(until: Position(frame: 60, instruction: .max)) }
    let machine = timeline.machine
    try timeline.seek(to: Position(frame: 50))
    for _ in 0..<2 {
      #expect(throws: SeekError.falsePast) { try timeline.seek(to: Position(frame: 10)) }
      #expect(timeline.machine.position.frame == 50)
    }
    timeline.checkInvariants()
    // What was played since the machine was loaded is not part of the past.
    #expect(timeline.keyframeCount == 1)
    try timeline.seek(to: timeline.end)
    #expect(timeline.machine == machine)
    // What was played since is known all the same, frame by frame.
    let first = honest.end.firstWholeFrame
    for frame in (first..<60).reversed() {
      try timeline.rewind()
      #expect(timeline.machine.position.frame == frame)
    }
    #expect(throws: SeekError.falsePast) { try timeline.rewind() }
    #expect(timeline.machine.position.frame == first)
  }

  @Test("Who does not want to wait for a past has it proved elsewhere, and may stop that")
  func proof() throws {
    var random = Seeded(state: PastTests.seed)
    let played = try session(toy(), frames: 40, &random)
    let past = try #require(played.past(byteLimit: 1 << 18))
    var timeline = Timeline(played.machine, past: past, spacing: 100)
    timeline.provesPasts = false
    let error = SeekError.unproven(branch: 0)
    #expect(throws: error) { try timeline.seek(to: Position(frame: 10)) }
    #expect(throws: error) { try timeline.rewind() }
    #expect(timeline.machine == played.machine)
    var count = 0
    let stopped = timeline.proof(ofPast: 0) {
      count += 1
      return count < 4
    }
    #expect(stopped == nil && count == 4)
    // So it is when the course is replayed.
    var proving = timeline
    proving.provesPasts = true
    #expect(throws: error) { _ = try proving.scout(while: { false }) }
    _ = try proving.scout()
    #expect(proving.proof(ofPast: 0) { true } == nil)
    let proof = try #require(timeline.proof(ofPast: 0) { true })
    timeline.take(proof)
    timeline.checkInvariants()
    #expect(timeline.keyframeCount > 4)
    try timeline.seek(to: Position(frame: 10))
    #expect(timeline.machine.position.frame == 10)
    #expect(timeline.proof(ofPast: 0) { true } == nil)
  }

  @Test(
    "Whatever is done to a past in an image, it is refused, or it is a past of the same machine")
  func damage() throws {
    var random = Seeded(state: PastTests.seed)
    var timeline = Timeline(usedToy())
    for frame in 2...12 as ClosedRange<UInt64> {
      try timeline.apply(.weight(.random(in: 0...255, using: &random)))
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
    }
    let machine = timeline.machine
    let section = try #require(try image(timeline).sections.first { $0.tag == Tag("TAPE") })
    let bytes = try #require(try image(timeline).ancillary(section.tag))
    func past(_ contents: [UInt8]) throws -> Past<Toy>? {
      let sections = RawSection.toy.map { raw in
        raw.tag == "CNTR" ? RawSection(tag: "CNTR", contents: counter(machine)) : raw
      }
      let file = imageFile(sections + [RawSection(tag: "TAPE", flags: 0, contents: contents)])
      return try Image(file).past(of: machine)
    }
    #expect(try past(bytes)?.leads(to: machine) == true)
    for count in bytes.indices {
      #expect(throws: ImageError.self) { try past(Array(bytes.prefix(count))) }
    }
    #expect(throws: ImageError.self) { try past(bytes + [0]) }
    var accepted = 0
    for index in bytes.indices {
      for flip in [1, 2, 0x10, 0x80, 0xFF] as [UInt8] {
        var altered = bytes
        altered[index] ^= flip
        guard let past = try? past(altered) else { continue }
        accepted += 1
        #expect(past.start.position <= machine.position)
      }
    }
    #expect(accepted < bytes.count * 5)
  }

  private func counter(_ toy: Toy) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(toy.counter)
    return writer.bytes
  }
}
