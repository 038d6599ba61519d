// What a machine has executed last: the end of its timeline, run again on request.

import SaveState

/// An instruction that was executed.
public struct ExecutedInstruction: Hashable, Sendable {
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

extension Timeline<Chip8> {
  /// The instructions that led the machine to where it is, the last one last; at most `count`, and none
  /// of a program that was replaced.
  public func lastInstructions(_ count: Int) -> [ExecutedInstruction] {
    let end = machine.position
    let start = end.instruction - min(end.instruction, UInt64(count))
    var replay = replay(fromInstruction: start)
    var executed: [ExecutedInstruction] = []
    // The machine has taken each of these inputs before.
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
  fileprivate mutating func step() throws(InputError) -> ExecutedInstruction? {
    try advance(to: machine.position)
    machine.endKeyWait()
    try advance(to: machine.position)
    let (state, opcode) = (machine.state, machine.nextInstruction.opcode)
    _ = machine.run(frames: 1, instructions: 1)
    guard machine.state.instructions > state.instructions else { return nil }
    return ExecutedInstruction(
      address: state.pc, opcode: opcode, next: state.word(at: state.pc &+ 2))
  }
}

// MARK: - In an image

extension Image {
  private static let maxLastCount = 32

  /// Stores the last instructions of a machine that has faulted, for the post-mortem.
  public mutating func setLastInstructions(of timeline: Timeline<Chip8>) {
    var writer = ByteWriter()
    for executed in timeline.lastInstructions(Image.maxLastCount) {
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
  public func lastInstructions() throws(ImageError) -> [ExecutedInstruction] {
    guard
      let contents = try ancillary(Chip8.lastSection.tag, atMost: 6 * Image.maxLastCount)
    else { return [] }
    guard (1...Image.maxLastCount).contains(contents.count / 6), contents.count % 6 == 0 else {
      throw .damagedSection(Chip8.lastSection.tag)
    }
    var reader = ByteReader(contents)
    var executed: [ExecutedInstruction] = []
    while let address = reader.next(UInt16.self), let opcode = reader.next(UInt16.self),
      let next = reader.next(UInt16.self)
    {
      executed.append(ExecutedInstruction(address: address, opcode: opcode, next: next))
    }
    return executed
  }
}
