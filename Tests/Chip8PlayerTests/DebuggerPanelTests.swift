// DebuggerPanelTests.swift: what the debugger shows of a machine, and what its keys mean.

import Chip8Core
import Chip8Player
import SaveState
import Testing

/// Letters of one width.
private struct Cells: TextMetrics {
  let letter: Size
  var unitAspect = 1

  func lineHeight(_ style: TextStyle) -> Int { letter.height }

  func size(of text: String, _ style: TextStyle, width: Int) -> Size {
    Size(width: min(width, text.count * letter.width), height: letter.height)
  }
}

@Suite struct DebuggerPanelTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// i := 0x206, v0 := 0x6B, save v0, which makes vb := 1 of va := 1, and then it jumps to itself.
  private static let selfModifying: [UInt8] = [
    0xA2, 0x06, 0x60, 0x6B, 0xF0, 0x55, 0x6A, 0x01, 0x12, 0x08,
  ]

  private func session(_ program: [UInt8] = selfModifying) throws -> DebugSession {
    var request = PlayRequest()
    request.path = try scratch.write("game.ch8", program)
    return try request.debugSession()
  }

  private func session(source: String, _ platform: Platform? = nil) throws -> DebugSession {
    var request = PlayRequest()
    request.path = try scratch.write("game.8o", source)
    request.machine.platform = platform
    return try request.debugSession()
  }

  private func step(_ session: inout DebugSession, _ count: Int) {
    for _ in 0..<count { _ = session.move(.into, by: .instruction) }
  }

  private typealias Highlight = DebuggerPanel.Highlight

  // MARK: Panels

  @Test func codeShowsTheBytesThatAreThere() throws {
    var session = try session()
    var view = DebuggerView(session)
    session.add(.execution(0x202))
    var rows = view.codePanel(session, rowCount: 8, columnCount: 40).rows
    #expect(rows[0].text.hasPrefix(" >0200 A206"))
    #expect(rows[1].text.hasPrefix("* 0202 606B"))
    #expect(rows[1].highlights == [Highlight(0..<1, .problem)])
    #expect(rows[3].text.hasPrefix("  0206 6A01") && rows[3].highlights.isEmpty)
    // It is at the cursor, where it stays until the machine has stopped elsewhere.
    #expect(rows[0].highlights == [Highlight(1..<40, .current), Highlight(2..<6, .chosen)])
    step(&session, 3)
    view.follow(session)
    rows = view.codePanel(session, rowCount: 8, columnCount: 40).rows
    #expect(rows[3].text.hasPrefix(" >0206 6B01"))
    #expect(
      rows[3].highlights
        == [Highlight(7..<11, .written), Highlight(1..<40, .current), Highlight(2..<6, .chosen)])
    _ = session.move(.into, by: .instruction, .backwards)
    rows = view.codePanel(session, rowCount: 8, columnCount: 40).rows
    #expect(rows[3].text.hasPrefix("  0206 6A01"))
  }

  @Test func sourceLinesAreShownIfThereAreAny() throws {
    var session = try session(source: ": main\n  v0 := 1\n  loop\n    v1 += 1\n  again\n")
    var view = DebuggerView(session)
    var rows = view.codePanel(session, rowCount: 9, columnCount: 30).rows
    #expect(
      rows.map(\.text).prefix(3) == ["     1  : main", " >   2    v0 := 1", "     3    loop"])
    _ = session.move(.into, by: .line)
    view.follow(session)
    rows = view.codePanel(session, rowCount: 9, columnCount: 30).rows
    #expect(rows[3].text == " >   4      v1 += 1")
    // The same as instructions, with a row for each label.
    _ = view.handle(.letter("d"), session)
    rows = view.codePanel(session, rowCount: 9, columnCount: 30).rows
    #expect(rows[0] == DebuggerPanel.Row("  main:", tint: .faint))
    #expect(rows[1].text.hasPrefix("  0200 6001") && rows[2].text.hasPrefix(" >0202 7101"))
  }

  @Test func aCodeCursorFarAwayIsShown() throws {
    let session = try session((0..<200).flatMap { [0x60, UInt8($0)] })
    var view = DebuggerView(session)
    func cursor() -> Int? {
      view.codePanel(session, rowCount: 10, columnCount: 30).rows.firstIndex {
        $0.highlights.contains(Highlight(2..<6, .chosen))
      }
    }
    #expect(cursor() == 0)
    for key in [DebuggerKey.pageDown, .pageDown, .down, .pageUp, .up, .pageDown] {
      _ = view.handle(key, session)
      #expect(cursor() != nil)
    }
    #expect(view.codeCursor == 0x200 + 2 * 16)
    for key in [DebuggerKey.letter("g"), .digit(3), .digit(0), .digit(0), .enter] {
      _ = view.handle(key, session)
    }
    #expect(view.codeCursor == 0x300 && cursor() != nil)
    _ = view.handle(.home, session)
    #expect(view.codeCursor == 0x200 && cursor() == 0)
  }

  @Test func registersThatHaveChangedStandOut() throws {
    var session = try session()
    var view = DebuggerView(session)
    #expect(view.registerPanel(session).rows[0].text == "V0 00  V1 00  V2 00  V3 00")
    step(&session, 2)
    view.follow(session)
    let rows = view.registerPanel(session).rows
    #expect(
      rows[0] == DebuggerPanel.Row("V0 6B  V1 00  V2 00  V3 00", [Highlight(3..<5, .written)]))
    #expect(rows[4].text == "I 0206  PC 0204  SP 00" && rows[5].text == "DT 00  ST 00")
    #expect(rows[4].highlights == [Highlight(2..<6, .written), Highlight(11..<15, .written)])
  }

  @Test func memoryIsHighlightedByItsAccesses() throws {
    var session = try session()
    step(&session, 6)
    var view = DebuggerView(session)
    _ = view.handle(.nextPanel, session)
    for key in [DebuggerKey.letter("g"), .digit(2), .digit(0), .digit(2), .enter] {
      _ = view.handle(key, session)
    }
    let heat = try session.survey()
    let rows = view.memoryPanel(session, heat, rowCount: 3, columnCount: 30).rows
    let row = try #require(rows.first { $0.text.hasPrefix("0200") })
    #expect(row.text == "0200  A2 06 60 6B F0 55 6B 01")
    let tints = row.highlights.map { ($0.columns.lowerBound, $0.tint) }
    #expect(tints.map(\.0) == [6, 12, 12, 18, 24])
    // What the program has written counts for more than that it was executed, and the cursor is at 0x202.
    #expect(tints.map(\.1) == [.executed, .executed, .chosen, .executed, .written])
    let twice = rows.flatMap(\.highlights).filter { $0.tint == .executed }.map(\.alpha)
    #expect(Set(twice).count == 2, "0x208 was executed more often")
  }

  @Test(
    arguments: [
      ("", .schip11, 8, 16), ("hires", .schip11, 16, 16), ("", .xochip, 16, 16), ("", .vip, 8, 15),
    ] as [(String, Platform, Int, Int)])
  func spritesHaveTheSizeThatIsDrawn(
    resolution: String, platform: Platform, width: Int, height: Int
  ) throws {
    var session = try session(source: ": main \(resolution) sprite v0 v0 0 loop again", platform)
    if !resolution.isEmpty { step(&session, 1) }
    #expect(session.sprite.width == width && session.sprite.height == height)
  }

  @Test func spritePlanesStackAndKeys() throws {
    var session = try session(
      source: """
        : main i := box v0 := 1 draw loop again
        : draw plane 3 sprite v0 v0 2 return
        : box 0xF0 0x81 0xFF 0x01
        """, .xochip)
    for _ in 0..<4 { step(&session, 1) }
    var view = DebuggerView(session)
    #expect(session.sprite.height == 2)
    #expect(session.sprite.pixels == [1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    #expect(view.stackPanel(session).rows.map { $0.text.prefix(9) } == ["020A draw", "0204 main"])
    step(&session, 1)
    let (screen, planes) = (session.machine.state.screen, session.planes)
    #expect(planes.count == 2 && planes[0].pixels.contains(1) && planes[0] != planes[1])
    #expect(
      screen.pixels == zip(planes[0].pixels, planes[1].pixels).map { $0 | $1 << 1 })
    session.hold([KeySet(key: 0xC), KeySet(key: 4)])
    let rows = view.keyPanel(session).rows
    #expect(rows[0] == DebuggerPanel.Row("1 2 3 C", [Highlight(6..<7, .chosen)]))
    #expect(rows[1] == DebuggerPanel.Row("4 5 6 D", [Highlight(0..<1, .chosen)]))
    guard case .hold(let keys)? = typed([.letter("k"), .digit(4)], &view, session) else {
      return #expect(Bool(false))
    }
    #expect(keys == KeySet(key: 0xC))
  }

  private func typed(
    _ keys: [DebuggerKey], _ view: inout DebuggerView, _ session: DebugSession
  ) -> DebuggerAction? {
    var action: DebuggerAction?
    for key in keys { action = view.handle(key, session) }
    return action
  }

  // MARK: Keys

  @Test func lettersAreMotions() throws {
    var session = try session()
    var view = DebuggerView(session)
    func motion(_ letter: Character, _ isShifted: Bool = false) -> DebugMotion? {
      guard case .move(let motion)? = view.handle(.letter(letter), isShifted: isShifted, session)
      else { return nil }
      return motion
    }
    #expect(motion("s") == .step(.into, by: .instruction, .forwards))
    #expect(motion("n", true) == .step(.over, by: .instruction, .backwards))
    #expect(motion("o") == .step(.out, by: .instruction, .forwards))
    #expect(motion("f", true) == .step(.frame, by: .instruction, .backwards))
    #expect(motion("c", true) == .step(.run, by: .instruction, .backwards))
    #expect(motion("u") == .run(to: 0x200, .forwards))
    #expect(motion("w") == .lastWriter(of: .bytes(0x200..<0x202)))
    // At the end of what was played, it plays on.
    #expect(motion("c") == nil)
    step(&session, 2)
    _ = session.go(to: .instruction(0))
    #expect(motion("c") == .step(.run, by: .instruction, .forwards))
    _ = view.handle(.nextPanel, session)
    _ = view.handle(.right, session)
    #expect(motion("w") == .lastWriter(of: .bytes(1..<2)))
    _ = view.handle(.nextPanel, session)
    _ = view.handle(.down, session)
    #expect(motion("w") == .lastWriter(of: .register(.v(4))))
    for _ in 0..<4 { _ = view.handle(.down, session) }
    #expect(view.registerCursor == 19 && view.panel == .registers)
    #expect(!view.uses(.letter("p")) && !view.uses(.erase) && view.uses(.letter("b")))
  }

  @Test func typedValuesAreEdits() throws {
    let session = try session()
    var view = DebuggerView(session)
    let keys: [DebuggerKey] = [
      .enter, .digit(1), .letter("f"), .digit(7), .erase, .letter("a"), .letter("x"), .enter,
    ]
    guard case .edit(.byte(0x200), 0x1A)? = typed(keys, &view, session) else {
      return #expect(Bool(false), "a byte has two digits")
    }
    #expect(view.entry == nil)
    #expect(typed([.letter("e"), .enter], &view, session) == nil)
    _ = view.handle(.nextPanel, isShifted: true, session)
    guard
      case .edit(.register(.v(0)), 0xC)? = typed(
        [.letter("e"), .letter("c"), .enter], &view, session)
    else { return #expect(Bool(false)) }
  }

  // MARK: Layout

  private static let sizes: [(Size, letter: Size, panels: Set<String>)] = [
    (Size(width: 256, height: 128), Size(width: 5, height: 11), []),
    (Size(width: 448, height: 224), Size(width: 5, height: 11), ["Registers", "Stack"]),
    (
      Size(width: 896, height: 448), Size(width: 7, height: 14),
      ["Registers", "Stack", "Keys", "Sprite at I"]
    ),
    (
      Size(width: 1920, height: 1080), Size(width: 15, height: 30),
      ["Registers", "Stack", "Keys", "Sprite at I"]
    ),
    (Size(width: 128, height: 64), Size(width: 5, height: 11), []),
  ]

  @Test("There are as many panels as fit, all within the window", arguments: sizes)
  func layout(_ size: Size, _ letter: Size, _ panels: Set<String>) throws {
    let session = try session()
    var view = DebuggerView(session)
    let contents = DebuggerLayout.Contents(
      session, nil, text: "What happened", hints: ["a", "b"])
    let layout = DebuggerLayout(&view, contents, size, Cells(letter: letter))
    let texts = layout.marks.compactMap { mark in
      if case .text(let text, _, _, _) = mark.content { text } else { nil }
    }
    let titles: Set = ["Registers", "Stack", "Keys", "Sprite at I", "Planes"]
    #expect(titles.intersection(texts) == panels)
    #expect(texts.contains { $0.hasPrefix(" >0200 A206") } && texts.contains("What happened"))
    #expect(texts.contains("V0 00  V1 00  V2 00  V3 00") == (size.width > 200))
    let window = Area(x: 0, y: 0, width: size.width, height: size.height)
    for mark in layout.marks {
      #expect(mark.area.x >= 0 && mark.area.maxX <= window.width, "\(mark)")
      #expect(mark.area.y >= 0 && mark.area.maxY <= window.height, "\(mark)")
    }
    #expect(layout.picture.maxX <= window.width && layout.picture.maxY <= window.height)
  }
}
