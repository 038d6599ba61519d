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
