import Chip8Core
import Chip8Player

/// The keys on the screen: the picture with the keypad beside or below it, enlarged so that its digits
/// can be read.
struct Keypad {
  enum Place: String { case off, right, below }

  private static let width = 256
  private static let side = 128
  private static let cell = 32

  let place: Place

  /// The largest picture that there can be, and that of a screen.
  static let maxSize = (width: width + side, height: 256 + side)

  func size(_ screen: (width: Int, height: Int)) -> (width: Int, height: Int) {
    let height = Keypad.width * screen.height / screen.width
    return switch place {
    case .off: screen
    case .right: (Keypad.width + Keypad.side, max(height, Keypad.side))
    case .below: (Keypad.width, height + Keypad.side)
    }
  }

  /// Where the keypad begins.
  private func origin(_ size: (width: Int, height: Int)) -> (x: Int, y: Int) {
    place == .right
      ? (Keypad.width, (size.height - Keypad.side) / 2)
      : ((Keypad.width - Keypad.side) / 2, size.height - Keypad.side)
  }

  /// The key at a place of the picture, which goes from −1 to 1.
  func key(at pointer: (x: Float, y: Float), _ screen: (width: Int, height: Int)) -> KeySet {
    guard place != .off else { return [] }
    let size = size(screen)
    let origin = origin(size)
    let x = Int((pointer.x + 1) / 2 * Float(size.width)) - origin.x
    let y = Int((pointer.y + 1) / 2 * Float(size.height)) - origin.y
    guard (0..<Keypad.side).contains(x), (0..<Keypad.side).contains(y) else { return [] }
    return KeySet(key: KeyCard.rows[y / Keypad.cell][x / Keypad.cell])
  }

  /// Draws a screen and the keypad.
  ///
  /// - Parameter keys: those that are down.
  func draw(
    _ screen: UnsafePointer<UInt32>, _ size: (width: Int, height: Int), keys: KeySet,
    colors: ScreenColors, to picture: UnsafeMutablePointer<UInt32>
  ) {
    let whole = self.size(size)
    let scale = Keypad.width / size.width
    picture.update(repeating: colors[0], count: whole.width * whole.height)
    for y in 0..<size.height * scale {
      for x in 0..<Keypad.width {
        picture[y * whole.width + x] = screen[y / scale * size.width + x / scale]
      }
    }
    let origin = origin(whole)
    for (row, keysOfRow) in KeyCard.rows.enumerated() {
      for (column, key) in keysOfRow.enumerated() {
        let first =
          picture + (origin.y + row * Keypad.cell) * whole.width
          + origin.x + column * Keypad.cell
        draw(key, isDown: keys.contains(KeySet(key: key)), colors, to: first, whole.width)
      }
    }
  }

  /// Draws a key: its digit in the machine's own font, in reverse where it is down.
  private func draw(
    _ key: UInt8, isDown: Bool, _ colors: ScreenColors, to first: UnsafeMutablePointer<UInt32>,
    _ pitch: Int
  ) {
    let (front, back) = isDown ? (colors[0], colors[1]) : (colors[1], colors[0])
    let glyph = Font.octo.small[5 * Int(key)..<5 * Int(key) + 5]
    for y in 1..<Keypad.cell - 1 {
      for x in 1..<Keypad.cell - 1 {
        let isEdge = [1, Keypad.cell - 2].contains(x) || [1, Keypad.cell - 2].contains(y)
        first[y * pitch + x] = isEdge ? front : back
      }
    }
    for (row, bits) in glyph.enumerated() {
      for column in 0..<4 where bits >> UInt8(7 - column) & 1 == 1 {
        for y in 0..<4 {
          for x in 0..<4 { first[(6 + 4 * row + y) * pitch + 8 + 4 * column + x] = front }
        }
      }
    }
  }
}
