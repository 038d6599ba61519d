/// Subroutines that a restored machine calls before its program continues, one after
/// the other, and the program as they have interrupted it.
public struct EntryCalls: Sendable {
  /// How many there may be at once.
  public static let maxCount = 16
  /// The frames within which an entry call must return.
  public static let maxFrameCount: UInt64 = 3600

  /// What each entry call starts with, and what is restored after it: the program's own
  /// control state. Memories, timers and time stay as the calls leave them.
  package struct Interrupted: Sendable {
    package var pc: UInt16
    package var i: UInt16
    package var v: InlineArray<16, UInt8>
    package var stack: InlineArray<16, UInt16>
    package var stackCount: UInt8
    package var keyWait: KeyWait?
    package var drawWait: UInt32?
    package var answer: HostStatus?
  }

  /// The entry call that runs.
  public package(set) var address: UInt16
  /// The frame in which it was called.
  public package(set) var start: UInt64
  /// Those that follow it.
  public package(set) var waiting: [UInt16]
  package var interrupted: Interrupted
}

/// Why an entry call cannot be added.
public enum EntryCallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No instruction is there.
  case outsideRAM(address: Int, Platform)
  /// There are 16 already.
  case tooMany

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .outsideRAM(let address, let platform):
      "an entry call at 0x\(hexadecimal(address, 3)) is outside the \(platform.ramByteCount) bytes "
        + "of RAM of \(platform.title)"
    case .tooMany:
      "a machine can have at most \(EntryCalls.maxCount) entry calls"
    }
  }
}

extension Chip8 {
  /// ``InputEvent/entryCall(_:)``.
  mutating func addEntryCall(_ address: Int) throws(EntryCallError) {
    let platform = state.configuration.platform
    guard (0...platform.ramByteCount - 2).contains(address) else {
      throw .outsideRAM(address: address, platform)
    }
    guard (state.entryCalls?.waiting.count ?? -1) + 1 < EntryCalls.maxCount else { throw .tooMany }
    if state.entryCalls == nil {
      state.begin(UInt16(address), followedBy: [], interrupting: state.interrupted)
    } else {
      state.entryCalls?.waiting.append(UInt16(address))
    }
    state.ram = state.shownRAM
  }
}

extension State {
  /// The program's own course, as it is now.
  fileprivate var interrupted: EntryCalls.Interrupted {
    EntryCalls.Interrupted(
      pc: pc, i: i, v: v, stack: stack, stackCount: stackCount, keyWait: keyWait,
      drawWait: drawWait, answer: hostCalls?.answer)
  }

  /// Starts an entry call on a stack of its own, which holds only its return address.
  fileprivate mutating func begin(
    _ address: UInt16, followedBy waiting: [UInt16],
    interrupting interrupted: EntryCalls.Interrupted
  ) {
    entryCalls = EntryCalls(
      address: address, start: frames, waiting: waiting, interrupted: interrupted)
    pc = address
    stack[0] = interrupted.pc
    stackCount = 1
    keyWait = nil
    drawWait = nil
    hostCalls?.answer = nil
  }

  /// Restores the program's own control state, and starts the next entry call if there is one.
  fileprivate mutating func endEntryCall(_ ended: EntryCalls) {
    let program = ended.interrupted
    entryCalls = nil
    (pc, i, v) = (program.pc, program.i, program.v)
    (stack, stackCount) = (program.stack, program.stackCount)
    (keyWait, drawWait) = (program.keyWait, program.drawWait)
    hostCalls?.answer = program.answer
    if let next = ended.waiting.first {
      begin(next, followedBy: Array(ended.waiting.dropFirst()), interrupting: program)
    }
  }
}

extension Processor {
  /// An instruction of an entry call, or a frame in which it waits. Entry calls are stepped, so the
  /// loop for programs does not know of them.
  mutating func stepEntryCall(_ limits: inout Limits, _ keys: KeySet) -> Chip8.Stop? {
    guard let calls = state.pointee.entryCalls else { return nil }
    guard limits.frames > 0, limits.instructions > 0 else { return .done }
    guard state.pointee.frames - calls.start < EntryCalls.maxFrameCount else {
      return .fault(fault(.endlessEntryCall, in: calls.address))
    }
    let (frames, instructions) = (state.pointee.frames, state.pointee.instructions)
    let step = Limits(frames: 1, instructions: 1, stopsAtHalt: false)
    let stop = runProgram(step, keys)
    if state.pointee.stackCount == 0 { endEntryCall(calls) }
    limits.frames -= Int(state.pointee.frames - frames)
    limits.instructions -= Int(state.pointee.instructions - instructions)
    return switch stop {
    case .done, .halt: nil
    case .fault(let fault): .fault(self.fault(fault.kind, in: calls.address))
    case .exit, .hostCall: stop
    }
  }

  private mutating func endEntryCall(_ calls: EntryCalls) {
    engine.readWorkArea()
    state.pointee.endEntryCall(calls)
    engine.showWorkArea()
    engine.pc = state.pointee.pc
    // A key wait ends the frame. Counted in cycles that is seen when
    // the machine continues.
    let isCycles = state.pointee.configuration.timing == .cycles
    if state.pointee.keyWait != nil, state.pointee.instructionsLeftInFrame != nil, !isCycles {
      endFrame()
    }
  }

  private func fault(_ kind: Fault.Kind, in entryCall: UInt16) -> Fault {
    Fault(
      kind: kind, pc: engine.pc, opcode: engine.word(at: engine.pc),
      platform: state.pointee.configuration.platform, entryCall: entryCall)
  }
}
