// Programs, on every machine, on both engines in lock step: the machine becomes the same.

import Chip8Core
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Input([UInt8](start, count))
  // Of fewer instructions nothing is translated.
  guard let session = input.session(slowest: 200) else { return 0 }
  var (reference, fast) = (session.machine, session.machine)
  fast.engine = .fast
  var before: (reference: Chip8, fast: Chip8.Snapshot)?
  for frame in 0..<24 {
    let keys = session.keys(reference)
    // Some frames are run in pieces that end anywhere.
    let limit = frame % 3 == 1 ? session.instructionsToSave % 1000 + 101 : maxFrameInstructions
    let stop = reference.run(frames: 1, instructions: limit, keys: keys)
    expect(fast.run(frames: 1, instructions: limit, keys: keys) == stop, "both engines stop alike")
    expect(fast.tone == reference.tone, "both engines sound alike")
    expect(
      fast.canonicalState == reference.canonicalState,
      "both engines bring the machine to the same state")
    if stop != .done, stop != .halt {
      guard frame < 12, let before else { break }
      reference = before.reference
      fast.restore(from: before.fast)
    }
    if frame == 4 { before = (reference, fast.snapshot) }
    if frame == 8 {
      var copy = fast
      _ = copy.run(frames: 2, instructions: maxFrameInstructions, keys: [])
    }
  }
  return 0
}

private let maxFrameInstructions = 3000
