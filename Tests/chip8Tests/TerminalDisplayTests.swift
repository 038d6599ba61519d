import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing
import chip8

/// What is written to a terminal, and how much.
@Suite struct TerminalDisplayTests {
  private static let colors: [UInt32] = [0x99_66_00, 0xFF_CC_00, 0xFF_66_00, 0x66_22_00]
  private static let features = TerminalFeatures { $0 == "COLORTERM" ? "truecolor" : nil }

  private struct Random {
    var state: UInt64 = 1
    mutating func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  private func noise(_ random: inout Random, width: Int, height: Int) -> Bitmap {
    Bitmap(
      width: width, height: height,
      pixels: (0..<width * height).map { _ in UInt8(random.next(4)) })
  }

  @Test("Each frame updates the last one to the new picture", arguments: [1, 2])
  func differences(scale: Int) {
    var (random, screen) = (Random(), TerminalScreen(columns: 64 * scale, rows: 16 * scale + 1))
    var display = TerminalDisplay(
      .auto, Size(width: 64 * scale, height: 16 * scale + 1), TerminalDisplayTests.features)
    var pixels = noise(&random, width: 64, height: 32).pixels
    for _ in 0..<40 {
      for _ in 0..<random.next(200) { pixels[random.next(pixels.count)] = UInt8(random.next(4)) }
      let bitmap = Bitmap(width: 64, height: 32, pixels: pixels)
      display.framesPassed(60)
      screen.take(
        display.bytes(
          for: TerminalScene(
            bitmap, colors: TerminalDisplayTests.colors, status: "\(random.next(3))")))
      let shown = screen.halfBlocks(row: 0, column: 0, width: 64 * scale, height: 16 * scale)
      let expected = (0..<32 * scale).map { y in
        (0..<64 * scale).map { x -> Int? in
          Int(TerminalDisplayTests.colors[Int(pixels[y / scale * 64 + x / scale])])
        }
      }
      #expect(shown == expected)
    }
  }

  @Test("Frames average 25,000 bytes at most, whatever is on the screen")
  func budget() {
    var (random, count, largest) = (Random(), 0, 0)
    var display = TerminalDisplay(
      .auto, Size(width: 300, height: 100), TerminalDisplayTests.features)
    for frame in 1...300 {
      let scene = TerminalScene(
        noise(&random, width: 128, height: 64), colors: TerminalDisplayTests.colors, status: "")
      let bytes = display.bytes(for: scene)
      count += bytes.count
      largest = max(largest, bytes.count)
      #expect(count <= TerminalDisplay.bytesPerFrame * frame + largest)
      display.framesPassed(1)
    }
    // Noise is more than there is room for, so that this is tried at all.
    #expect(largest > TerminalDisplay.bytesPerFrame && count > 200 * TerminalDisplay.bytesPerFrame)
  }

  @Test(
    "Real programs write far less than the budget",
    arguments: ["loom", "lace", "schuss", "backfire"])
  func programs(name: String) throws {
    let loaded = try LoadedMachine("roms/\(name).ch8")
    var player = Player(loaded)
    var display = TerminalDisplay(
      .auto, Size(width: 140, height: 40), TerminalDisplayTests.features)
    var count = 0
    for frame in 0..<600 {
      _ = player.run(frames: 1, keys: frame % 40 < 20 ? [KeySet(key: UInt8(frame / 40 % 16))] : [])
      let screen = player.machine.state.screen
      count +=
        display.bytes(
          for: TerminalScene(
            Bitmap(screen, rotation: 0), colors: player.appearance.colors, status: "")
        ).count
      display.framesPassed(1)
    }
    #expect(
      count > 1000 && count < 600 * TerminalDisplay.bytesPerFrame / 4,
      "\(count / 600) bytes a frame")
  }

  @Test("Without true colour, colours are the nearest of 256")
  func fewColors() {
    var screen = TerminalScreen(columns: 64, rows: 17)
    var display = TerminalDisplay(
      .auto, Size(width: 64, height: 17), TerminalFeatures { _ in nil })
    let scene = TerminalScene(
      Bitmap(width: 64, height: 32, pixels: Array(repeating: 1, count: 2048)),
      colors: [0, 0xFF_CC_00, 0, 0], status: "")
    screen.take(display.bytes(for: scene))
    #expect(screen.cells[3][3].background == 220)
  }

  @Test("A picture shrinks with its room, and a text replaces it without any")
  func layouts() {
    let (large, small) = (
      Bitmap(width: 128, height: 64, pixels: []), Bitmap(width: 64, height: 32, pixels: [])
    )
    var able = TerminalDisplayTests.features
    able.take(.name("foot(1.13.1)"))
    func layout(
      _ bitmap: Bitmap, _ width: Int, _ height: Int, _ features: TerminalFeatures,
      _ problem: String? = nil
    ) -> TerminalLayout {
      TerminalLayout(
        of: bitmap, in: Size(width: width, height: height), .auto, features,
        withoutChafa: problem)
    }
    let plain = TerminalDisplayTests.features
    #expect(layout(large, 128, 32, able) == .cells(.halfBlocks, scale: 1))
    #expect(layout(large, 80, 23, able) == .cells(.sextants, scale: 1))
    #expect(layout(large, 80, 23, plain) == .cells(.quadrants, scale: 1))
    #expect(layout(small, 200, 60, plain) == .cells(.halfBlocks, scale: 3))
    guard case .nothing(let lines) = layout(large, 80, 23, plain, "no such file") else {
      Issue.record("chafa is missing")
      return
    }
    #expect(lines.joined().contains("libchafa0") && lines.joined().contains("no such file"))
    guard case .nothing = layout(large, 63, 30, able) else {
      Issue.record("there is no room")
      return
    }
    able.take(.showsPixels)
    able.take(.cell(Size(width: 9, height: 18)))
    #expect(
      layout(large, 80, 23, able) == .pixels(scale: 5, cell: Size(width: 9, height: 18)))
    able.take(.name("tmux 3.3a"))
    #expect(layout(large, 80, 23, able) == .cells(.quadrants, scale: 1))
  }

  @Test("Sixels are chosen where half blocks do not fit, and on request")
  func sixelLayouts() {
    let cell = Size(width: 9, height: 18)
    let (large, small) = (
      Bitmap(width: 128, height: 64, pixels: []), Bitmap(width: 64, height: 32, pixels: [])
    )
    var features = TerminalDisplayTests.features
    features.take(.cell(cell))
    features.take(.attributes(hasSixels: true))
    func layout(
      _ bitmap: Bitmap, _ width: Int, _ height: Int, _ wanted: TerminalPicture = .auto
    ) -> TerminalLayout {
      TerminalLayout(
        of: bitmap, in: Size(width: width, height: height), wanted, features,
        withoutChafa: nil)
    }
    #expect(layout(large, 80, 23) == .sixels(scale: 5, cell: cell))
    #expect(layout(small, 80, 23) == .cells(.halfBlocks, scale: 1))
    #expect(layout(small, 80, 23, .pixels) == .sixels(scale: 11, cell: cell))
    // No more than 1000 points a side.
    #expect(layout(large, 400, 200, .pixels) == .sixels(scale: 7, cell: cell))
    #expect(layout(large, 80, 23, .sextants) == .cells(.sextants, scale: 1))
    features.take(.name("tmux 3.4"))
    #expect(layout(large, 80, 23) == .cells(.quadrants, scale: 1))
  }

  @Test("Sixels decode to the picture, pixel for pixel", arguments: [1, 3, 6, 7])
  func sixels(scale: Int) throws {
    var pixels = (0..<20 * 13).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0 / 3) & 3 }
    // Bands that are the same, and a row with nothing in it.
    for row in 0..<3 { pixels.replaceSubrange(row * 20..<(row + 1) * 20, with: pixels[..<20]) }
    pixels.replaceSubrange(80..<100, with: repeatElement(0, count: 20))
    let bitmap = Bitmap(width: 20, height: 13, pixels: pixels)
    let colors: [UInt32] = [0x00_00_00, 0xFF_FF_FF, 0xFF_00_00, 0x00_00_FF]
    let sequence = SixelPicture.sequence(bitmap, colors, scale: scale)
    let points = try #require(TerminalDisplayTests.points(ofSixels: sequence))
    #expect(points.count == 13 * scale)
    for (y, row) in points.enumerated() {
      let expected = (0..<20 * scale).map { x -> Int in
        let pixel = pixels[y / scale * 20 + x / scale]
        return Int(colors[Int(pixel)])
      }
      #expect(row == expected, "row \(y)")
    }
  }

  /// What a terminal draws; nil if it is not one picture in sixels.
  private static func points(ofSixels bytes: [UInt8]) -> [[Int]]? {
    let text = String(decoding: bytes, as: UTF8.self)
    let head = /\u{1B}P0;1;0q"1;1;(\d+);(\d+)/
    guard let match = text.prefixMatch(of: head), text.hasSuffix("\u{1B}\\"),
      let width = Int(match.1), let height = Int(match.2)
    else { return nil }
    var points = Array(repeating: Array(repeating: -1, count: width), count: height)
    var colors: [Int: Int] = [:]
    var (color, x, y) = (0, 0, 0)
    var rest = text[match.range.upperBound...].dropLast(2)
    while !rest.isEmpty {
      if let define = rest.prefixMatch(of: /#(\d);2;(\d+);(\d+);(\d+)/) {
        let parts = [define.2, define.3, define.4].map { (Int($0) ?? 0) * 255 / 100 }
        colors[Int(define.1) ?? 0] = parts.reduce(0) { $0 << 8 | $1 }
        rest = rest[define.range.upperBound...]
      } else if let choice = rest.prefixMatch(of: /#(\d)/) {
        color = colors[Int(choice.1) ?? 0] ?? -2
        rest = rest[choice.range.upperBound...]
      } else if let run = rest.prefixMatch(of: /!(\d+)([?-~])/) {
        let bits = (run.2.first?.asciiValue ?? 63) - 63
        for column in x..<x + (Int(run.1) ?? 0) {
          for bit in 0..<6 where bits >> bit & 1 != 0 { points[y + bit][column] = color }
        }
        x += Int(run.1) ?? 0
        rest = rest[run.range.upperBound...]
      } else {
        (x, y) = rest.first == "-" ? (0, y + 6) : (0, y)
        guard rest.first == "-" || rest.first == "$" else { return nil }
        rest = rest.dropFirst()
      }
    }
    return points
  }

  /// By chafa, which two colours are enough for to be exact.
  @Test("Sextants show the pixels that they stand for")
  func sextants() {
    var (random, screen) = (Random(), TerminalScreen(columns: 64, rows: 23))
    var features = TerminalDisplayTests.features
    features.take(.name("foot(1.13.1)"))
    var display = TerminalDisplay(.auto, Size(width: 64, height: 23), features)
    let pixels = (0..<128 * 64).map { _ in UInt8(random.next(2)) }
    screen.take(
      display.bytes(
        for: TerminalScene(
          Bitmap(width: 128, height: 64, pixels: pixels), colors: TerminalDisplayTests.colors,
          status: "")))
    for y in 0..<21 {
      for x in 0..<64 {
        let expected = (0..<6).map { index in
          let pixel = pixels[(3 * y + index / 2) * 128 + 2 * x + index % 2]
          return Int(TerminalDisplayTests.colors[Int(pixel)])
        }
        #expect(screen.cells[y][x].sextant == expected, "\(x), \(y)")
      }
    }
  }

  @Test("Wide characters take two cells, and lines wrap between words")
  func texts() throws {
    // How wide characters are is known in such a locale alone.
    setlocale(LC_CTYPE, "C.UTF-8")
    func rows(_ text: String, _ alignment: PageLayout.Alignment, width: Int, height: Int)
      -> [[String?]]
    {
      let area = Area(x: 0, y: 0, width: width, height: height)
      let grid = CellCanvas(
        area.size, [PageLayout.Mark(.text(text, .body, .text, alignment), area)]
      ).grid
      return (0..<height).map { row in
        grid.cells[row * width..<(row + 1) * width].map {
          $0.isSecondHalf ? nil : grid.text(of: $0.character)
        }
      }
    }
    #expect(
      rows("日e\u{301}x", .right, width: 6, height: 1) == [[" ", " ", "日", nil, "e\u{301}", "x"]])
    let lines = rows("one two three four", .left, width: 7, height: 2).map {
      $0.compactMap(\.self).joined()
    }
    #expect(lines == ["one two", "three …"])
  }

  @Test("Pages lead from one to the next")
  func pages() throws {
    setlocale(LC_CTYPE, "C.UTF-8")
    let size = Size(width: 40, height: 12)
    let page = Page(title: "Menu", [.list(["One", "Two", "Three"].map { Page.Item($0, .resume) })])
    var (view, screen) = (PageView(page), TerminalScreen(columns: 40, rows: 13))
    var display = TerminalDisplay(
      .auto, Size(width: 40, height: 13), TerminalDisplayTests.features)
    var texts: [[Int?]] = []
    for _ in 0..<3 {
      let layout = PageLayout(&view, size, CellMetrics())
      let scene = TerminalScene(
        Bitmap(width: 2, height: 2, pixels: [0, 0, 0, 0]), colors: TerminalDisplayTests.colors,
        page: CellCanvas(size, layout.marks).grid, status: "")
      display.framesPassed(60)
      screen.take(display.bytes(for: scene))
      let shown = (0..<12).map(screen.text)
      #expect(shown.filter { !$0.isEmpty }.count == 4 && shown[0].contains("Menu"))
      // The chosen one is dark on bright.
      texts.append(screen.cells.map { $0[5].background })
      _ = view.handle(.down, layout)
    }
    #expect(Set(texts).count == 3)
  }
}

extension TerminalScreen.Cell {
  /// The colours of the six pixels of a sextant.
  fileprivate var sextant: [Int?] {
    let bits: Int =
      switch character.value {
      case 0x20: 0
      case 0x2588: 63
      case 0x258C: 0b010101
      case 0x2590: 0b101010
      default:
        {
          // Those that are half a cell have characters of their own.
          let number = Int(character.value) - 0x1FB00 + 1
          return number + (number >= 21 ? 1 : 0) + (number >= 41 ? 1 : 0)
        }()
      }
    return (0..<6).map { bits >> $0 & 1 == 1 ? foreground : background }
  }
}
