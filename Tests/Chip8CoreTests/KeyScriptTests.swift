// Which keys are down when, by a script.

import Chip8Core
import SaveState
import Testing

@Suite struct KeyScriptTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func keysAreDownWherePressesHoldThem(seed: UInt64) throws {
    var random = Seeded(seed)
    let presses = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      let from = UInt64.random(in: 0..<40, using: &random)
      let to = Bool.random(using: &random) ? from + .random(in: 1...9, using: &random) : nil
      return (from: from, to: to, key: UInt8.random(in: 0...15, using: &random))
    }
    let texts = presses.map { press in
      "\(press.from)-\(press.to.map { "\($0)" } ?? ""):\(hexadecimal(press.key, 1))"
    }
    let script = try #require(KeyScript(texts.joined(separator: ",")))
    /// The keys of a frame, found by looking at every press.
    func expected(_ frame: UInt64) -> KeySet {
      presses.filter { $0.from <= frame && frame < $0.to ?? .max }
        .reduce(into: KeySet()) { $0.insert(KeySet(key: $1.key)) }
    }
    for frame in 0..<60 as Range<UInt64> {
      let (keys, until) = script.keys(in: frame)
      #expect(keys == expected(frame))
      // They are the same until then, and others from then on.
      #expect(until > frame)
      for later in frame..<min(until, 60) { #expect(expected(later) == keys) }
      if until < 60 { #expect(expected(until) != keys) }
    }
  }

  @Test(
    "A script is a notation of a tape of keys",
    arguments: ["0-5:1,3-7:2F,100-:A", "5-6:0", "1-2:1,2-3:2", "0-:F", ""])
  func tape(text: String) throws {
    let script = text.isEmpty ? .empty : try #require(KeyScript(text))
    let printed = KeyScript(script.tape)
    #expect(printed.changes == script.changes && printed.tape == script.tape)
    // A machine that gets the tape gets the keys of each frame.
    let start = try machine(.vip, 0xF00A, 0x1200)
    var (byFrame, replay) = (start, Replay(start, script.tape.entries[...]))
    for frame in 0..<120 as Range<UInt64> {
      _ = byFrame.run(frames: 1, keys: script.keys(in: frame).keys)
      try replay.advance(until: Position(frame: frame + 1, instruction: .max))
      #expect(replay.machine.stateDigest == byFrame.stateDigest, "frame \(frame)")
    }
  }

  @Test("Keys that are pressed in a frame are written as those of the next")
  func pressedInAFrame() {
    var tape = Tape<InputEvent>()
    tape.append(.keys(KeySet(key: 1)), at: Position(frame: 3, instruction: 40, isInFrame: true))
    tape.append(.poke(0x300, [1]), at: Position(frame: 5, instruction: 60))
    tape.append(.keys([]), at: Position(frame: 6, instruction: 70))
    #expect(KeyScript(tape).presses == KeyScript("4-6:1")?.presses)
    #expect(KeyScript(tape, until: 5).presses == KeyScript("4-5:1")?.presses)
    #expect(KeyScript(tape, until: 4).presses.isEmpty)
  }

  @Test func noKeys() {
    #expect(KeyScript.empty.keys(in: 7) == ([], .max))
  }

  /// Asking for every frame of a long recording is fast enough.
  @Test func longKeyScriptsAreNotSearchedFromTheStart() throws {
    let count = 200_000
    let lines = (0..<count).map { "\($0 * 2)-\($0 * 2 + 1):5" }
    let script = try #require(KeyScript(recording: lines.joined(separator: "\n")))
    let down = (0..<UInt64(count * 2)).count { !script.keys(in: $0).keys.isEmpty }
    #expect(down == count)
  }
}
