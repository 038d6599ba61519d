import SaveState

/// Knows what a machine executed last, without looking at each instruction: it keeps the machine as
/// it was a while ago and the tape of its inputs since then, and runs that again when somebody asks.
/// So it has to know of all input of the machine: ``apply(_:to:)``, ``note(_:at:)``.
public struct FlightRecorder: Sendable {
  /// An instruction that was executed.
  public struct Executed: Hashable, Sendable {
    /// Where it was.
    public let address: UInt16
    /// Its two bytes.
    public let opcode: UInt16
    /// The two bytes after it, the second half of a long load of I.
    public let next: UInt16

    /// An instruction of which all is known.
    public init(address: UInt16, opcode: UInt16, next: UInt16) {
      self.address = address
      self.opcode = opcode
      self.next = next
    }
  }

  /// How far apart the machines are that it keeps. To run that again takes milliseconds.
  private static let instructionsBetween: UInt64 = 1_000_000
  private static let framesBetween: UInt64 = 4096

  private struct Checkpoint: Sendable {
    let machine: Chip8.Snapshot
    let position: Position
    /// How many inputs of the tape the machine has had.
    var inputCount: Int
  }

  /// Earlier machines, the older one first. With two there is always enough history.
  private var checkpoints: [Checkpoint] = []
  /// The inputs since the first checkpoint.
  private var tape = Tape<InputEvent>()

  /// One that knows nothing yet.
  public init() {}

  /// Applies an input to the machine, and remembers it.
  ///
  /// - Throws: ``InputError``; nothing has changed then.
  public mutating func apply(_ event: InputEvent, to machine: inout Chip8) throws(InputError) {
    try machine.apply(event)
    note(event, at: machine.position)
  }

  /// Remembers an input that the machine has taken.
  public mutating func note(_ event: InputEvent, at position: Position) {
    guard !checkpoints.isEmpty else { return }
    tape.append(event, at: position)
  }

  /// Takes note of a machine that is about to run.
  public mutating func willRun(_ machine: Chip8) {
    let position = machine.position
    guard isCheckpointDue(at: position) else { return }
    checkpoints = Array(checkpoints.suffix(1))
    let past = checkpoints.first?.inputCount ?? tape.entries.count
    tape.removeFirst(past)
    for k in checkpoints.indices { checkpoints[k].inputCount -= past }
    checkpoints.append(
      Checkpoint(
        machine: machine.snapshot, position: position, inputCount: tape.entries.count))
  }

  private func isCheckpointDue(at position: Position) -> Bool {
    guard let last = checkpoints.last?.position else { return true }
    return position.instruction - last.instruction >= FlightRecorder.instructionsBetween
      || position.frame - last.frame >= FlightRecorder.framesBetween
  }

  /// Forgets what was, for it does not lead to what will be: another machine takes its place.
  public mutating func forget() { self = FlightRecorder() }

  /// The instructions that led a machine to where it is, the last one last; at most `count`.
  public func lastInstructions(before machine: Chip8, count: Int) -> [Executed] {
    let end = machine.position
    let enough = checkpoints.last { $0.position.instruction + UInt64(count) <= end.instruction }
    guard
      let checkpoint = enough ?? checkpoints.first, checkpoint.position <= end
    else { return [] }
    var replay = Replay(Chip8(checkpoint.machine), tape.entries[checkpoint.inputCount...])
    let past = end.instruction - checkpoint.position.instruction
    let start = end.instruction - min(past, UInt64(count))
    var executed: [Executed] = []
    // The machine has taken each of these inputs before. If it does not now, this is another machine,
    // of which nothing is known.
    do throws(InputError) {
      try replay.advance(until: Position(frame: end.frame + 1, instruction: start))
      while replay.machine.state.instructions < end.instruction, replay.machine.position < end {
        let position = replay.machine.position
        if let instruction = try replay.step() { executed.append(instruction) }
        guard replay.machine.position > position else { break }
      }
    } catch { return [] }
    return executed
  }
}

extension Replay<Chip8> {
  /// Executes an instruction, with the inputs before it, and says which one; nil if it cannot be
  /// executed, or a frame has ended without any.
  fileprivate mutating func step() throws(InputError) -> FlightRecorder.Executed? {
    try advance(to: machine.position)
    machine.endKeyWait()
    try advance(to: machine.position)
    let (state, opcode) = (machine.state, machine.nextInstruction.opcode)
    _ = machine.run(frames: 1, instructions: 1)
    guard machine.state.instructions > state.instructions else { return nil }
    return FlightRecorder.Executed(
      address: state.pc, opcode: opcode, next: state.word(at: state.pc &+ 2))
  }
}

// MARK: - In an image

extension Image {
  private static let maxLastCount = 32

  /// Stores the last instructions of a machine that has faulted, for the post-mortem.
  public mutating func setLastInstructions(_ recorder: FlightRecorder, before machine: Chip8) {
    var writer = ByteWriter()
    for executed in recorder.lastInstructions(before: machine, count: Image.maxLastCount) {
      writer.append(executed.address)
      writer.append(executed.opcode)
      writer.append(executed.next)
    }
    setAncillary(
      Chip8.lastSection, writer.bytes.isEmpty ? nil : writer.bytes, of: Chip8.self)
  }

  /// The last instructions, the oldest first; none if the image does not say.
  ///
  /// - Throws: ``ImageError/damagedSection(_:)``.
  public func lastInstructions() throws(ImageError) -> [FlightRecorder.Executed] {
    guard
      let contents = try ancillary(Chip8.lastSection.tag, atMost: 6 * Image.maxLastCount)
    else { return [] }
    guard (1...Image.maxLastCount).contains(contents.count / 6), contents.count % 6 == 0 else {
      throw .damagedSection(Chip8.lastSection.tag)
    }
    var reader = ByteReader(contents)
    var executed: [FlightRecorder.Executed] = []
    while let address = reader.next(UInt16.self), let opcode = reader.next(UInt16.self),
      let next = reader.next(UInt16.self)
    {
      executed.append(FlightRecorder.Executed(address: address, opcode: opcode, next: next))
    }
    return executed
  }
}
