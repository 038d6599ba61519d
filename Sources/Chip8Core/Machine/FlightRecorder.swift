import SaveState

/// Knows what a machine executed last, without looking at each instruction: it keeps the machine as
/// it was a while ago and the keys since then, and runs that again when somebody asks.
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

  /// The machine as it was, the older one first. With two there is always enough to look back at.
  private var checkpoints: [Chip8.Snapshot] = []
  /// The keys of the frames since the first checkpoint, where they change.
  private var tape: [(frame: UInt64, keys: KeySet)] = []

  /// One that knows nothing yet.
  public init() {}

  /// Takes note of a machine that is about to run, with the keys of all frames that begin.
  public mutating func willRun(_ machine: Chip8, keys: KeySet) {
    if isCheckpointDue(machine) {
      checkpoints = checkpoints.suffix(1) + [machine.snapshot]
      let oldest = checkpoints[0].state.frames
      // The keys that hold where the oldest one begins are those of the last change before it.
      let first = tape.lastIndex { $0.frame <= oldest } ?? 0
      tape.removeFirst(first)
    }
    let frame = machine.state.frames + (machine.state.instructionsLeftInFrame == nil ? 0 : 1)
    if let last = tape.last, last.frame == frame { tape.removeLast() }
    if tape.last?.keys != keys { tape.append((frame, keys)) }
  }

  /// Forgets what was, for it does not lead to what will be: another machine takes its place.
  public mutating func forget() { self = FlightRecorder() }

  /// The instructions that led a machine to where it is, the last one last; at most `count`.
  public func lastInstructions(before machine: Chip8, count: Int) -> [Executed] {
    let end = machine.state.instructions
    let enough = checkpoints.last { $0.state.instructions + UInt64(count) <= end }
    guard
      let checkpoint = enough ?? checkpoints.first, checkpoint.state.instructions <= end
    else { return [] }
    var copy = Chip8(checkpoint)
    run(&copy, toInstruction: end - min(end - copy.state.instructions, UInt64(count)))
    var executed: [Executed] = []
    while copy.state.instructions < end, copy.state.frames <= machine.state.frames {
      copy.endKeyWait(keys: keys(of: copy))
      let (state, opcode) = (copy.state, copy.nextInstruction.opcode)
      let stop = copy.run(frames: 1, instructions: 1, keys: keys(of: copy))
      if copy.state.instructions > state.instructions {
        executed.append(
          Executed(address: state.pc, opcode: opcode, next: state.word(at: state.pc &+ 2)))
      }
      if case .fault = stop { break }
    }
    return executed
  }

  private func isCheckpointDue(_ machine: Chip8) -> Bool {
    guard let last = checkpoints.last?.state else { return true }
    return machine.state.instructions - last.instructions >= FlightRecorder.instructionsBetween
      || machine.state.frames - last.frames >= FlightRecorder.framesBetween
  }

  /// Runs a machine again as it has run, to just before an instruction.
  private func run(_ copy: inout Chip8, toInstruction target: UInt64) {
    while copy.state.instructions < target {
      let frame = nextFrame(of: copy)
      let change = tape.first { $0.frame > frame }?.frame ?? .max
      let before = copy.state
      let stop = copy.run(
        frames: Int(clamping: change - copy.state.frames),
        instructions: Int(clamping: target - copy.state.instructions), keys: keys(of: copy))
      if case .fault = stop { return }
      guard
        copy.state.instructions > before.instructions || copy.state.frames > before.frames
      else { return }
    }
  }

  /// The frame that begins next.
  private func nextFrame(of machine: Chip8) -> UInt64 {
    machine.state.frames + (machine.state.instructionsLeftInFrame == nil ? 0 : 1)
  }

  private func keys(of machine: Chip8) -> KeySet {
    let frame = nextFrame(of: machine)
    return tape.last { $0.frame <= frame }?.keys ?? []
  }
}

// MARK: - In an image

extension Image {
  private static let maxLastCount = 32

  /// Keeps the last instructions of a machine that cannot go on, for whoever asks why.
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
