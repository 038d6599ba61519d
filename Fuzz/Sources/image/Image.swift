// Images: as the input has them, and with their seals made right.

import Chip8Core
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = [UInt8](start, count)
  check(input)
  check(Draft(input).sealed)
  return 0
}

private func check(_ file: [UInt8]) {
  let prelude = Image.prelude(of: file)
  guard let image = try? Image(file) else { return }
  expect(
    prelude + image.bytes == file,
    "an image that is written again has the bytes that it was read from")
  _ = try? image.needs()
  _ = try? image.time()
  _ = try? image.note()
  checkRewriting(image)
  guard let machine: Chip8 = try? image.machine() else { return }
  _ = try? image.verification(Chip8.self)
  let reloaded = machine.reloaded(carrying: image)
  checkRun(machine, reloaded)
}

/// An image that was given a time and a note can be read again and says so.
private func checkRewriting(_ image: Image) {
  var rewritten = image
  rewritten.setTime(1)
  guard (try? rewritten.setNote("a note")) != nil else { return }
  let reread = must("an image with a note can be read") { try Image(rewritten.bytes) }
  expect((try? reread.note()) == "a note", "a note is what was noted")
  expect((try? reread.time()) == 1, "a time is what was said")
  let digests = [image, reread].map { (try? $0.machine() as Chip8)?.stateDigest }
  expect(digests[0] == digests[1], "a note changes no machine")
}

/// Ten frames end after the instructions that ten frames have, and lead both machines to the same.
private func checkRun(_ machine: Chip8, _ reloaded: Chip8) {
  var (machine, reloaded) = (machine, reloaded)
  let before = machine.state.instructions
  let stop = machine.run(frames: 10, instructions: 20_000)
  let executed = machine.state.instructions - before
  // No instruction takes less than 50 of a frame's 3668 cycles.
  let configuration = machine.state.configuration
  let most = configuration.timing == .cycles ? 74 : configuration.instructionsPerFrame
  expect(executed <= 10 * most, "ten frames have \(10 * most) instructions, not \(executed)")
  expect(
    reloaded.run(frames: 10, instructions: 20_000) == stop, "a machine stops as when it was saved")
  expect(reloaded.stateDigest == machine.stateDigest, "a machine goes on as when it was saved")
  expect(reloaded.tone == machine.tone, "a machine sounds as when it was saved")
  _ = machine.reloaded()
}

/// What libFuzzer calls to change an input.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ input: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int, _ seed: UInt32
) -> Int {
  Draft.mutate(input, count, countMax, seed: seed)
}
