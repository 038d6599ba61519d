// Images: as the input has them, and with their seals made right.

import Chip8Core
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = [UInt8](start, count)
  check(input, Shelf([]))
  let sealed = Draft(input).sealed
  check(sealed[0], Shelf(Array(sealed.dropFirst())))
  return 0
}

/// What libFuzzer calls to change an input.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ input: UnsafeMutablePointer<UInt8>, _ count: Int, _ maxCount: Int, _ seed: UInt32
) -> Int {
  Draft.mutate(input, count, maxCount, seed: seed)
}

/// - Parameter shelf: has what the image may leave out.
private func check(_ file: [UInt8], _ shelf: Shelf) {
  guard let image = try? Image(file) else { return }
  // A program may precede it.
  expect(
    file.suffix(image.bytes.count).elementsEqual(image.bytes),
    "an image that is written again has the bytes that it was read from")
  _ = try? image.needs()
  checkRewriting(image)
  var shelf = shelf
  guard let complete = try? image.completed(Chip8.self, by: &shelf) else { return }
  guard let machine: Chip8 = try? complete.machine() else { return }
  let verdict = try? image.verification(Chip8.self, by: &shelf)
  checkFlattening(image, machine, &shelf)
  checkSettings(image, machine)
  checkPast(image, machine)
  checkMovie(image, machine)
  let reloaded = machine.reloaded(preservingUnknownSectionsOf: image)
  checkRun(machine, reloaded)
  if verdict?.isCanonical == true { checkDifference(from: image, machine, &shelf) }
}

/// An image that was given a time and a note can be read again and says so.
private func checkRewriting(_ image: Image) {
  _ = try? image.time()
  _ = try? image.note()
  var rewritten = image
  rewritten.setTime(1)
  guard (try? rewritten.setNote("a note")) != nil else { return }
  let reread = must("an image with a note can be read") { try Image(rewritten.bytes) }
  expect((try? reread.note()) == "a note", "a note is what was noted")
  expect([1, try? image.time()].contains(try? reread.time()), "a time is what was said, or was")
  let digests = [image, reread].map { (try? $0.machine() as Chip8)?.stateDigest }
  expect(digests[0] == digests[1], "a note changes no machine")
}

/// A movie can be written again. It is false, or runs to its end.
private func checkMovie(_ image: Image, _ machine: Chip8) {
  guard let movie = try? image.movie(of: machine) else { return }
  var rewritten = Image(of: machine)
  guard rewritten.setMovie(movie) else { return }
  let again = must("a movie that is written again can be read") {
    try rewritten.movie(of: machine)
  }
  expect(again?.facts == movie.facts, "a movie that is written again says the same")
  guard movie.frames.count < 300, movie.instructionCount < 100_000 else { return }
  let divergence = movie.divergence()
  expect(divergence != nil || movie.reproduces, "what is nowhere different leads to the end")
  _ = movie.lagFrameCount()
}

/// A past can be written again; and a machine goes back only where a true one leads.
private func checkPast(_ image: Image, _ machine: Chip8) {
  guard let past = try? image.past(of: machine) else { return }
  var rewritten = Image(of: machine)
  guard rewritten.setPast(past) else { return }
  let again = must("a past that is written again can be read") {
    try rewritten.past(of: machine)
  }
  expect(again?.tape == past.tape, "a past that is written again has the same events")
  let (start, end) = (past.start.position, machine.position)
  guard end.frame - start.frame < 300, end.instruction - start.instruction < 100_000 else { return }
  let isTrue = past.leads(to: machine)
  var timeline = Timeline(machine, past: past)
  let isBack: Void? = try? timeline.seek(toInstruction: start.instruction)
  expect(isTrue || isBack == nil || start == end, "a seek into a false past fails")
  expect(isBack != nil || timeline.machine.stateDigest == machine.stateDigest, "it stays there")
}

/// An image that leaves nothing out is the same machine.
private func checkFlattening(_ image: Image, _ machine: Chip8, _ shelf: inout Shelf) {
  guard let flat = try? image.flattened(Chip8.self, by: &shelf) else { return }
  let reread = must("a flattened image can be read") { try Image(flat.bytes) }
  let again: Chip8 = must("a flattened image can be loaded") { try reread.machine() }
  expect(again.stateDigest == machine.stateDigest, "a flattened image is the same machine")
}

/// A machine saved as a delta against an image is the same machine.
private func checkDifference(from image: Image, _ machine: Chip8, _ shelf: inout Shelf) {
  guard
    let parent = try? ParentImage(image, named: "base.state", Chip8.self, by: &shelf)
  else { return }
  var later = machine
  _ = later.run(frames: 2, instructions: 100)
  let saved = Image(of: later, parent: parent)
  let reread = must("a difference can be read") { try Image(saved.bytes) }
  var parents = Parents(image: image.bytes, shelf: shelf)
  let complete = must("a difference can be completed") {
    try reread.completed(Chip8.self, by: &parents)
  }
  let again: Chip8 = must("a difference can be loaded") { try complete.machine() }
  expect(again.stateDigest == later.stateDigest, "a difference is the same machine")
}

/// An image, and what it leaves out itself.
private struct Parents: Dependencies {
  let image: [UInt8]
  var shelf: Shelf

  mutating func find(_ program: Program.Identity) -> LookupResult { shelf.find(program) }

  mutating func find(_ parent: Image.Parent) -> LookupResult {
    Array(image.suffix(32)) == parent.digest.bytes
      ? .found(image, path: "image.state") : shelf.find(parent)
  }
}

/// Settings and labels that can be read can be written, and the machine can be run with them.
private func checkSettings(_ image: Image, _ machine: Chip8) {
  var rewritten = image
  if let labels = try? image.labels() { rewritten.setLabels(labels) }
  guard let settings = (try? image.settings(for: machine)) ?? nil else { return }
  rewritten.setSettings(settings)
  expect(
    (try? rewritten.settings(for: machine)) == settings, "settings are what they were set to")
  var (stopped, debugger) = (machine, Debugger(settings))
  _ = debugger.run(&stopped, frames: 2, instructions: 500)
}

/// Ten frames end after the instructions that ten frames have, and lead both machines to the same.
private func checkRun(_ machine: Chip8, _ reloaded: Chip8) {
  var (machine, reloaded) = (machine, reloaded)
  let before = machine.state.instructions
  let stop = machine.run(frames: 10, instructions: 20_000)
  let executed = machine.state.instructions - before
  let configuration = machine.state.configuration
  // No instruction takes less than 50 of a frame's 3668 cycles, but the first frame may be longer.
  let most = configuration.timing == .cycles ? 100 : configuration.instructionsPerFrame
  expect(executed <= 10 * most, "ten frames have \(10 * most) instructions, not \(executed)")
  expect(
    reloaded.run(frames: 10, instructions: 20_000) == stop, "a machine stops as when it was saved")
  expect(reloaded.stateDigest == machine.stateDigest, "a machine continues as when it was saved")
  expect(reloaded.tone == machine.tone, "a machine sounds as when it was saved")
  _ = machine.reloaded()
}
