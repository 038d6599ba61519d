import Chip8Player
import Testing
import chip8

/// What terminals send, as it is understood.
@Suite struct TerminalInputTests {
  private func events(_ text: String) -> [TerminalEvent] {
    var parser = TerminalParser()
    return parser.take(Array(text.utf8))
  }

  /// What was typed, the key's place, what is printed on it, its modifiers, and what it did.
  @Test(arguments: [
    ("w", KeyEvent(26, "w")), ("W", KeyEvent(26, "w", .shift)), ("1", KeyEvent(30, "1")),
    ("!", KeyEvent(30, "1", .shift)), ("\u{1B}3", KeyEvent(32, "3", .alt)),
    ("\u{11}", KeyEvent(20, "q", .control)), ("\u{1C}", KeyEvent(49, "\\", .control)),
    ("\t", KeyEvent(43)), ("\u{7F}", KeyEvent(42)), ("\r", KeyEvent(40)), (" ", KeyEvent(44, " ")),
    (",", KeyEvent(54, ",")), ("\u{1B}[A", KeyEvent(82)), ("\u{1B}OD", KeyEvent(80)),
    ("\u{1B}OP", KeyEvent(58)), ("\u{1B}[[A", KeyEvent(58)), ("\u{1B}[15~", KeyEvent(62)),
    ("\u{1B}[15;2~", KeyEvent(62, nil, .shift)), ("\u{1B}[20;5~", KeyEvent(66, nil, .control)),
    ("\u{1B}[1;1:3C", KeyEvent(79, nil, [], .release)), ("\u{1B}[3~", KeyEvent(76)),
    ("\u{1B}[97u", KeyEvent(4, "a")), ("\u{1B}[97;5:1u", KeyEvent(4, "a", .control)),
    ("\u{1B}[97;1:2u", KeyEvent(4, "a", [], .again)),
    ("\u{1B}[27;1:3u", KeyEvent(41, nil, [], .release)),
    // On other layouts: the letter that is printed, if it is Latin, and the place.
    ("\u{1B}[97::113;1:1u", KeyEvent(20, "a")),
    ("\u{1B}[1094:1062:119;2u", KeyEvent(26, "w", .shift)),
    ("\u{1B}[57400;129u", KeyEvent(89)),
  ])
  func keys(text: String, key: KeyEvent) {
    #expect(events(text) == [.key(key)])
    // In pieces, too.
    var parser = TerminalParser()
    var pieces: [TerminalEvent] = []
    for byte in text.utf8 { pieces += parser.take([byte]) }
    #expect(pieces == [.key(key)])
  }

  @Test func answers() {
    #expect(
      events(
        "\u{1B}[?0u\u{1B}P>|foot(1.13.1)\u{1B}\\\u{1B}[6;18;9t\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;4c")
        == [
          .reportsKeys, .name("foot(1.13.1)"), .cell(Size(width: 9, height: 18)),
          .showsPixels,
          .attributes(hasSixels: true),
        ])
    #expect(events("\u{1B}[I\u{1B}[O") == [.focus(true), .focus(false)])
    #expect(events("\u{1B}_Gi=31;ENOTSUPPORTED\u{1B}\\") == [])
  }

  @Test func unknownSequencesAreSkipped() {
    #expect(events("\u{1B}[99999~\u{1B}[57441;2u\u{1B}[1;2Xw") == [.key(KeyEvent(26, "w"))])
    // Others are known to be keys, but not which ones.
    #expect(events("é€😀{\u{1B}[228u\u{1B}[228;1:3u") == Array(repeating: .unknownKey, count: 5))
    #expect(
      events("\u{1B}[6;0;70000t\u{1B}[;;u\u{1B}[u\u{1B}[99999999999999999999uw") == [
        .key(KeyEvent(26, "w"))
      ])
    // Whatever comes, it ends.
    #expect(events("\u{1B}P" + String(repeating: "x", count: 5000)) == [])
    var parser = TerminalParser()
    _ = parser.take(Array(("\u{1B}P" + String(repeating: "x", count: 5000)).utf8))
    let last = parser.take(Array("w".utf8))
    #expect(last == [.key(KeyEvent(26, "w"))])
  }

  @Test func escapeIsAKeyIfNothingFollows() {
    var parser = TerminalParser()
    var events = parser.take([0x1B])
    #expect(events == [] && parser.isPending)
    events = parser.end()
    #expect(events == [.key(KeyEvent(41))] && !parser.isPending)
    events = parser.take([0x1B]) + parser.take(Array("[A".utf8))
    #expect(events == [.key(KeyEvent(82))])
    events = parser.take(Array("\u{1B}[".utf8)) + parser.end()
    #expect(events == [.key(KeyEvent(47, "[", .alt))])
  }

  @Test func keysAreReleasedWhenTheyStopRepeating() {
    var keys = HeldKeys(isTimed: true)
    /// The keys that have gone up in so many frames.
    func after(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in keys.nextFrame() } }
    let wasUp = [keys.press(4), keys.press(4)]
    #expect(wasUp == [true, false])
    var ended = after(HeldKeys.frameCount - 1)
    _ = keys.press(4)
    ended += after(HeldKeys.frameCount - 1)
    #expect(ended == [])
    ended = after(1)
    #expect(ended == [4])
    _ = keys.press(4)
    keys.release(4)
    ended = after(20)
    keys = HeldKeys(isTimed: false)
    _ = keys.press(4)
    ended += after(100)
    #expect(ended == [])
  }
}
