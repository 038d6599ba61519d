// DisplayTextTests.swift: text from outside as a person may see it.

import SaveState
import Testing

@Suite struct DisplayTextTests {
  @Test func onlyPrintableCharactersAreShown() {
    let ranges: [ClosedRange<UInt32>] = [
      // C0, DEL and C1, with CSI (U+009B) and OSC (U+009D).
      0x00...0x1F, 0x7F...0x9F,
      // The direction of text.
      0x061C...0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069,
      // Ends of lines and paragraphs.
      0x2028...0x2029,
      // What has no width, or is not seen.
      0x00AD...0x00AD, 0x034F...0x034F, 0x115F...0x1160, 0x180B...0x180F, 0x200B...0x200D,
      0x2060...0x206F, 0x3164...0x3164, 0xFE00...0xFE0D, 0xFEFF...0xFEFF, 0xFFF9...0xFFFB,
      // Tags, and invisible variations.
      0xE0001...0xE0001, 0xE0020...0xE007F, 0xE0100...0xE01EF,
    ]
    for scalar in ranges.joined().compactMap(Unicode.Scalar.init) {
      #expect("a\(scalar)b".displayText == "a\u{FFFD}b", "U+\(String(scalar.value, radix: 16))")
    }
    #expect("\u{1B}[2J\r\n\u{9B}31m".displayText == "\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}31m")
  }

  @Test(arguments: [
    "", "plain text, 0–9 … · →", "größe", "e\u{301}", "日本語", "שלום", "مرحبا", "❤️ 🎮", "\u{FFFD}",
    "▀▄█",
    "a\u{A0}b",
  ])
  func whatCanBeSeenIsShown(text: String) {
    #expect(Array(text.displayText.utf8) == Array(text.utf8))
  }

  @Test(arguments: ["a", "ü", "\u{1B}", "\u{10FFFD}"])
  func ofALongTextTheMiddleIsLeftOut(character: String) {
    let text = "start" + String(repeating: character, count: 1 << 20) + "end"
    let shown = text.displayText
    #expect(shown.unicodeScalars.count == 4097)
    #expect(shown.hasPrefix("start") && shown.hasSuffix("end") && shown.contains("…"))
    // What was shown once stays as it is.
    #expect(shown.displayText == shown)
    let whole = String(repeating: "ü", count: 4096)
    #expect(whole.displayText == whole)
  }
}
