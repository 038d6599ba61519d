import Chip8Core

/// Where a message is shown: beside the machine's screen if there is room, else where it covers the fewest
/// lit pixels.
package enum MessagePlace: Hashable, Sendable {
  case below, above
  case overBottom, overTop

  /// - Parameters:
  ///   - height: the height of the message.
  ///   - picture: where the screen is.
  ///   - screen: what it shows at first. The message does not move when that changes.
  package init(height: Int, beside picture: Area, in size: Size, _ screen: Screen) {
    if size.height - picture.maxY >= height {
      self = .below
    } else if picture.y >= height {
      self = .above
    } else {
      // As many rows as the message covers.
      let covered = min(screen.height, height * screen.height / max(1, picture.height) + 1)
      let count = covered * screen.width
      func lit(_ pixels: some Sequence<UInt8>) -> Int {
        pixels.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
      }
      self =
        lit(screen.pixels.prefix(count)) < lit(screen.pixels.suffix(count))
        ? .overTop : .overBottom
    }
  }

  /// Whether it hides a part of the screen.
  package var isOver: Bool { self == .overBottom || self == .overTop }

  /// The message's area, no wider than its text.
  package func area(_ text: Size, beside picture: Area, in size: Size) -> Area {
    let width = min(size.width, text.width)
    let x = (size.width - width) / 2
    let y =
      switch self {
      case .below: picture.maxY + (size.height - picture.maxY - text.height) / 2
      case .above: (picture.y - text.height) / 2
      case .overBottom: size.height - text.height
      case .overTop: 0
      }
    return Area(x: x, y: max(0, y), width: width, height: text.height)
  }
}
