// 0C80 and 0C81, the two instructions that lead out of the machine: docs/HOST-CALLS.md.

extension Engine {
  /// Executes one of them, and returns how many instructions that were: none if the machine stays at
  /// it. They leave the loop for all others, which is the faster for it.
  mutating func executeHostInstruction() -> Int {
    let isCall = instruction(at: pc).kind == .callHost
    pc &+= 2
    event = isCall ? callHost() : probeHost()
    guard event == .none || event == .frameOver else {
      pc &-= 2
      return 0
    }
    state.pointee.instructions += 1
    return 1
  }

  /// Tells the program which host it has.
  private func probeHost() -> Event {
    if state.pointee.hostCalls != nil { v[0] = HostCalls.version }
    return .none
  }

  /// A call takes the rest of its frame, so that no program keeps its host busy with nothing else.
  private mutating func callHost() -> Event {
    guard let host = state.pointee.hostCalls else {
      if quirks.contains(.skipMachineCode) { return .none }
      return .fault(extensions.contains(.machineCode) ? .machineCode : .illegalInstruction)
    }
    do throws(HostStatus) {
      let call = try readHostCall()
      if call.operation == .arguments {
        let fits = write(host.arguments, to: call.buffer)
        report(fits ? .done : .buffer, argumentCount: host.arguments.count)
        return .frameOver
      }
      guard let answer = host.answer else { return .hostCall }
      guard answer == .restored else {
        report(answer)
        if answer == .done, case .save(.call(let subroutine)) = call.operation {
          push(pc)
          pc = subroutine
        }
        return .frameOver
      }
      let fits = write(host.arguments, to: call.buffer)
      report(fits ? .restored : .restoredWithoutArguments, argumentCount: host.arguments.count)
    } catch { report(error) }
    return .frameOver
  }

  /// The request block at I.
  func readHostCall() throws(HostStatus) -> HostCall {
    let canCall = state.pointee.stackCount < maxStackCount
    return try HostCall(
      at: Int(state.pointee.i), in: UnsafeBufferPointer(start: ram, count: mask + 1),
      canCall: canCall)
  }

  private func report(_ status: HostStatus, argumentCount: Int = 0) {
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
    showReturn()
  }
}
