// What each instruction does, where it takes more than a line.

extension Engine {
  // MARK: Flow

  @inline(__always)
  mutating func skip(if condition: Bool) {
    if condition { pc &+= UInt16(instruction(at: pc).byteCount) }
  }

  @inline(__always)
  mutating func jump(_ target: UInt16) {
    let isHalt = target == pc &- 2
    pc = target
    guard isHalt else { return }
    // Nothing can change any more, so the rest of the slice is done in one go.
    event = .halted
    remaining = 0
  }

  @inline(__always)
  mutating func jumpIndexed(_ nnn: UInt16) {
    let register = quirks.contains(.jump) ? UInt8(truncatingIfNeeded: nnn >> 8) : 0
    jump(nnn &+ UInt16(v[register]))
  }

  @inline(__always)
  mutating func call(_ target: UInt16) {
    let depth = Int(state.pointee.stackCount)
    guard depth < maxStackCount else {
      return stopBefore(.fault(.stackOverflow))
    }
    state.pointee.stack[depth] = pc
    state.pointee.stackCount &+= 1
    pc = target
  }

  @inline(__always)
  mutating func returnFromCall() {
    guard state.pointee.stackCount > 0 else { return stopBefore(.fault(.stackUnderflow)) }
    state.pointee.stackCount &-= 1
    pc = state.pointee.stack[Int(state.pointee.stackCount)]
  }

  // MARK: Arithmetic

  @inline(__always)
  func logic(_ x: UInt8, _ result: UInt8) {
    v[x] = result
    if quirks.contains(.logic) { v[0xF] = 0 }
  }

  /// Sets a register and the flag. The flag is written last, so that VF holds it even when it is the
  /// register.
  @inline(__always)
  private func set(_ x: UInt8, _ result: UInt8, flag: UInt8) {
    v[x] = result
    v[0xF] = flag
    if quirks.contains(.vfOrder) { v[x] = result }
  }

  @inline(__always)
  func add(_ x: UInt8, _ y: UInt8) {
    let (sum, carry) = v[x].addingReportingOverflow(v[y])
    set(x, sum, flag: carry ? 1 : 0)
  }

  @inline(__always)
  func subtract(_ minuend: UInt8, _ subtrahend: UInt8, to x: UInt8) {
    set(x, minuend &- subtrahend, flag: minuend >= subtrahend ? 1 : 0)
  }

  @inline(__always)
  func shiftRight(_ x: UInt8, _ y: UInt8) {
    let source = quirks.contains(.shift) ? v[x] : v[y]
    set(x, source >> 1, flag: source & 1)
  }

  @inline(__always)
  func shiftLeft(_ x: UInt8, _ y: UInt8) {
    let source = quirks.contains(.shift) ? v[x] : v[y]
    set(x, source << 1, flag: source >> 7)
  }

  @inline(__always)
  func random(_ x: UInt8, _ nn: UInt8) {
    v[x] = UInt8(truncatingIfNeeded: state.pointee.random.next() >> 56) & nn
  }

  // MARK: Memory

  @inline(__always)
  func setIndex(_ address: Int) {
    state.pointee.i = UInt16(truncatingIfNeeded: address)
  }

  @inline(__always)
  mutating func setIndexLong() {
    state.pointee.i = word(at: pc)
    pc &+= 2
  }

  @inline(__always)
  mutating func addToIndex(_ x: UInt8) {
    let sum = Int(state.pointee.i) + Int(v[x])
    if sum > mask, quirks.contains(.indexOverflowFaults) {
      return stopBefore(.fault(.indexOverflow))
    }
    setIndex(quirks.contains(.indexWraps) ? sum & mask : sum)
    if quirks.contains(.indexOverflowFlag) { v[0xF] = sum > 0xFFF ? 1 : 0 }
  }

  @inline(__always)
  func storeBCD(_ x: UInt8) {
    let i = Int(state.pointee.i)
    write(v[x] / 100, at: i)
    write(v[x] / 10 % 10, at: i + 1)
    write(v[x] % 10, at: i + 2)
  }

  @inline(__always)
  func store(_ x: UInt8) {
    let i = Int(state.pointee.i)
    for k in 0...Int(x) { write(v[k], at: i &+ k) }
    moveIndex(past: x)
  }

  @inline(__always)
  func load(_ x: UInt8) {
    let i = Int(state.pointee.i)
    for k in 0...Int(x) { v[k] = ram[(i &+ k) & mask] }
    moveIndex(past: x)
  }

  @inline(__always)
  private func moveIndex(past x: UInt8) {
    state.pointee.i &+= quirks.indexStep(past: x)
  }

  func storeRange(_ x: UInt8, _ y: UInt8) {
    for (k, register) in registers(from: x, to: y).enumerated() {
      write(v[register], at: Int(state.pointee.i) + k)
    }
  }

  func loadRange(_ x: UInt8, _ y: UInt8) {
    for (k, register) in registers(from: x, to: y).enumerated() {
      v[register] = ram[(Int(state.pointee.i) + k) & mask]
    }
  }

  private func registers(from x: UInt8, to y: UInt8) -> StrideThrough<Int> {
    stride(from: Int(x), through: Int(y), by: x <= y ? 1 : -1)
  }

  // MARK: Keys and sound

  @inline(__always)
  func isDown(_ x: UInt8) -> Bool {
    state.pointee.keys.contains(KeySet(key: v[x]))
  }

  /// The wait begins with the keys that are held already. The machine stays at the instruction.
  mutating func waitForKey(_ x: UInt8) {
    state.pointee.keyWait = KeyWait(register: x, pressed: state.pointee.keys)
    if !state.pointee.keys.isEmpty { beepInKeyWait() }
    pc &-= 2
    end(.frameOver)
  }

  func loadPattern() {
    let i = Int(state.pointee.i)
    state.pointee.audio.pattern = (0..<16).reduce(0) { $0 << 8 | UInt128(ram[(i + $1) & mask]) }
  }

  // MARK: Display

  @inline(__always)
  mutating func draw(_ x: UInt8, _ y: UInt8, _ n: UInt8) {
    if isTwoPage {
      drawTwoPageSprite(x, y, n)
    } else {
      let sprite = Sprite(x: v[x], y: v[y], rowCount: n, address: Int(state.pointee.i))
      v[0xF] = dialect.draw(sprite, on: &state.pointee.display) { [ram, mask] in ram[$0 & mask] }
    }
    if dialect.waitsForDisplay(state.pointee.display) { end(.frameOver) }
  }

  @inline(__always)
  mutating func scrollDown(_ n: UInt8) {
    if n == 0, quirks.contains(.scrollZeroExits) { return stopBefore(.exited) }
    scroll(down: Int(n))
  }

  func scroll(down count: Int) {
    state.pointee.display.scroll(down: count, style: style)
  }

  func scroll(right count: Int) {
    state.pointee.display.scroll(right: count, style: style)
  }

  func setResolution(isHires: Bool) {
    state.pointee.display.isHires = isHires
    if quirks.contains(.resolutionClears) { state.pointee.display.clearAll() }
  }

  private var style: Display.Style {
    Display.Style(isHires: state.pointee.display.isHires, quirks: quirks)
  }
}

/// What Dxyn draws: registers, n, and I.
struct Sprite {
  let x: UInt8
  let y: UInt8
  let rowCount: UInt8
  let address: Int
}

extension Dialect {
  /// Draws a sprite, and says what VF is then.
  @inline(never)
  func draw(_ sprite: Sprite, on display: inout Display, byte: (Int) -> UInt8) -> UInt8 {
    let hasBigSprites = extensions.contains(.superChip10)
    let isBig = sprite.rowCount == 0 && hasBigSprites
    let hits = display.draw(
      x: Int(sprite.x), y: Int(sprite.y), rowCount: isBig ? 16 : Int(sprite.rowCount),
      isWide: isBig && (display.isHires || quirks.contains(.loresBigSprites)),
      style: Display.Style(isHires: display.isHires, quirks: quirks),
      byte: { byte(sprite.address &+ $0) })
    guard display.isHires, quirks.contains(.rowCollisions) else {
      return hits.collidedRows > 0 ? 1 : 0
    }
    return UInt8(truncatingIfNeeded: hits.collidedRows + hits.clippedRows)
  }

  /// Whether a sprite that was drawn ends the frame.
  @inline(__always)
  func waitsForDisplay(_ display: Display) -> Bool {
    quirks.contains(.vblank) && (!display.isHires || quirks.contains(.vblankInHires))
  }
}
