// The two-page interpreter keeps the registers, the stack and the display in the RAM, where a program
// can read and write them. While the machine runs, that work area is what counts; between two runs
// the fields of `State` count, and the work area shows them. Sources: docs/SOURCES.md.
//
// Not modeled is what the interpreter and its interrupts leave below the stack: they have overwritten
// it again before a program can rely on it.

/// Where a two-page program begins, and where its interpreter keeps what.
enum TwoPage {
  /// After the driver, which changes the interpreter and restarts it.
  static let entryPoint = 0x2C0
  /// The jump at the program's start, to the driver: it tells two-page programs from others.
  static let jumpToDriver: [UInt8] = [0x12, 0x60]
  /// What the driver leaves there, so that a jump to the start begins the program again.
  static let jumpToEntry: [UInt8] = [0x12, 0xBE]

  /// The oldest return address, the high byte first; those that follow are below it.
  static let stack = 0xDCD
  /// The rows of the sprite that was drawn last, two bytes each.
  static let sprite = 0xDD0
  static let registers = 0xDF0
  /// 64 rows of 8 bytes, the leftmost pixel in the highest bit.
  static let display = 0xE00
  static let rowCount = 64
  static let rowByteCount = 8

  /// Where a return address is, by how many there are before it.
  static func stackEntry(_ index: Int) -> Int { stack - 2 * index }
}

extension State {
  /// Whether the work area is in the RAM.
  var isTwoPage: Bool { configuration.platform.extensions.contains(.twoPage) }

  /// The RAM with what the work area shows.
  var shownRAM: [UInt8] {
    guard isTwoPage else { return ram }
    var shown = ram
    shown.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { show(in: start) } }
    return shown
  }

  /// Takes over what was written to the work area.
  mutating func readWorkArea() {
    guard isTwoPage else { return }
    let ram = ram
    ram.withUnsafeBufferPointer { if let start = $0.baseAddress { read(from: start) } }
  }

  fileprivate func show(in ram: UnsafeMutablePointer<UInt8>) {
    for k in 0..<16 { ram[TwoPage.registers + k] = v[k] }
    for k in 0..<Int(stackCount) {
      ram[TwoPage.stackEntry(k)] = UInt8(stack[k] >> 8)
      ram[TwoPage.stackEntry(k) + 1] = UInt8(stack[k] & 0xFF)
    }
    for row in 0..<TwoPage.rowCount {
      let pixels = display.planes[0][row]
      for k in 0..<TwoPage.rowByteCount {
        ram[TwoPage.display + row * TwoPage.rowByteCount + k] =
          UInt8(truncatingIfNeeded: pixels >> UInt128(120 - 8 * k))
      }
    }
  }

  fileprivate mutating func read(from ram: UnsafePointer<UInt8>) {
    for k in 0..<16 { v[k] = ram[TwoPage.registers + k] }
    for k in 0..<Int(stackCount) {
      let entry = TwoPage.stackEntry(k)
      stack[k] = UInt16(ram[entry]) << 8 | UInt16(ram[entry + 1])
    }
    for row in 0..<TwoPage.rowCount {
      display.planes[0][row] = UInt128(TwoPage.pixels(ofRow: row, in: ram)) << 64
    }
  }
}

extension TwoPage {
  /// The 64 pixels of a row, the leftmost in the highest bit.
  static func pixels(ofRow row: Int, in ram: UnsafePointer<UInt8>) -> UInt64 {
    (0..<rowByteCount).reduce(0) { $0 << 8 | UInt64(ram[display + row * rowByteCount + $1]) }
  }
}

extension Engine {
  var isTwoPage: Bool { dialect.isTwoPage }

  /// Lets the work area show the fields of the state, if there is one.
  func showWorkArea() {
    if isTwoPage { state.pointee.show(in: ram) }
  }

  /// Takes the work area over into the fields of the state.
  func readWorkArea() {
    if isTwoPage { state.pointee.read(from: ram) }
  }

  /// Writes the newest return address to where the program can see it.
  func showReturn() {
    guard isTwoPage else { return }
    let index = Int(state.pointee.stackCount) - 1
    let (entry, address) = (TwoPage.stackEntry(index), state.pointee.stack[index])
    write(UInt8(address >> 8), at: entry)
    write(UInt8(address & 0xFF), at: entry + 1)
  }

  /// An instruction of this machine. The rules execute them all, as any byte of one may be
  /// a register's.
  mutating func executeTwoPage(_ instruction: Instruction) {
    switch instruction.kind {
    case .clear:
      for k in 0..<TwoPage.rowCount * TwoPage.rowByteCount { write(0, at: TwoPage.display + k) }
    case .call:
      let count = state.pointee.stackCount
      execute(instruction)
      if state.pointee.stackCount > count { showReturn() }
    case .return:
      if state.pointee.stackCount > 0 {
        let index = Int(state.pointee.stackCount) - 1
        state.pointee.stack[index] = word(at: UInt16(TwoPage.stackEntry(index)))
      }
      execute(instruction)
    default: execute(instruction)
    }
  }

  /// Draws as the interpreter does: it first shifts the whole sprite to its column, into a place of
  /// its own, and then draws that, in bytes.
  func drawTwoPageSprite(_ x: UInt8, _ y: UInt8, _ n: UInt8) {
    let (column, top) = (Int(v[x]) & 63, Int(v[y]) & (TwoPage.rowCount - 1))
    let i = Int(state.pointee.i)
    for row in 0..<Int(n) {
      let bits = (UInt16(ram[(i &+ row) & mask]) << 8) >> UInt16(column & 7)
      write(UInt8(bits >> 8), at: TwoPage.sprite + 2 * row)
      write(UInt8(bits & 0xFF), at: TwoPage.sprite + 2 * row + 1)
    }
    var hasHit = false
    for k in 0..<2 * Int(n) {
      guard let address = displayAddress(column: column / 8 + k % 2, row: top + k / 2) else {
        continue
      }
      let (shown, drawn) = (ram[address], ram[TwoPage.sprite + k])
      if shown & drawn != 0 { hasHit = true }
      write(shown ^ drawn, at: address)
    }
    v[0xF] = hasHit ? 1 : 0
  }

  /// Where a byte of the display is; nil for what is clipped at the right or below.
  private func displayAddress(column: Int, row: Int) -> Int? {
    let isOutside = column >= TwoPage.rowByteCount || row >= TwoPage.rowCount
    if isOutside, !quirks.contains(.wrap) { return nil }
    return TwoPage.display + row % TwoPage.rowCount * TwoPage.rowByteCount
      + column % TwoPage.rowByteCount
  }
}
