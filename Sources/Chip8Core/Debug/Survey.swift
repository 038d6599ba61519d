// How often each instruction ran, what it read and wrote, and which frames did not look at the keys.

import SaveState

/// What a machine did in a part of its past.
public struct Survey: Sendable {
  /// Where that part begins.
  public internal(set) var from: Position
  /// Where it ends.
  public internal(set) var until: Position
  /// How often the instruction at each address of the RAM was executed.
  public internal(set) var executed: [UInt64]
  /// How often each byte of the RAM was read by instructions.
  public internal(set) var read: [UInt64]
  /// How often it was written by them.
  public internal(set) var written: [UInt64]
  /// The frames in which the program did not look at the keys.
  public internal(set) var lagFrames: [UInt64] = []
  /// All instructions.
  public internal(set) var instructions: UInt64 = 0
  /// All frames that have ended.
  public internal(set) var frames: UInt64 = 0

  init(from: Position, until: Position, byteCount: Int) {
    (self.from, self.until) = (from, until)
    executed = Array(repeating: 0, count: byteCount)
    (read, written) = (executed, executed)
  }
}

extension History {
  /// Goes over a part of the past and counts.
  public mutating func survey(
    from: Position, until: Position
  ) throws(Failure) -> Survey {
    var survey = Survey(from: from, until: until, byteCount: presentRAMByteCount)
    var next = from
    while next.mark < until.mark {
      let limit = min(until, Position(frame: next.frame + 1 + History.surveyedFrames))
      next = try walk(from: next) { machine, inputs in
        machine.count(&inputs, until: limit, in: &survey)
      }
      if next.mark < limit.mark { break }
    }
    return survey
  }

  private static var surveyedFrames: UInt64 { 4096 }
}

extension Chip8 {
  /// Goes over its course, and returns where it ended.
  fileprivate mutating func count(
    _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, until end: Position,
    in survey: inout Survey
  ) -> Position {
    let mask = state.ram.count - 1
    var hasLooked = false
    while true {
      take(&inputs)
      guard position.mark < end.mark else { return position }
      takeInputsOfFrame(&inputs)
      let (instruction, address, frame) = (nextInstruction, Int(state.pc) & mask, state.frames)
      if state.keyWait != nil { hasLooked = true }
      let (read, written) = withUnsafePointer(to: &state) {
        (instruction.bytesRead($0), instruction.bytesWritten($0))
      }
      switch tick() {
      case .executed:
        survey.instructions += 1
        survey.executed[address] += 1
        for byte in read ?? 0..<0 { survey.read[byte & mask] += 1 }
        for byte in written ?? 0..<0 { survey.written[byte & mask] += 1 }
        if instruction.looksAtKeys { hasLooked = true }
      case .waited, .waitEnded: break
      case .stopped: if inputs.first?.position.mark != position.mark { return position }
      }
      guard state.frames > frame else { continue }
      survey.frames += state.frames - frame
      if !hasLooked { survey.lagFrames.append(frame) }
      hasLooked = false
    }
  }
}

extension Instruction {
  fileprivate var looksAtKeys: Bool { form.reads.contains(.keys) }
}
