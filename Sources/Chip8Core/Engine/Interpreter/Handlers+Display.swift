// The handlers that change the display: see Handlers.swift.

/// 00E0: the selected planes are erased.
@inline(__always)
func handleClear(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.watch.isDisplayChanged = true
  m.core.pointee.state.pointee.display.clear()
  proceed(m, op.next, i, left, sp, v)
}

/// Dxyn on one plane of 64×32 pixels: a sprite of n rows at I is drawn at (Vx, Vy) with exclusive or,
/// clipped at the right and at the bottom; VF is whether it hits a pixel.
@inline(__always)
func handleDraw(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.draw(op, at: i, v) else { return leaveToRules(m, op, i, left, sp, v) }
  proceed(m, op.next, i, left, sp, v)
}

/// The same with the quirk `vblank`: the frame is over.
@inline(__always)
func handleDrawAndWait(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.draw(op, at: i, v) else { return leaveToRules(m, op, i, left, sp, v) }
  m.core.pointee.end = .frameOver
  pause(m, op.next, i, left, sp, v)
}

/// Dxyn on any display.
@inline(__always)
func handleDrawAnySprite(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  guard m.core.pointee.drawAnySprite(op, at: i) else { return proceed(m, op.next, i, left, sp, v) }
  m.core.pointee.end = .frameOver
  pause(m, op.next, i, left, sp, v)
}

extension Core {
  /// Draws a sprite, and says whether the frame is over then.
  @inline(never)
  fileprivate mutating func drawAnySprite(_ op: Op, at i: UInt) -> Bool {
    watch.isDisplayChanged = true
    let v = place.v
    let sprite = Sprite(x: v[op.x], y: v[op.y], rowCount: op.byte, address: Int(bitPattern: i))
    v[0xF] = dialect.draw(sprite, on: &state.pointee.display) { [ram, mask] in ram[$0 & mask] }
    return dialect.waitsForDisplay(state.pointee.display)
  }
}

extension UnsafeMutableRawPointer {
  /// Draws a sprite, unless it may reach past the end of the RAM; says whether it did.
  @inline(__always)
  fileprivate func draw(_ op: Op, at i: UInt, _ v: V) -> Bool {
    let address = Int(bitPattern: i)
    guard address &+ 16 <= core.pointee.mask else { return false }
    let (column, line) = (UInt64(v[op.x] & 63), Int(v[op.y] & 31))
    let rowCount = min(Int(op.number), 32 &- line)
    let (bytes, rows) = (core.pointee.ram + address, core.pointee.place.rows + 8 &* line)
    let hasHit =
      rowCount < 8
      ? drawRows(rowCount, bytes, rows, column) : drawManyRows(rowCount, bytes, rows, column)
    core.pointee.watch.isDisplayChanged = true
    v[0xF] = hasHit ? 1 : 0
    return true
  }
}

/// Draws the rows of a small sprite, and says whether one has hit a pixel.
@inline(__always)
private func drawRows(_ count: Int, _ bytes: V, _ rows: Raw, _ column: UInt64) -> Bool {
  let rows = rows.assumingMemoryBound(to: UInt64.self)
  var hits: UInt64 = 0
  var row = 0
  while row < count {
    let pixels = (UInt64(bytes[row]) &<< 56) &>> column
    let shown = rows[row]
    rows[row] = shown ^ pixels
    hits |= shown & pixels
    row &+= 1
  }
  return hits != 0
}

/// The same for a larger one, eight rows at a time.
@inline(__always)
private func drawManyRows(_ count: Int, _ bytes: V, _ rows: Raw, _ column: UInt64) -> Bool {
  var hits = SIMD8<UInt64>.zero
  var row = 0
  while row < count {
    // Of rows that it does not have, the sprite has no pixels.
    let unused = max(8 &- (count &- row), 0)
    let eight = UnsafeRawPointer(bytes + row).loadUnaligned(as: UInt64.self).littleEndian
    let used = eight & UInt64.max &>> UInt64(truncatingIfNeeded: 8 &* unused)
    let pixels = atHighestBits(used) &>> SIMD8(repeating: column)
    let shown = rows.loadUnaligned(fromByteOffset: 8 &* row, as: SIMD8<UInt64>.self)
    rows.storeBytes(of: shown ^ pixels, toByteOffset: 8 &* row, as: SIMD8<UInt64>.self)
    hits |= shown & pixels
    row &+= 8
  }
  let half = hits.lowHalf | hits.highHalf
  let pair = half.lowHalf | half.highHalf
  return pair.x | pair.y != 0
}

/// Eight bytes, each in the highest bits of a number.
@inline(__always)
private func atHighestBits(_ bytes: UInt64) -> SIMD8<UInt64> {
  var pairs = SIMD16<UInt8>.zero
  pairs.oddHalf = unsafeBitCast(bytes, to: SIMD8<UInt8>.self)
  var fours = SIMD16<UInt16>.zero
  fours.oddHalf = unsafeBitCast(pairs, to: SIMD8<UInt16>.self)
  var eights = SIMD16<UInt32>.zero
  eights.oddHalf = unsafeBitCast(fours, to: SIMD8<UInt32>.self)
  return unsafeBitCast(eights, to: SIMD8<UInt64>.self)
}
