// Runs to a stop, and what is left of one that another process continues with.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct RunTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(
    _ source: String, _ metadata: MetadataRequest = MetadataRequest(), host: Host = .none,
    _ change: (inout RunRequest) -> Void = { _ in }
  ) throws -> Run {
    var request = RunRequest()
    change(&request)
    let loaded = try scratch.load(source, MachineRequest(), metadata)
    return try Run(Player(loaded, host), request)
  }

  private func stop(_ run: inout Run) throws -> RunStop {
    guard case .stop(let stop) = try run.toStop() else { throw Unexpected() }
    return stop
  }

  @Test func runsWithoutAStopEndWhenNothingHappensAnyMore() throws {
    var run = try run(Source.halt)
    #expect(try stop(&run) == .halt)
    run = try self.run(Source.exit)
    #expect(try stop(&run) == .halt)
    run = try self.run(": main v0 := key loop again")
    #expect(try stop(&run) == .keyWait)
    run = try self.run(Source.counter)
    #expect(try stop(&run) == .frames && run.framesDone == UInt64(Run.framesWithoutStop))
  }

  @Test func framesAndInstructionsAreCountedExactly() throws {
    var run = try run(Source.counter) { $0.frames = 7 }
    #expect(try stop(&run) == .frames && run.framesDone == 7 && run.instructionsDone == 140)
    // Once more, it is there already.
    #expect(try stop(&run) == .frames && run.framesDone == 7)
    run = try self.run(Source.counter) { $0.instructions = 33 }
    #expect(try stop(&run) == .instructions && run.instructionsDone == 33)
    #expect(run.player.machine.state.v[0] == 17)
  }

  @Test func aRunEndsAtAnInstruction() throws {
    let source = ": main loop v0 += 1 if v0 == 9 then jump there again : there v1 := 1 loop again"
    var run = try run(source) { $0.until = [.pc(.label("there"))] }
    #expect(try stop(&run) == .pc)
    #expect((run.player.machine.state.v[0], run.player.machine.state.v[1]) == (9, 0))
    #expect(
      requestError { _ = try self.run(source) { $0.until = [.pc(.label("nowhere"))] } }
        == .unknownLabel("nowhere", .stop))
  }

  @Test func aRunEndsAtAScreen() throws {
    let source = ": main i := dot loop sprite v0 v0 1 v0 += 1 again : dot 0x80"
    var drawn = try scratch.load(source).machine
    _ = drawn.run(frames: 5)
    let digest = drawn.state.screen.digest.description
    var run = try run(source) { $0.until = [.screen(digest)] }
    #expect(try stop(&run) == .screen)
    #expect(run.framesDone == 5 && run.player.machine.state.screen == drawn.state.screen)
  }

  @Test func aRunEndsWhereTheProgramStops() throws {
    var run = try run(Source.fault) { $0.frames = 100 }
    #expect(try stop(&run) == .fault)
    #expect(run.fault?.kind == .stackUnderflow && run.instructionsDone == 1)
  }

  @Test func aRunEndsAtPoints() throws {
    var metadata = MetadataRequest()
    metadata.watchpoints = [WatchedPlace(.label("here"))]
    let source = ": main v0 := 5 i := here save v0 loop again : here 0"
    var run = try run(source, metadata) { $0.frames = 100 }
    #expect(try stop(&run) == .watchpoint)
    guard case .watchpoint(let place, by: 0x204) = run.point else { throw Unexpected() }
    #expect(run.player.metadata.names.name(place.address) == "here")
    metadata = MetadataRequest()
    metadata.breakpoints = [.label("here")]
    run = try self.run(": main v0 += 1 : here loop again", metadata) { $0.frames = 100 }
    #expect(try stop(&run) == .breakpoint && run.point == .breakpoint(0x202))
    #expect(run.instructionsDone == 1)
  }

  @Test func interruptedRunsCanContinue() throws {
    var run = try run(Source.counter) { $0.frames = 1_000_000 }
    var asked = 0
    let end = try run.toStop {
      asked += 1
      return asked == 3
    }
    guard case .stop(.interrupt) = end else { throw Unexpected() }
    #expect(run.framesDone == 200_000)
    #expect(try stop(&run) == .frames && run.framesDone == 1_000_000)
  }

  @Test func aRunContinuesWithTheMachineThatItsProgramRestores() throws {
    let host = try Host(directory: scratch.makeDirectory("host"))
    var saver = try run(Source.saving, host: host) { $0.frames = 3 }
    _ = try stop(&saver)
    let waits = ": main v9 := 4 delay := v9 loop v9 := delay while v9 != 0 again\n"
    let source = waits + Source.restoring.replacing(": main", with: "")
    var run = try run(source, host: host) {
      ($0.frames, $0.instructions) = (20, 1000)
      $0.until = [.pc(.address(0x3FF)), .halt]
    }
    guard case .restores(let restoration) = try run.toStop() else { throw Unexpected() }
    let rest = run.remainingAfterRestoring()
    // The call is an instruction, and its frame is over.
    let (frames, instructions) = (run.framesDone + 1, run.instructionsDone + 1)
    #expect(rest.frames == 20 - Int(frames) && rest.instructions == 1000 - Int(instructions))
    #expect(frames > 3 && rest.until == [.pc(.address(0x3FF)), .halt])
    run.adopt(restoration)
    #expect((run.framesDone, run.instructionsDone) == (frames, instructions))
    // Another process that is told what is left comes to the same end.
    var other = try Run(run.player, rest)
    #expect(try stop(&run) == .frames && stop(&other) == .frames)
    #expect(run.framesDone == 20)
    #expect(other.player.machine.stateDigest == run.player.machine.stateDigest)
  }
}
