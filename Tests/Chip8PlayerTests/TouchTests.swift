// TouchTests.swift: fingers on the picture and on the keypad beside it.

import Chip8Core
import Chip8Player
import SaveState
import Testing

@Suite struct TouchTests {
  private typealias Control = TouchControls.Control
  private typealias Point = TouchControls.Point

  /// A picture twice as wide as high, with something around it.
  private let picture = Area(x: 100, y: 50, width: 640, height: 320)

  private func layout(_ mode: TouchMode, keypad: Area? = nil) -> TouchLayout {
    TouchLayout(mode, picture: picture, keypad: keypad)
  }

  private func frames(_ touch: inout TouchControls, _ count: Int) -> [Set<Control>] {
    (0..<count).map { _ in touch.takeControls() }
  }

  @Test(
    "A square in the middle, the whole picture, or the keypad beside it are sixteen keys",
    arguments: [TouchMode.seg16, .seg16fill, .none])
  func keypads(mode: TouchMode) {
    let beside = Area(x: 800, y: 10, width: 200, height: 200)
    let area =
      switch mode {
      case .seg16: Area(x: 260, y: 50, width: 320, height: 320)
      case .seg16fill: picture
      default: beside
      }
    let layout = layout(mode, keypad: beside)
    for (row, keys) in KeyCard.rows.enumerated() {
      for (column, key) in keys.enumerated() {
        var touch = TouchControls()
        let point = Point(
          x: area.x + (2 * column + 1) * area.width / 8, y: area.y + (2 * row + 1) * area.height / 8
        )
        touch.press(1, at: point, in: layout)
        #expect(frames(&touch, 2) == [[.key(key)], [.key(key)]])
        touch.release(1)
        #expect(touch.takeControls() == [])
      }
    }
    var touch = TouchControls()
    touch.press(1, at: Point(x: 90, y: 60), in: layout)
    #expect(touch.takeControls() == [])
  }

  @Test(
    "A finger slides from key to key and releases them outside; several fingers hold several keys")
  func sliding() {
    var touch = TouchControls()
    let layout = layout(.seg16fill)
    touch.press(1, at: Point(x: 110, y: 60), in: layout)
    touch.press(2, at: Point(x: 730, y: 360), in: layout)
    #expect(touch.takeControls() == [.key(0x1), .key(0xF)])
    touch.move(1, to: Point(x: 300, y: 60))
    #expect(touch.takeControls() == [.key(0x2), .key(0xF)])
    touch.move(1, to: Point(x: 0, y: 60))
    touch.release(2)
    #expect(touch.takeControls() == [])
    touch.move(1, to: Point(x: 110, y: 60))
    #expect(touch.takeControls() == [.key(0x1)])
  }

  @Test("A touch shorter than a frame is held for one")
  func shortTouch() {
    var touch = TouchControls()
    touch.press(1, at: Point(x: 110, y: 60), in: layout(.seg16fill))
    touch.release(1)
    #expect(frames(&touch, 2) == [[.key(0x1)], []])
    touch.press(1, at: Point(x: 110, y: 60), in: layout(.seg16fill))
    touch.releaseAll()
    #expect(touch.takeControls() == [])
  }

  @Test("A swipe holds a direction while the finger is away from its start")
  func swipe() {
    var touch = TouchControls()
    let layout = layout(.swipe)
    touch.press(1, at: Point(x: 300, y: 200), in: layout)
    touch.move(1, to: Point(x: 310, y: 205))
    #expect(frames(&touch, 3) == [[], [], []])
    touch.move(1, to: Point(x: 360, y: 205))
    #expect(frames(&touch, 20) == Array(repeating: [.button(.right)], count: 20))
    touch.move(1, to: Point(x: 250, y: 150))
    #expect(touch.held == [.button(.left), .button(.up)])
    // A second finger is the action.
    touch.press(2, at: Point(x: 600, y: 300), in: layout)
    #expect(touch.held == [.button(.left), .button(.up), .button(.a)])
    touch.release(1)
    #expect(touch.held == [.button(.a)])
    touch.release(2)
    _ = touch.takeControls()
    #expect(touch.takeControls() == [])
  }

  @Test("A tap presses the action briefly, and a resting finger holds it")
  func tap() {
    var touch = TouchControls()
    touch.press(1, at: Point(x: 300, y: 200), in: layout(.swipe))
    touch.release(1)
    #expect(frames(&touch, 5).prefix { $0 == [.button(.a)] }.count == 3)
    touch.press(1, at: Point(x: 300, y: 200), in: layout(.swipe))
    let held = frames(&touch, 30)
    #expect(held.prefix { $0.isEmpty }.count == 7)
    #expect(held.dropFirst(7).allSatisfy { $0 == [.button(.a)] })
    touch.release(1)
    #expect(touch.takeControls() == [])
  }

  @Test(
    "The cross gives eight directions, and each button its action; what is drawn is what is held")
  func gamepad() throws {
    let layout = layout(.gamepad)
    let card = KeyCard(.unknown, KeyMap())
    let idle = layout.marks(card, holding: [], Letters())
    #expect(idle.count == 8)
    var seen: Set<Set<Control>> = []
    // Over the whole picture, as a mouse goes.
    for y in stride(from: picture.y, to: picture.maxY, by: 8) {
      for x in stride(from: picture.x, to: picture.maxX, by: 8) {
        var touch = TouchControls()
        touch.press(1, at: Point(x: x, y: y), in: layout)
        let held = touch.takeControls()
        seen.insert(held)
        let chosen = layout.marks(card, holding: held, Letters()).count {
          $0.content == .fill(.chosen, alpha: 112)
        }
        #expect(chosen == held.count)
      }
    }
    #expect(seen.count == 11)
    // The finger may leave the cross.
    var touch = TouchControls()
    let up = try #require(idle.first?.area)
    touch.press(1, at: Point(x: up.x + 3, y: up.y + 3), in: layout)
    touch.move(1, to: Point(x: up.x + 3, y: 0))
    #expect(touch.held.contains(.button(.up)))
  }

  @Test(
    "The keypad beside the picture covers none of it, and says what keys do",
    arguments: [
      Size(width: 256, height: 128), Size(width: 896, height: 448), Size(width: 600, height: 800),
      Size(width: 3840, height: 2160),
    ])
  func beside(size: Size) throws {
    let window = Area(x: 0, y: 0, width: size.width, height: size.height)
    let (picture, keypad) = TouchLayout.split(window)
    #expect(picture.maxX <= keypad.x || picture.maxY <= keypad.y)
    #expect(keypad.maxX <= size.width && keypad.maxY <= size.height && keypad.width >= 76)
    let program = Program(name: "", bytes: try Storage.read("roms/schuss.ch8", limit: 1 << 16))
    let keys = ProgramKeys(for: program)
    let marks = TouchLayout(.none, picture: picture, keypad: keypad)
      .marks(KeyCard(keys, KeyMap(for: keys)), holding: [.key(6)], Letters())
    let texts = marks.compactMap { mark in
      if case .text(let text, _, _, _) = mark.content { text } else { nil }
    }
    #expect(texts.contains("start, jump") == (size.width > 256))
    #expect(texts.contains("6") && texts.contains("F"))
    #expect(marks.count { $0.content == .fill(.chosen, alpha: 255) } == 1)
    for mark in marks {
      #expect(mark.area.x >= keypad.x && mark.area.maxX <= keypad.maxX)
      #expect(mark.area.y >= keypad.y && mark.area.maxY <= keypad.maxY)
    }
  }

  @Test("Known programs and cartridges choose their touch mode")
  func known() throws {
    #expect(KeyTable.touchMode(inRow: "sha\ttitle\t5 up\tswipe") == .swipe)
    #expect(KeyTable.touchMode(inRow: "sha\ttitle\t5 up") == nil)
    let modes = KeyTable.table.text.split(separator: "\n").dropFirst().compactMap {
      KeyTable.touchMode(inRow: String($0))
    }
    #expect(modes.count { $0 == .swipe } == 5 && modes.count { $0 == .seg16 } == 2)
    let program = Program(name: "", bytes: try Storage.read("roms/schuss.ch8", limit: 1 << 16))
    #expect(KeyTable.touchMode(of: program) == .none)
  }
}

/// Letters of one width.
private struct Letters: TextMetrics {
  let unitAspect = 1

  func lineHeight(_ style: TextStyle) -> Int { style == .detail ? 10 : 12 }

  func size(of text: String, _ style: TextStyle, width: Int) -> Size {
    Size(width: min(width, text.count * 6), height: lineHeight(style))
  }
}
