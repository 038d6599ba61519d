// Scripted keys: what `--keys` takes, and the recordings that `--input` plays.

import Chip8Core
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: [UInt8](start, count), as: UTF8.self)
  if let script = KeyScript(text) {
    checkNotation(script)
    checkRun(script)
    expect(
      KeyScript(recording: text.replacing(",", with: "\n")) == script,
      "a recording has the notation of the command line")
  }
  if let script = KeyScript(recording: text) {
    checkNotation(script)
    checkRun(script)
  }
  return 0
}

/// What is written in the notation is read as what it was.
private func checkNotation(_ script: KeyScript) {
  let presses = script.presses.map { press in
    let keys = (UInt8(0)..<16).filter { press.keys.contains(KeySet(key: $0)) }
    return "\(press.frames.lowerBound)-\(press.frames.upperBound):"
      + keys.map { hexadecimal($0, 1) }.joined()
  }
  expect(
    KeyScript(recording: presses.joined(separator: "\n")) == script,
    "presses are read as they were written")
}

/// Counts key 5 in V1, key A in V2, and the keys that Fx0A takes in V4, each frame: drawing ends it.
private let program: [UInt8] = [
  0x60, 0x05, 0x63, 0x0A, 0xE0, 0xA1, 0x71, 0x01, 0xE3, 0xA1, 0x72, 0x01, 0xD0, 0x01,
  0x31, 0x08, 0x12, 0x04, 0xF4, 0x0A, 0xF1, 0x1E, 0x12, 0x04,
]

/// A run in stretches without a change of keys is one that asks before every frame.
private func checkRun(_ script: KeyScript) {
  let start = must("the program fits") {
    try Chip8(Program(name: "keys", bytes: program), Configuration(.vip))
  }
  var (byStretch, byFrame) = (start, start)
  let frames: UInt64 = 60
  while byStretch.state.frames < frames {
    let frame = byStretch.state.frames
    let (keys, until) = script.keys(in: frame)
    expect(until > frame, "keys change later")
    expect(
      keys.isEmpty || script.changes.contains { $0.frame > frame },
      "keys that are down are released")
    _ = byStretch.run(frames: Int(min(until, frames) - frame), keys: keys)
    for frame in frame..<min(until, frames) {
      _ = byFrame.run(frames: 1, keys: script.keys(in: frame).keys)
    }
  }
  expect(byStretch.stateDigest == byFrame.stateDigest, "keys change where they are said to")
}
