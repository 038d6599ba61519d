// WindowTextTests.swift: texts as the window draws them.

#if SDL
  import Chip8Player
  import Testing
  import chip8

  @Suite struct WindowTextTests {
    private let size = Size(width: 400, height: 40)

    private func points(_ text: String, _ width: Int = 400) throws -> [UInt32] {
      let renderer = try #require(
        PangoText(fitting: Size(width: 896, height: 448)), "needs libpangocairo-1.0-0")
      return renderer.points(of: text, .body, 0xFF_FF_FF, Size(width: width, height: 40))
    }

    /// A font without them would draw the same box for both.
    @Test(arguments: [
      ("日", "本"), ("ш", "щ"), ("λ", "π"), ("ש", "ם"), ("ن", "م"), ("क", "ख"), ("ก", "ข"),
    ])
    func everyScriptIsDrawn(one: String, other: String) throws {
      let drawn = try points(one)
      #expect(drawn.contains { $0 >> 24 > 128 })
      #expect(try drawn != points(other))
    }

    @Test func textIsCutWhereItDoesNotFit() throws {
      let text = String(repeating: "wide ", count: 50)
      #expect(try points(text, 60) != points(String(text.prefix(4)), 60))
      let wide = BuiltInText(fitting: Size(width: 400, height: 200))
      #expect(wide.size(of: text, .body, width: 60).width <= 60)
      #expect(
        wide.points(of: text, .body, 0, Size(width: 60, height: 11)).contains { $0 >> 24 == 255 })
    }
  }
#endif
