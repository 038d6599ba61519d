// How a machine has come where it is, as images carry it: docs/STATE-FORMAT.md, `TAPE`.

/// The way of a machine to where it is: an earlier machine, and the tape of what has reached it since.
/// At its end nothing is held down.
public struct Past<Remembered: Machine>: Sendable {
  /// The machine to begin with.
  public let start: Remembered
  /// What has reached it since.
  public let tape: Tape<Remembered.Input>

  /// The most frames that it lasts, those of more than a week: verification runs them all.
  public static var maxFrames: UInt64 { 1 << 26 }
  /// The most instructions that it lasts.
  public static var maxInstructions: UInt64 { 1 << 36 }
  /// The most bytes that it takes in an image.
  public static var maxByteCount: Int { 4 << 20 }

  /// - Parameter start: holds nothing down.
  package init(start: Remembered, tape: Tape<Remembered.Input>) {
    (self.start, self.tape) = (start, tape)
  }

  /// The way from a machine to another one, by the inputs that have reached it.
  fileprivate init(
    from start: Remembered, _ inputs: Remaining<Remembered>, to end: Remembered
  ) {
    var released = start
    released.releaseHeldInput()
    var tape = Tape<Remembered.Input>()
    for input in start.heldInputs { tape.append(input, at: start.position) }
    for entry in inputs { tape.append(entry.input, at: entry.position) }
    for input in end.releasingInputs { tape.append(input, at: end.position) }
    self.init(start: released, tape: tape)
  }

  /// Whether it begins where the machine was switched on.
  public var beginsAtPowerOn: Bool { start.powerOnSeed != nil }

  /// Runs it, to see whether it leads to a machine, as that machine would be run.
  public func leads(to machine: Remembered) -> Bool {
    guard isWithinLimits(until: machine.position) else { return false }
    var (replayed, remaining) = (machine, tape.entries[...])
    replayed.restore(from: start.snapshot)
    let hasTakenAll: Void? = try? replayed.advance(to: machine.position, with: &remaining)
    return hasTakenAll != nil && remaining.isEmpty && replayed.position == machine.position
      && replayed.heldInputs.isEmpty && replayed.canonicalState == machine.canonicalState
  }

  /// Whether it is short enough to be verified while the user waits.
  func isWithinLimits(until end: Position) -> Bool { Past.canLead(from: start.position, to: end) }

  /// Whether running a machine so far is acceptable while the user waits.
  static func canLead(from start: Position, to end: Position) -> Bool {
    start.mark <= end.mark && start.instruction <= end.instruction
      && end.frame - start.frame <= maxFrames
      && end.instruction - start.instruction <= maxInstructions
  }
}

// MARK: - From a session

extension Timeline {
  /// How the machine has come where it is, in as many bytes as there is room for: if that is not enough
  /// for all of it, it begins later.
  ///
  /// - Parameters:
  ///   - byteLimit: at most ``Past/maxByteCount``.
  ///   - believesClaims: whether the past that a loaded machine claims belongs to it before it is
  ///     verified.
  /// - Returns: nil if not even the last part of it fits.
  public func past(byteLimit: Int, believesClaims: Bool = true) -> Past<Recorded>? {
    let byteLimit = min(byteLimit, Past<Recorded>.maxByteCount)
    // An event takes two bytes or more, and a session can have very many.
    let (start, inputs, isWhole) = course(
      believesClaims: believesClaims, maxInputCount: byteLimit / 2)
    var first = Recorded(Recorded.unpack(start))
    var past: Past<Recorded>?
    if isWhole { past = Past(from: first, inputs[...], to: machine) }
    // Each start is later than the one before, and its size is known better.
    for _ in 0..<5 {
      if let past, past.isWithinLimits(until: machine.position), past.encoded.count <= byteLimit {
        return past
      }
      let stateByteCount = past?.encodedState.count ?? Past.encodedState(of: machine).count
      guard
        let later = laterStart(than: first, inputs, stateByteCount: stateByteCount, byteLimit),
        later.position.mark > first.position.mark, later.position.mark < machine.position.mark
      else { return nil }
      let isHad = { (entry: Tape<Recorded.Input>.Entry) in
        entry.position <= later.position.mark
      }
      past = Past(from: later, inputs.drop(while: isHad), to: machine)
      first = later
    }
    return nil
  }

  /// What has led the machine to where it is, to be run again: from where it had executed so many
  /// instructions, or, if that was earlier, from the beginning of what is known.
  public func replay(fromInstruction instruction: UInt64) -> Replay<Recorded> {
    var session = self
    let first = max(instruction, start.instruction)
    do throws(SeekError) { try session.seek(toInstruction: first) } catch {
      // What a loaded machine says of its past is false.
      let (start, inputs, _) = course(believesClaims: false)
      return Replay(Recorded(Recorded.unpack(start)), inputs[...])
    }
    let here = session.machine.position.mark
    return Replay(session.machine, course(believesClaims: true, after: here).inputs[...])
  }

  /// The machine with which the course begins, and all inputs since then, or the last ones.
  ///
  /// - Parameters:
  ///   - maxInputCount: about how many inputs there are, at most.
  ///   - position: after which they come, if not all are wanted.
  /// - Returns: them, and whether there were no more.
  private func course(
    believesClaims: Bool, maxInputCount: Int = .max, after position: Position? = nil
  ) -> (start: Recorded.PackedSnapshot, inputs: [Tape<Recorded.Input>.Entry], isWhole: Bool) {
    var index = branchOfCourse(branch, at: .position(machine.position))
    var (end, room) = (branches[index].tape.count(through: machine.position), maxInputCount)
    var stretches: [Remaining<Recorded>] = []
    while true {
      let tape = branches[index].tape
      let skipped = position.map { min(end, tape.count(through: $0)) } ?? 0
      stretches.append(tape[max(skipped, end - min(end, max(room, 0)))..<end])
      room -= end
      guard let origin = branches[index].origin,
        believesClaims || branches[origin.branch].claim == nil
      else { break }
      (index, end) = (origin.branch, origin.inputCount)
    }
    guard let start = branches[index].start else {
      preconditionFailure("a branch has a start or has left another one")
    }
    return (start, stretches.reversed().flatMap { $0 }, room >= 0)
  }

  /// The machine from which on a past has so few inputs, and lasts so short, that it is within its
  /// limits; nil if there is none.
  private func laterStart(
    than start: Recorded, _ inputs: [Tape<Recorded.Input>.Entry], stateByteCount: Int,
    _ byteLimit: Int
  ) -> Recorded? {
    // What comes before the events, with room for their number and the first distance.
    var room = byteLimit - stateByteCount - 64
    guard room > 0 else { return nil }
    let kept = Tape(inputs[...]).encodedByteCounts.reversed().prefix { byteCount in
      room -= byteCount
      return room >= 0
    }.count
    let end = machine.position
    let entries = inputs.dropLast(kept)
    let frame = end.frame - min(end.frame, Past<Recorded>.maxFrames)
    let position = max(
      entries.last?.position ?? start.position.mark, Position(frame: frame), start.position.mark)
    var session = self
    let instruction = end.instruction - min(end.instruction, Past<Recorded>.maxInstructions)
    do throws(SeekError) {
      try session.seek(to: position)
      if session.machine.position.instruction < instruction {
        try session.seek(toInstruction: instruction)
      }
    } catch { return nil }
    return session.machine
  }
}

// MARK: - In an image

extension Past {
  /// What comes before the events.
  private enum Beginning {
    /// The machine was just switched on: its seed.
    static var powerOn: UInt8 { 0 }
    /// Any machine: its sections.
    static var state: UInt8 { 1 }
  }
  var encoded: [UInt8] {
    var writer = ByteWriter()
    if let seed = start.powerOnSeed {
      writer.append(Beginning.powerOn)
      writer.append(seed)
    } else {
      writer.append(contentsOf: encodedState)
    }
    tape.encode(into: &writer)
    return writer.bytes
  }

  /// The start with all its sections, as they are in an image.
  fileprivate var encodedState: [UInt8] { Past.encodedState(of: start) }

  fileprivate static func encodedState(of start: Remembered) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Beginning.state)
    start.encodeFramed(into: &writer)
    return writer.bytes
  }

  /// - Parameter machine: where it leads, or is said to.
  init(decoding bytes: [UInt8], of machine: Remembered) throws(ImageError) {
    var reader = ByteReader(bytes)
    let start = try Past.start(from: &reader, of: machine)
    let tape: Tape<Remembered.Input>
    do throws(TapeError) {
      tape = try Tape(decoding: &reader)
      guard reader.count == 0 else { throw .trailingBytes }
    } catch { throw .badField("its past: \(error)") }
    self.init(start: start, tape: tape)
    let (first, last) = (tape.entries.first?.position, tape.entries.last?.position)
    guard
      isWithinLimits(until: machine.position), first.map({ $0 >= start.position.mark }) ?? true,
      last.map({ $0 <= machine.position.mark }) ?? true
    else { throw .badField("its past: it does not lead to its machine") }
  }

  private static func start(
    from reader: inout ByteReader, of machine: Remembered
  ) throws(ImageError) -> Remembered {
    switch reader.next(UInt8.self) {
    case Beginning.powerOn:
      guard let seed = reader.next(UInt64.self) else { throw .damagedSection(Image.tapeTag) }
      return machine.poweredOn(seed: seed)
    case Beginning.state:
      return try Remembered(
        program: machine.program, decodingFramed: &reader, of: Image.tapeTag)
    default: throw .damagedSection(Image.tapeTag)
    }
  }
}

extension Image {
  static let tapeTag = Tag("TAPE")

  /// How the machine has come where it is, if the image says so. That it has is not verified:
  /// ``Past/leads(to:)``.
  ///
  /// - Parameter machine: the machine in the image.
  public func past<M: Machine>(of machine: M) throws(ImageError) -> Past<M>? {
    guard
      let contents = try ancillary(Image.tapeTag, atMost: Past<M>.maxByteCount)
    else { return nil }
    return try Past(decoding: contents, of: machine)
  }

  /// Says how the machine has come where it is, or with nil that it does not say.
  ///
  /// - Returns: whether there is room for it.
  @discardableResult
  public mutating func setPast<M: Machine>(_ past: Past<M>?) -> Bool {
    setAncillary(.ancillary(Image.tapeTag), past?.encoded, of: M.self)
  }
}
