// Sprites and scrolls against a plain model, pixel by pixel.

import Chip8Core
import Testing

/// A display as rows of pixels, and what the instructions mean for it in so many words.
private struct Model {
  var planes: [[[Bool]]]
  let width: Int
  let height: Int

  /// The drawing area of a machine's display.
  init(_ state: State, width: Int, height: Int) {
    self.width = width
    self.height = height
    planes = (0..<2).map { plane in
      (0..<height).map { y in
        (0..<width).map { state[plane: plane, row: y] >> UInt128(127 - $0) & 1 == 1 }
      }
    }
  }

  /// Draws pixel by pixel, and returns in how many rows a pixel went out, and how many were
  /// past the bottom.
  mutating func draw(
    _ sprite: [UInt8], x: Int, y: Int, rowCount: Int, byteCount: Int, wraps: Bool, selected: UInt8
  ) -> (collided: Int, clipped: Int) {
    var (collided, clipped) = (0, 0)
    var next = 0
    for plane in 0..<2 where selected >> plane & 1 == 1 {
      for row in 0..<rowCount {
        let bits = (0..<byteCount * 8).map { sprite[next + $0 / 8] >> (7 - $0 % 8) & 1 == 1 }
        next += byteCount
        let line = y % height + row
        if line >= height, !wraps {
          clipped += 1
          continue
        }
        var hit = false
        for (column, bit) in bits.enumerated() where bit {
          let place = x % width + column
          if place >= width, !wraps { continue }
          if planes[plane][line % height][place % width] { hit = true }
          planes[plane][line % height][place % width].toggle()
        }
        if hit { collided += 1 }
      }
    }
    return (collided, clipped)
  }

  mutating func scroll(x: Int, y: Int, selected: UInt8) {
    for plane in 0..<2 where selected >> plane & 1 == 1 {
      let old = planes[plane]
      for row in 0..<height {
        for column in 0..<width {
          let (fromX, fromY) = (column - x, row - y)
          let isInside = (0..<width).contains(fromX) && (0..<height).contains(fromY)
          planes[plane][row][column] = isInside && old[fromY][fromX]
        }
      }
    }
  }
}

@Suite struct DrawingTests {
  /// Fills the drawing area with random pixels.
  private func fill(
    _ state: inout State, _ width: Int, _ height: Int, using random: inout Seeded
  ) {
    let planeCount = state.configuration.platform.planeCount
    for plane in 0..<planeCount {
      for row in 0..<height {
        let bits = UInt128(UInt64.random(in: 0 ... .max, using: &random)) << 64
        let more = UInt128(UInt64.random(in: 0 ... .max, using: &random))
        state[plane: plane, row: row] = width == 128 ? bits | more : bits
      }
    }
  }

  @Test(arguments: Platform.allCases, [11, 12] as [UInt64])
  func spritesAreDrawnPixelByPixel(platform: Platform, seed: UInt64) throws {
    print("sprites on \(platform) from seed \(seed)")
    var random = Seeded(seed)
    for _ in 0..<300 {
      let isHires = platform.hasHires && Bool.random(using: &random)
      var quirks = platform.quirks.subtracting(isHires ? [] : .doubledLores)
      if Bool.random(using: &random) { quirks.formSymmetricDifference(.wrap) }
      let (width, height) = isHires ? (128, 64) : (64, platform == .hires ? 64 : 32)
      let n = UInt16.random(in: 0...15, using: &random)
      let start = try machine(
        platform, 0xD340 | n, adding: quirks, removing: platform.quirks.subtracting(quirks)
      ).changed { state in
        fill(&state, width, height, using: &random)
        if Bool.random(using: &random) {
          for row in 0..<64 { state[plane: 0, row: row] &= 0xF0F0_0000_0000_FF00_0000_0FF0 }
        }
        state.isHires = isHires
        state.registers = (0..<16).map { _ in .random(in: 0...255, using: &random) }
        state.i = .random(in: 0x300...(platform == .hires ? 0xD80 : 0xF00), using: &random)
        if platform.planeCount == 2 { state.selectedPlanes = .random(in: 0...3, using: &random) }
        for k in 0..<64 { state.ram[Int(state.i) + k] = .random(in: 0...255, using: &random) }
      }
      let before = start.state
      var model = Model(before, width: width, height: height)
      let isBig = n == 0 && platform.hasHires
      let isWide = isBig && (isHires || quirks.contains(.loresBigSprites))
      let (collided, clipped) = model.draw(
        Array(before.ram[Int(before.i)..<Int(before.i) + 64]), x: Int(before.v[3]),
        y: Int(before.v[4]), rowCount: isBig ? 16 : Int(n), byteCount: isWide ? 2 : 1,
        wraps: quirks.contains(.wrap), selected: before.selectedPlanes)
      var machine = start
      machine.step()
      let counts = isHires && quirks.contains(.rowCollisions)
      #expect(Int(machine.state.v[0xF]) == (counts ? collided + clipped : collided > 0 ? 1 : 0))
      #expect(Model(machine.state, width: width, height: height).planes == model.planes)
      #expect(machine.state.i == before.i)
    }
  }

  @Test(arguments: [.schip10, .schip11] as [Platform])
  func doubledSpritesAreDrawnOnceAndCopiedDown(platform: Platform) throws {
    let seed: UInt64 = 13
    print("doubled sprites on \(platform) from seed \(seed)")
    var random = Seeded(seed)
    for _ in 0..<300 {
      let n = UInt16.random(in: 0...15, using: &random)
      let start = try machine(platform, 0xD340 | n).changed { state in
        fill(&state, 128, 64, using: &random)
        state.v[3] = .random(in: 0...255, using: &random)
        state.v[4] = .random(in: 0...255, using: &random)
        state.i = 0x300
        for k in 0..<16 { state.ram[0x300 + k] = .random(in: 0...255, using: &random) }
      }
      let before = start.state
      var expected = Model(before, width: 128, height: 64).planes[0]
      let (x, y) = (Int(before.v[3]) % 64 * 2, Int(before.v[4]) % 32 * 2)
      var hasHit = false
      for row in 0..<(n == 0 ? 16 : Int(n)) where y + 2 * row < 64 {
        let line = y + 2 * row
        for column in 0..<16 where x + column < 128 {
          guard before.ram[0x300 + row] >> (7 - column / 2) & 1 == 1 else { continue }
          if expected[line][x + column] { hasHit = true }
          expected[line][x + column].toggle()
        }
        for column in (x & 0x70)..<min((x & 0x70) + 32, 128) {
          expected[line + 1][column] = expected[line][column]
        }
      }
      var machine = start
      machine.step()
      #expect(Model(machine.state, width: 128, height: 64).planes[0] == expected)
      #expect(machine.state.v[0xF] == (hasHit ? 1 : 0))
    }
  }

  @Test(arguments: [.schip11, .schip, .xochip] as [Platform], [false, true])
  func scrollsMoveTheSelectedPlanes(platform: Platform, isHires: Bool) throws {
    let seed: UInt64 = 14
    print("scrolls on \(platform) from seed \(seed)")
    var random = Seeded(seed)
    let isWhole = isHires || platform == .schip11
    let (width, height) = isWhole ? (128, 64) : (64, 32)
    var scrolls = [(0x00FB, 4, 0), (0x00FC, -4, 0)] as [(UInt16, Int, Int)]
    for n in 1..<16 { scrolls.append((0x00C0 | UInt16(n), 0, n)) }
    if platform == .xochip {
      for n in 0..<16 { scrolls.append((0x00D0 | UInt16(n), 0, -n)) }
    }
    for (opcode, x, y) in scrolls {
      for selected in platform == .xochip ? [0, 1, 2, 3] : [1] as [UInt8] {
        var machine = try machine(platform, opcode).changed { state in
          fill(&state, width, height, using: &random)
          state.isHires = isHires
          state.selectedPlanes = selected
        }
        var model = Model(machine.state, width: width, height: height)
        model.scroll(x: x, y: y, selected: selected)
        machine.step()
        #expect(Model(machine.state, width: width, height: height).planes == model.planes)
      }
    }
  }

  @Test func clearingErasesTheSelectedPlanes() throws {
    for selected in 0..<4 as Range<UInt8> {
      let state = try executed(
        .xochip, 0xF001 | UInt16(selected) << 8, 0x00E0,
        from: {
          $0[plane: 0, row: 63] = 1
          $0[plane: 1, row: 0] = 1 << 127
        })
      #expect((state[plane: 0, row: 63] == 0) == (selected & 1 != 0))
      #expect((state[plane: 1, row: 0] == 0) == (selected & 2 != 0))
    }
  }

  @Test func bothPlanesMakeFourValues() throws {
    let state = try executed(
      .xochip, 0xA300, 0xF301, 0xD001,
      from: {
        $0.ram[0x300] = 0b1010_0000
        $0.ram[0x301] = 0b1100_0000
      })
    #expect(state.screen.lit == [[0, 0, 3], [1, 0, 2], [2, 0, 1]])
  }

  /// A switch without a clear leaves what was drawn: lores shows every other pixel of it.
  @Test func doubledLoresShowsEveryOtherPixel() throws {
    let hires = try executed(
      .schip11, 0x00FF,
      from: {
        $0[plane: 0, row: 0] = 0b1110 << 124
        $0[plane: 0, row: 1] = 0b0001 << 124
      })
    #expect(hires.screen.lit == [[0, 0, 1], [1, 0, 1], [2, 0, 1], [3, 1, 1]])
    #expect((hires.screen.width, hires.screen.height) == (128, 64))
    let lores = try executed(
      .schip11, 0x00FE,
      from: {
        $0.isHires = true
        $0[plane: 0, row: 0] = 0b1110 << 124
        $0[plane: 0, row: 1] = 0b0001 << 124
      })
    #expect(lores.screen.lit == [[0, 0, 1], [1, 0, 1]])
  }
}
