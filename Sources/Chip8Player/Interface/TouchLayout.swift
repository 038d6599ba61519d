import Chip8Core

/// The touch controls in a window.
package struct TouchLayout: Hashable, Sendable {
  /// How fingers play on the picture.
  package let mode: TouchMode
  /// The machine's screen.
  package let picture: Area
  /// The keypad beside it, if it is shown.
  package let keypad: Area?

  package init(_ mode: TouchMode, picture: Area, keypad: Area?) {
    (self.mode, self.picture, self.keypad) = (mode, picture, keypad)
  }

  /// Splits a window into the room for the machine's screen and for a keypad, beside or below it.
  package static func split(_ window: Area) -> (picture: Area, keypad: Area) {
    let isWide = window.width >= window.height
    let side =
      isWide ? min(window.height, window.width / 3) : min(window.width, window.height / 2)
    var (picture, keypad) = (window, window)
    if isWide {
      picture.width -= side
      keypad = Area(
        x: picture.maxX, y: window.y + (window.height - side) / 2, width: side, height: side)
    } else {
      picture.height -= side
      keypad = Area(
        x: window.x + (window.width - side) / 2, y: picture.maxY, width: side, height: side)
    }
    return (picture, keypad.inset(side / 32, side / 32))
  }

  // MARK: Areas

  /// The key at a point of a keypad.
  static func key(at point: TouchControls.Point, in area: Area) -> UInt8? {
    guard area.contains(x: point.x, y: point.y) else { return nil }
    let row = (point.y - area.y) * 4 / area.height
    return KeyCard.rows[row][(point.x - area.x) * 4 / area.width]
  }

  /// The area of a key in a keypad.
  private static func area(ofKeyAt column: Int, _ row: Int, in area: Area) -> Area {
    let (x, y) = (area.width * column / 4, area.height * row / 4)
    let cell = Area(
      x: area.x + x, y: area.y + y, width: area.width * (column + 1) / 4 - x,
      height: area.height * (row + 1) / 4 - y)
    return cell.inset(max(1, area.width / 96), max(1, area.width / 96))
  }

  private var buttonSize: Int { min(picture.width, picture.height) / 5 }

  /// The cross over the lower left corner of the picture.
  var cross: Area {
    let (side, margin) = (buttonSize * 2, buttonSize / 3)
    return Area(
      x: picture.x + margin, y: picture.maxY - margin - side, width: side, height: side)
  }

  /// The buttons over its lower right corner.
  var buttons: [(button: PadButton, area: Area)] {
    let (side, margin) = (buttonSize, buttonSize / 3)
    let (right, bottom) = (picture.maxX - margin, picture.maxY - margin)
    return [
      (.a, Area(x: right - side, y: bottom - 2 * side, width: side, height: side)),
      (.b, Area(x: right - 2 * side, y: bottom - side, width: side, height: side)),
    ]
  }

  // MARK: Drawing

  /// What is drawn of the controls.
  ///
  /// - Parameter card: the labels of the keypad, if it is shown.
  package func marks(
    _ card: KeyCard?, holding held: Set<TouchControls.Control>, _ metrics: some TextMetrics
  ) -> [PageLayout.Mark] {
    var marks: [PageLayout.Mark] = []
    if let keypad, let card { marks = keypadMarks(keypad, card, holding: held, metrics) }
    guard mode == .gamepad else { return marks }
    let tint = { held.contains(.button($0)) ? Tint.chosen : .panel }
    marks += crossParts.map { PageLayout.Mark(.fill(tint($0.button), alpha: 112), $0.area) }
    for (button, area) in buttons {
      marks.append(PageLayout.Mark(.fill(tint(button), alpha: 112), area))
      marks.append(label(button.rawValue.uppercased(), .body, .text, in: area, metrics))
    }
    return marks
  }

  private var crossParts: [(button: PadButton, area: Area)] {
    let third = cross.width / 3
    func part(_ column: Int, _ row: Int) -> Area {
      Area(x: cross.x + column * third, y: cross.y + row * third, width: third, height: third)
    }
    return [(.up, part(1, 0)), (.left, part(0, 1)), (.right, part(2, 1)), (.down, part(1, 2))]
  }

  private func keypadMarks(
    _ keypad: Area, _ card: KeyCard, holding held: Set<TouchControls.Control>,
    _ metrics: some TextMetrics
  ) -> [PageLayout.Mark] {
    KeyCard.rows.enumerated().flatMap { row, keys in
      keys.enumerated().flatMap { column, key in
        keyMarks(
          card[key], isHeld: held.contains(.key(key)),
          in: TouchLayout.area(ofKeyAt: column, row, in: keypad), metrics)
      }
    }
  }

  /// A key with its digit and, if there is room, what it does in the program.
  private func keyMarks(
    _ cell: KeyCard.Cell, isHeld: Bool, in area: Area, _ metrics: some TextMetrics
  ) -> [PageLayout.Mark] {
    let isUsed = cell.meaning != .none
    let fill = PageLayout.Mark(
      .fill(isHeld ? .chosen : .panel, alpha: isHeld || isUsed ? 255 : 112), area)
    let tint = isHeld ? Tint.chosenText : isUsed ? .text : .faint
    let digit = hexadecimal(cell.key, 1)
    let inner = area.inset(area.width / 16, 0)
    let corner = metrics.lineHeight(.detail)
    guard case .action(let use) = cell.meaning,
      let style = [TextStyle.body, .detail].first(where: { style in
        let needed = metrics.size(of: use.text, style, width: inner.width)
        return isWordWithin(use.text, style, inner.width, metrics)
          && needed.height <= area.height - 2 * corner
      })
    else { return [fill, label(digit, .body, tint, in: area, metrics)] }
    let badge = PageLayout.Mark(
      .text(digit, .detail, tint, .left),
      Area(x: inner.x, y: area.y, width: corner, height: corner))
    return [fill, badge, label(use.text, style, tint, in: inner, metrics)]
  }

  /// Whether each word of a text fits on a line.
  private func isWordWithin(
    _ text: String, _ style: TextStyle, _ width: Int, _ metrics: some TextMetrics
  ) -> Bool {
    text.split(separator: " ").allSatisfy {
      metrics.size(of: String($0), style, width: 1 << 16).width <= width
    }
  }

  private func label(
    _ text: String, _ style: TextStyle, _ tint: Tint, in area: Area, _ metrics: some TextMetrics
  ) -> PageLayout.Mark {
    let height = min(area.height, metrics.size(of: text, style, width: area.width).height)
    return PageLayout.Mark(
      .text(text, style, tint, .center),
      Area(x: area.x, y: area.y + (area.height - height) / 2, width: area.width, height: height))
  }
}
