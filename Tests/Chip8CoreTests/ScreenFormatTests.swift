// The screen in every format is the same screen.

import Chip8Core
import SaveState
import Testing

@Suite struct ScreenFormatTests {
  private static let colors: ScreenColors = [0x01_02_03, 0x40_50_60, 0xA0_B0_C0, 0xFF_FE_FD]

  private func bytes(_ machine: inout Chip8, _ format: ScreenFormat, isFixed: Bool) -> [UInt8] {
    let shape = ScreenShape(
      format, of: machine.state.configuration.platform, isHires: machine.state.isHires,
      isFixed: isFixed)
    var bytes = [UInt8](repeating: 0xAA, count: shape.byteCount + 1)
    bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      machine.writeScreen(shape, colors: Self.colors, to: start)
    }
    #expect(bytes.removeLast() == 0xAA)
    return bytes
  }

  /// The pixels, or each of them two by two.
  private func pixels(_ screen: Screen, isEnlarged: Bool) -> [UInt8] {
    guard isEnlarged else { return screen.pixels }
    return (0..<64).flatMap { y in
      (0..<128).map { x in screen.pixels[y / 2 * screen.width + x / 2] }
    }
  }

  /// A memory that is written to again and again, with one byte more.
  private struct Memory {
    var bytes = [UInt8](repeating: 0xAA, count: 4 * 128 * 64 + 1)
    var shown = WrittenScreen()

    mutating func write(_ machine: inout Chip8, _ shape: ScreenShape, _ colors: ScreenColors) {
      bytes.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return }
        machine.writeScreen(shape, colors: colors, to: start, over: &shown)
      }
    }
  }

  @Test(arguments: Platform.allCases, ScreenFormat.allCases)
  func overAnother(platform: Platform, format: ScreenFormat) throws {
    var machine = try Chip8(Workload.program(for: platform, seed: 4), Configuration(platform))
    var memory = Memory()
    for frame in 0..<60 {
      _ = machine.run(frames: 1, keys: KeySet(rawValue: UInt16(frame & 1) * 0xFFFF))
      let shape = ScreenShape(
        format, of: platform, isHires: machine.state.isHires, isFixed: frame % 20 > 15)
      var colors = Self.colors
      if frame > 30 { colors[1] = 0x77_88_99 }
      memory.write(&machine, shape, colors)
      var whole = Memory()
      whole.write(&machine, shape, colors)
      #expect(memory.bytes[..<shape.byteCount] == whole.bytes[..<shape.byteCount])
      #expect(whole.bytes[shape.byteCount] == 0xAA)
    }
  }

  @Test func whatIsThereIsNotWrittenAgain() throws {
    // Draws a pixel at the left of row 1 and then, after a key, at the left of row 0.
    let program = Program(
      name: "two",
      bytes: [0xA2, 0x0C, 0x61, 0x01, 0xD0, 0x11, 0xF2, 0x0A, 0xD0, 0x01, 0x12, 0x0A, 0x80])
    var machine = try Chip8(program, Configuration(.chip8))
    _ = machine.run(frames: 2)
    let shape = ScreenShape(.xrgb, of: .chip8, isHires: false)
    var memory = Memory()
    memory.write(&machine, shape, Self.colors)
    let before = memory.bytes
    // Marks a pixel of either row.
    (memory.bytes[40], memory.bytes[4 * 64 + 40]) = (0xEE, 0xEE)
    for keys: KeySet in [KeySet(key: 3), []] { _ = machine.run(frames: 1, keys: keys) }
    memory.write(&machine, shape, Self.colors)
    #expect(memory.bytes[..<4] != before[..<4] && memory.bytes[40] == before[40])
    #expect(memory.bytes[4 * 64 + 40] == 0xEE)
  }

  @Test(arguments: Platform.allCases, [1, 2, 3] as [UInt64])
  func allOfThem(platform: Platform, seed: UInt64) throws {
    var machine = try Chip8(
      Workload.program(for: platform, seed: seed), Configuration(platform), seed: seed)
    for frame in 0..<60 {
      _ = machine.run(frames: 1, keys: KeySet(rawValue: UInt16(frame & 1) * 0xFFFF))
      for isFixed in [false, true] {
        let screen = machine.state.screen
        let isEnlarged = isFixed && platform.hasHires && screen.width == 64
        let expected = pixels(screen, isEnlarged: isEnlarged)
        #expect(bytes(&machine, .pixels, isFixed: isFixed) == expected)
        let planes = (0..<platform.planeCount).flatMap { plane in
          expected.map { $0 >> UInt8(plane) & 1 }
        }
        #expect(bytes(&machine, .planes, isFixed: isFixed) == planes)
        let bits = stride(from: 0, to: planes.count, by: 8).map { first in
          planes[first..<first + 8].reduce(0 as UInt8) { $0 << 1 | $1 }
        }
        #expect(bytes(&machine, .bits, isFixed: isFixed) == bits)
        let colors = expected.map { Self.colors[Int($0)] }
        #expect(
          bytes(&machine, .rgb, isFixed: isFixed)
            == colors.flatMap { color in
              [16, 8, 0].map { UInt8(truncatingIfNeeded: color >> $0) }
            })
        let words = bytes(&machine, .xrgb, isFixed: isFixed).withUnsafeBytes { bytes in
          colors.indices.map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
        }
        #expect(words == colors)
      }
    }
  }
}
