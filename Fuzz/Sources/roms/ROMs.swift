// Programs, on every machine: saved and loaded they continue as they would have, and their disassembly
// assembles to the same bytes.

import Chip8Core
import Fuzzing
import Octo
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Input([UInt8](start, count))
  guard let session = input.session() else { return 0 }
  checkRun(session)
  let program = session.machine.program
  checkDisassembly(program, session.machine.state.configuration)
  checkDisassembly(program, Configuration(for: program))
  return 0
}

private func checkRun(_ session: Session) {
  var machine = session.machine
  var left = session.instructionsToSave
  for _ in 0..<200 where left > 0 {
    let before = machine.state.instructions
    let stop = machine.run(frames: 1, instructions: left, keys: session.keys(machine))
    left -= Int(machine.state.instructions - before)
    if stop != .done { break }
  }
  var reloaded = machine.reloaded()
  for _ in 0..<12 {
    let keys = session.keys(machine)
    let (frames, instructions) = (machine.state.frames, machine.state.instructions)
    let stop = machine.run(frames: 1, instructions: maxFrameInstructions, keys: keys)
    expect(reloaded.runInPieces(keys) == stop, "a machine stops as when it was saved")
    if machine.state.frames > frames {
      expect(reloaded.tone == machine.tone, "a machine sounds as when it was saved")
    }
    expect(
      stop != .done || machine.state.frames > frames || machine.state.instructions > instructions,
      "a machine continues unless it says why")
    if stop != .done { break }
  }
  expect(
    reloaded.canonicalState == machine.canonicalState, "a machine continues as when it was saved")
}

private let maxFrameInstructions = 500

extension Chip8 {
  /// Runs to the end of the frame as `run` does, but some instructions at a time.
  fileprivate mutating func runInPieces(_ keys: KeySet) -> Stop {
    let (frames, instructions) = (state.frames, state.instructions)
    while true {
      let left = maxFrameInstructions - Int(state.instructions - instructions)
      let stop = run(frames: 1, instructions: min(7, left), keys: keys)
      if stop != .done || state.frames > frames { return stop }
      if state.instructions - instructions >= UInt64(maxFrameInstructions) { return stop }
    }
  }
}

private func checkDisassembly(_ program: Program, _ configuration: Configuration) {
  let source = Disassembly(program.bytes, for: configuration).octo(title: program.name)
  let assembly = must("a disassembly can be assembled") {
    try assemble(source, named: program.name)
  }
  expect(assembly.program == program.bytes, "a disassembly assembles to the same bytes")
}
