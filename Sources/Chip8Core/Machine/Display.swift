// The display: bit planes, and what the drawing instructions do to them.

/// One bit plane: 64 rows of 128 pixels. A lores screen that is not doubled is the upper left
/// quarter.
public struct Plane: Sendable {
  /// The halves of the rows, the leftmost pixel in the highest bit. They are apart so that the rows of
  /// a lores screen lie side by side.
  private(set) var left = InlineArray<64, UInt64>(repeating: 0)
  private(set) var right = InlineArray<64, UInt64>(repeating: 0)

  /// A row, the leftmost pixel in the highest bit.
  @inline(__always)
  subscript(row: Int) -> UInt128 {
    get { UInt128(left[row]) << 64 | UInt128(right[row]) }
    set {
      left[row] = UInt64(truncatingIfNeeded: newValue >> 64)
      right[row] = UInt64(truncatingIfNeeded: newValue)
    }
  }
}

/// The display and how it is drawn on.
public struct Display: Sendable {
  /// As many planes as a platform has at most.
  package typealias Planes = InlineArray<2, Plane>

  /// The planes; machines with one plane use the first.
  var planes = Planes(repeating: Plane())
  /// Whether the screen is 128×64 pixels.
  public internal(set) var isHires = false
  /// The planes that drawing affects, bit 0 for the first.
  public internal(set) var selectedPlanes: UInt8 = 1

  /// What a sprite did.
  struct Hits {
    var collidedRows = 0
    var clippedRows = 0
  }

  /// How sprites are drawn: the platform's way in the current resolution.
  struct Style {
    /// Pixels of the drawing area.
    let width: Int
    let height: Int
    /// Whether lores pixels are drawn as two by two.
    let isDoubled: Bool
    let wraps: Bool

    init(isHires: Bool, quirks: Quirks) {
      isDoubled = !isHires && quirks.contains(.doubledLores)
      wraps = quirks.contains(.wrap)
      width = isHires || isDoubled ? 128 : 64
      height = isHires || isDoubled ? 64 : 32
    }

    /// The columns of the drawing area.
    var mask: UInt128 { width == 128 ? .max : .max << 64 }

    /// A row of pixels, leftmost in the highest bit, moved right to column x of the area.
    @inline(__always)
    func placed(_ bits: UInt128, at x: Int) -> UInt128 {
      let moved = bits &>> UInt128(truncatingIfNeeded: x)
      guard wraps else { return moved & mask }
      let around = width == 128 ? bits << (128 - x) : moved << 64
      return (moved | around) & mask
    }
  }

  mutating func clear() {
    forEachSelectedPlane { $0 = Plane() }
  }

  /// Erases all planes, selected or not.
  mutating func clearAll() {
    planes = InlineArray(repeating: Plane())
  }

  /// Draws a sprite with exclusive or.
  ///
  /// - Parameters:
  ///   - x, y: its upper left corner in pixels of the current resolution; wrapped to the screen.
  ///   - rowCount: rows for each plane.
  ///   - isWide: whether rows are 16 pixels and not 8.
  ///   - byte: the sprite's bytes by their index; those of the next plane follow.
  @inline(__always)
  mutating func draw(
    x: Int, y: Int, rowCount: Int, isWide: Bool, style: Style, byte: (Int) -> UInt8
  ) -> Hits {
    var hits = Hits()
    let scale = style.isDoubled ? 2 : 1
    let column = x * scale & (style.width - 1)
    let top = y * scale & (style.height - 1)
    var next = 0
    for plane in planes.indices where selectedPlanes & 1 << UInt8(plane) != 0 {
      for row in 0..<rowCount {
        var bits = UInt128(byte(next)) << 120
        if isWide { bits |= UInt128(byte(next + 1)) << 112 }
        next += isWide ? 2 : 1
        var line = top + row * scale
        if line >= style.height {
          guard style.wraps else {
            hits.clippedRows += 1
            continue
          }
          line &= style.height - 1
        }
        let drawn = style.placed(style.isDoubled ? doubled(bits) : bits, at: column)
        if planes[plane][line] & drawn != 0 { hits.collidedRows += 1 }
        planes[plane][line] ^= drawn
        if style.isDoubled { copyDown(plane, line, column, style) }
      }
    }
    return hits
  }

  /// The HP 48 interpreters draw a lores row once and then copy the two 16-pixel words it may
  /// touch to the row below.
  private mutating func copyDown(_ plane: Int, _ line: Int, _ column: Int, _ style: Style) {
    let words = style.placed(UInt128(0xFFFF_FFFF) << 96, at: column & 0x70)
    let kept = planes[plane][line + 1] & ~words
    planes[plane][line + 1] = kept | planes[plane][line] & words
  }

  /// Moves the selected planes' pixels down by rows, or up if negative; empty rows come in.
  mutating func scroll(down count: Int, style: Style) {
    forEachSelectedPlane { plane in
      for step in 0..<style.height {
        // In place, beginning with a row that no other one comes from.
        let row = count > 0 ? style.height - 1 - step : step
        let source = row - count
        plane[row] = (0..<style.height).contains(source) ? plane[source] : 0
      }
    }
  }

  /// Moves the selected planes' pixels right by columns, or left if negative.
  mutating func scroll(right count: Int, style: Style) {
    forEachSelectedPlane { plane in
      for row in 0..<style.height {
        let outside = plane[row] & ~style.mask
        plane[row] = (plane[row] & style.mask) >> count & style.mask | outside
      }
    }
  }

  private mutating func forEachSelectedPlane(_ body: (inout Plane) -> Void) {
    for plane in planes.indices where selectedPlanes & 1 << UInt8(plane) != 0 {
      body(&planes[plane])
    }
  }
}

/// Each of the 16 leftmost pixels twice.
private func doubled(_ bits: UInt128) -> UInt128 {
  var spread = UInt32(truncatingIfNeeded: bits >> 112)
  spread = (spread | spread << 8) & 0x00FF_00FF
  spread = (spread | spread << 4) & 0x0F0F_0F0F
  spread = (spread | spread << 2) & 0x3333_3333
  spread = (spread | spread << 1) & 0x5555_5555
  return UInt128(spread | spread << 1) << 96
}

/// What is on the screen, at its logical resolution.
public struct Screen: Hashable, Sendable {
  /// The colours of the pixel values 0 to 3 of a program that names none, 0xRRGGBB: easy on the eyes, and
  /// distinguishable by the colour-blind.
  public static let standardColors: [UInt32] = [0x10_16_1E, 0xF2_EE_E2, 0xE0_8E_3C, 0x4F_8F_C0]

  /// 64 or 128 pixels.
  public let width: Int
  /// 32 or 64 pixels.
  public let height: Int
  /// A byte for each pixel, row by row: its bit in each plane, that of the first plane lowest.
  public let pixels: [UInt8]

  /// These pixels.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  init(_ display: Display, _ configuration: Configuration) {
    let isDoubled = !display.isHires && configuration.effectiveQuirks.contains(.doubledLores)
    let step = isDoubled ? 2 : 1
    let whole = configuration.platform.display
    let isLores = configuration.platform.hasHires && !display.isHires
    let (width, height) = isLores ? (64, 32) : (whole.width, whole.height)
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, initialized in
      for y in 0..<height {
        for x in 0..<width { buffer[y * width + x] = 0 }
        for plane in 0..<configuration.platform.planeCount {
          let (left, right) = (
            display.planes[plane].left[y * step], display.planes[plane].right[y * step]
          )
          for x in 0..<width {
            let half = x * step < 64 ? left : right
            let bit = UInt8(truncatingIfNeeded: half &>> UInt64(63 - x * step & 63)) & 1
            buffer[y * width + x] |= bit &<< UInt8(plane)
          }
        }
      }
      initialized = width * height
    }
  }
}
