// Breakpoints and watchpoints: where a machine stops, and that nothing else becomes of it.

import Chip8Core
import SaveState
import Testing

@Suite struct DebuggerTests {
  private func debugger(
    _ breakpoints: [UInt16] = [], watching watchpoints: [Watchpoint] = []
  ) -> Debugger {
    var settings = SessionMetadata()
    settings.breakpoints = breakpoints
    settings.watchpoints = watchpoints
    return Debugger(settings)
  }

  private struct Run: CustomTestStringConvertible {
    let platform: Platform
    let countsCycles: Bool
    var testDescription: String { "\(platform)\(countsCycles ? ", cycles" : "")" }

    static let all =
      Platform.allCases.map { Run(platform: $0, countsCycles: false) }
      + [.vip, .hires].map { Run(platform: $0, countsCycles: true) }

    func machine() throws -> Chip8 {
      var configuration = Configuration(platform)
      if countsCycles { configuration.timing = .cycles }
      return try Chip8(loaded: game(for: platform), configuration, seed: 7)
    }
  }

  /// Every instruction with a breakpoint is stopped at exactly once before each execution, and the
  /// machine becomes what it becomes without any.
  @Test(arguments: Run.all) private func eachExecutionIsStoppedAtOnce(run: Run) throws {
    var straight = try run.machine()
    var stopped = straight
    // All of the game, the wait for a key with what comes after it too.
    let addresses = (0..<48).map { UInt16(0x200 + 2 * $0) }
    var debugger = debugger(addresses)
    var executions: [UInt16: Int] = [:]
    var pauses: [UInt16: Int] = [:]
    var lastPause: UInt64?
    for frame in 0..<120 as Range<UInt64> {
      let down = keys(inFrame: frame)
      while straight.state.frames == frame {
        try straight.apply(.keys(down))
        straight.endKeyWait()
        let (address, before) = (straight.state.pc, straight.state.instructions)
        #expect(straight.run(frames: 1, instructions: 1) == .done)
        if straight.state.instructions > before { executions[address, default: 0] += 1 }
      }
      try stopped.apply(.keys(down))
      while stopped.state.frames == frame {
        #expect(debugger.run(&stopped, frames: 1) == .done)
        if case .breakpoint(let address) = debugger.stopReason {
          #expect(stopped.state.pc == address)
          pauses[address, default: 0] += 1
          lastPause = stopped.state.instructions
        }
      }
    }
    #expect(stopped.stateDigest == straight.stateDigest)
    // The last one may still have to be executed: its frame had no time left for it.
    if lastPause == stopped.state.instructions { pauses[stopped.state.pc, default: 0] -= 1 }
    let expected = executions.filter { addresses.contains($0.key) }
    #expect(pauses.filter { $0.value > 0 } == expected)
    #expect(expected.count > 20)
  }

  @Test func breakpointsAtTheFirstInstructionStop() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    var debugger = debugger([0x200])
    _ = debugger.run(&machine, frames: 1)
    #expect(debugger.stopReason == .breakpoint(0x200) && machine.state.instructions == 0)
    _ = debugger.run(&machine, frames: 1)
    #expect(debugger.stopReason == .breakpoint(0x200) && machine.state.instructions == 2)
  }

  @Test func machinesAtABreakpointContinue() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    var debugger = debugger([0x200])
    debugger.resumePast(machine)
    _ = debugger.run(&machine, frames: 1)
    #expect(debugger.stopReason == .breakpoint(0x200) && machine.state.instructions == 2)
  }

  /// A limit and a breakpoint that are reached together: the run says so at once.
  @Test func stopsAreReported() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    var debugger = debugger([0x202])
    _ = debugger.run(&machine, instructions: 1)
    #expect(debugger.stopReason == .breakpoint(0x202))
    _ = debugger.run(&machine, instructions: 1)
    #expect(debugger.stopReason == nil && machine.state.pc == 0x200)
  }

  @Test func addressesBeyondTheRAMAreThoseWithinIt() throws {
    var machine = try machine(.chip8, 0x7001, 0x7101).changed { $0.pc = 0x1200 }
    var debugger = debugger([0x202])
    _ = debugger.run(&machine, instructions: 9)
    #expect(debugger.stopReason == .breakpoint(0x202) && machine.state.pc == 0x1202)
  }

  @Test func watchpointsStopAfterTheChange() throws {
    // Writes V0 to two bytes in turns, at first what is there already.
    var machine = try machine(.chip8, 0xA300, 0xF055, 0xA302, 0xF055, 0x7001, 0x1200)
    var debugger = debugger(watching: [Watchpoint(address: 0x2FF, byteCount: 2)])
    _ = debugger.run(&machine, frames: 10)
    let expected = Debugger.StopReason.watchpoint(
      Watchpoint(address: 0x2FF, byteCount: 2), by: 0x202)
    #expect(debugger.stopReason == expected)
    #expect(machine.state.instructions == 8 && machine.state.pc == 0x204)
    #expect(machine.state.ram[0x300] == 1)
    _ = debugger.run(&machine, frames: 10)
    #expect(debugger.stopReason == expected && machine.state.instructions == 14)
  }

  @Test func pointsOutsideTheRAMDoNoHarm() throws {
    var machine = try machine(.chip8, 0x7001, 0x1200)
    var debugger = debugger([0xFFFE], watching: [Watchpoint(address: 0xFFF, byteCount: 0xFFFF)])
    #expect(debugger.run(&machine, frames: 2) == .done)
    #expect(debugger.stopReason == nil && machine.state.frames == 2)
  }

  @Test func otherEndsAreAsWithoutPoints() throws {
    for (words, stop) in [
      ([0x7001, 0x1202], Chip8.Stop.halt), ([0x7001, 0x00EE], nil),
    ] as [([UInt16], Chip8.Stop?)] {
      var alone = try Chip8(program(words), Configuration(.chip8))
      var watched = alone
      var debugger = debugger([0x300])
      let expected = alone.run(frames: 9, stopsAtHalt: true)
      #expect(debugger.run(&watched, frames: 9, stopsAtHalt: true) == expected)
      #expect(watched.stateDigest == alone.stateDigest)
      if let stop { #expect(stop == expected) }
    }
  }
}
