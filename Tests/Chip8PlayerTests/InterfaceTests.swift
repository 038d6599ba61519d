// InterfaceTests.swift: pages as they are laid out, from the smallest window to the largest, and in a
// terminal.

import Chip8Core
import Chip8Player
import SaveState
import Testing

/// Letters of one width, as in a terminal, in a size of one's choice.
private struct Cells: TextMetrics {
  var letter = Size(width: 1, height: 1)
  var unitAspect = 2

  func lineHeight(_ style: TextStyle) -> Int { letter.height }

  func size(of text: String, _ style: TextStyle, width: Int) -> Size {
    let perLine = max(1, width / letter.width)
    let lines = text.isEmpty ? 0 : (text.count + perLine - 1) / perLine
    return Size(
      width: min(text.count, perLine) * letter.width, height: lines * letter.height)
  }
}

@Suite struct InterfaceTests {
  static let sizes: [(Size, letter: Size)] = [
    (Size(width: 256, height: 128), Size(width: 5, height: 13)),
    (Size(width: 896, height: 448), Size(width: 8, height: 21)),
    (Size(width: 1920, height: 1080), Size(width: 17, height: 45)),
    (Size(width: 1080, height: 1920), Size(width: 10, height: 25)),
    (Size(width: 3840, height: 2160), Size(width: 34, height: 90)),
    (Size(width: 80, height: 24), Size(width: 1, height: 1)),
    (Size(width: 20, height: 5), Size(width: 1, height: 1)),
  ]

  private func items(_ count: Int) -> [Page.Item] {
    (0..<count).map { number in
      var item = Page.Item("entry \(number)", .load(.key(number % 10)))
      item.value = "value"
      item.hasPicture = true
      return item
    }
  }

  @Test("Every item can be chosen, and scrolls into view", arguments: sizes)
  func reachable(_ size: Size, _ letter: Size) {
    let metrics = Cells(letter: letter, unitAspect: letter.width == 1 ? 2 : 1)
    for element in [Page.Element.list(items(23)), .grid(items(23), columns: nil)] {
      var view = PageView(
        Page(title: "Title", [.text("a text", .detail), element], hint: "a hint"))
      var layout = PageLayout(&view, size, metrics)
      var seen: Set<Int> = []
      for navigation in Array(repeating: Navigation.down, count: 23) {
        for _ in 0..<layout.columnCount {
          seen.insert(view.index)
          let area = layout.itemAreas[view.index]
          #expect(area.map { $0.height > 0 && $0.y >= 0 && $0.y < size.height } == true)
          #expect(layout.marks.allSatisfy { $0.area.maxX <= size.width })
          if layout.columnCount > 1 { _ = view.handle(.right, layout) }
          layout = PageLayout(&view, size, metrics)
        }
        for _ in 0..<layout.columnCount where layout.columnCount > 1 {
          _ = view.handle(.left, layout)
        }
        _ = view.handle(navigation, layout)
        layout = PageLayout(&view, size, metrics)
      }
      #expect(seen.count == 23)
    }
  }

  @Test("The chosen item has its own colours, and is found by the mouse")
  func chosen() throws {
    var view = PageView(Page(title: "", [.list(items(3))]), at: 1)
    let layout = PageLayout(&view, Size(width: 80, height: 24), Cells())
    let area = try #require(layout.itemAreas[1])
    #expect(layout.marks.contains { $0.content == .fill(.chosen, alpha: 255) && $0.area == area })
    #expect(layout.item(x: area.x, y: area.y) == 1)
    #expect(layout.item(x: area.x, y: area.maxY) == 2)
    #expect(layout.item(x: area.x, y: 23) == nil)
  }

  @Test("Keys act on the chosen item, and stop at the ends")
  func navigation() {
    var first = Page.Item("speed")
    (first.previous, first.next, first.delete) = (.reset, .quit, .resume)
    var view = PageView(Page(title: "", [.list([first] + items(1))], hint: "Esc back"))
    let layout = PageLayout(&view, Size(width: 80, height: 24), Cells())
    #expect(view.handle(.up, layout) == nil && view.index == 0)
    #expect(view.handle(.left, layout) == .reset)
    #expect(view.handle(.right, layout) == .quit)
    #expect(view.handle(.accept, layout) == .quit)
    #expect(view.handle(.delete, layout) == .resume)
    #expect(view.handle(.back, layout) == .back)
    #expect(view.hint == "← → change · Esc back")
    #expect(view.handle(.down, layout) == nil && view.index == 1)
    #expect(view.handle(.accept, layout) == .load(.key(0)))
    #expect(view.hint == "Esc back")
    #expect(view.handle(.down, layout) == nil && view.index == 1)
  }

  @Test("The chosen item stays chosen when the page changes")
  func update() {
    var view = PageView(Page(title: "", [.list(items(5))]), at: 3)
    view.update(Page(title: "", [.list(Array(items(5).dropFirst()))]))
    #expect(view.index == 2 && view.chosen?.action == .load(.key(3)))
    view.update(Page(title: "", [.list(items(1))]))
    #expect(view.index == 0)
  }

  @Test("A message goes beside the screen, or where it covers the fewest lit pixels")
  func messages() throws {
    // A sprite in the bottom row, as a paddle is.
    let program = Program(name: "", bytes: [0x61, 0x1F, 0xD0, 0x11, 0x12, 0x04])
    var machine = try Chip8(program, Configuration(.chip8))
    _ = machine.run(frames: 2)
    let screen = machine.state.screen
    #expect(screen.pixels.contains(1))
    let size = Size(width: 640, height: 320)
    let whole = Area(x: 0, y: 0, width: 640, height: 320)
    let over = MessagePlace(height: 20, beside: whole, in: size, screen)
    #expect(over == .overTop && over.isOver)
    #expect(
      over.area(Size(width: 100, height: 20), beside: whole, in: size)
        == Area(x: 270, y: 0, width: 100, height: 20))
    let tall = Size(width: 640, height: 480)
    let middle = whole.size.fitted(in: tall)
    let below = MessagePlace(height: 20, beside: middle, in: tall, screen)
    #expect(below == .below)
    #expect(below.area(Size(width: 100, height: 20), beside: middle, in: tall).y >= middle.maxY)
  }
}

extension Size {
  fileprivate func fitted(in size: Size) -> Area {
    Area(x: 0, y: 0, width: size.width, height: size.height).fitting(self)
  }
}
