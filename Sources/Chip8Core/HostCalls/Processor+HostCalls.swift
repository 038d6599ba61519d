// 0C80 and 0C81, the two instructions that lead out of the machine: docs/HOST-CALLS.md.

extension Processor {
  /// What becomes of a call.
  enum HostEffect {
    /// It is no instruction on this machine.
    case none
    /// The host is asked, and has not answered.
    case asked
    /// It is done; the program goes on with a subroutine, or behind the call.
    case answered(subroutine: UInt16?)
  }

  /// Tells the program which host it has.
  func probeHost() {
    if state.pointee.hostCalls != nil { v[0] = HostCalls.version }
  }

  /// A call takes the rest of its frame, so that no program keeps its host busy with nothing else.
  @inline(__always)
  mutating func callHost() {
    switch hostEffect() {
    case .none:
      refuse(.fault(instructionSet == .chip8 ? .machineCode : .illegalInstruction))
    case .asked:
      refuse(.hostCall)
    case .answered(let subroutine):
      if let subroutine {
        push(pc)
        pc = subroutine
      }
      end(.frameOver)
    }
  }

  @inline(never)
  private func hostEffect() -> HostEffect {
    guard let host = state.pointee.hostCalls else { return .none }
    do throws(HostStatus) {
      let call = try readHostCall()
      if call.operation == .arguments {
        let fits = write(host.arguments, to: call.buffer)
        tell(fits ? .done : .buffer, argumentCount: host.arguments.count)
        return .answered(subroutine: nil)
      }
      guard let answer = host.answer else { return .asked }
      if answer == .restored {
        let fits = write(host.arguments, to: call.buffer)
        tell(fits ? .restored : .restoredWithoutArguments, argumentCount: host.arguments.count)
      } else {
        tell(answer)
        if answer == .done, case .save(.call(let subroutine)) = call.operation {
          return .answered(subroutine: subroutine)
        }
      }
    } catch { tell(error) }
    return .answered(subroutine: nil)
  }

  /// The request block at I.
  func readHostCall() throws(HostStatus) -> HostCall {
    let canCall =
      state.pointee.stackCount < state.pointee.configuration.platform.stackCountMax
    return try HostCall(
      at: Int(state.pointee.i), in: UnsafeBufferPointer(start: ram, count: mask + 1),
      canCall: canCall)
  }

  private func tell(_ status: HostStatus, argumentCount: Int = 0) {
    v[0] = status.rawValue
    v[1] = UInt8(argumentCount)
    state.pointee.hostCalls?.answer = nil
  }

  /// Writes arguments if they fit, and says whether they do.
  private func write(_ arguments: [String], to buffer: Range<Int>) -> Bool {
    let bytes = Arguments.bytes(arguments)
    guard bytes.count <= buffer.count else { return false }
    for (address, byte) in zip(buffer, bytes) { write(byte, at: address) }
    return true
  }

  private func push(_ address: UInt16) {
    state.pointee.stack[Int(state.pointee.stackCount)] = address
    state.pointee.stackCount += 1
  }
}
