// What an instruction has done: the machine before it, as far as needed, and after it.

import SaveState

/// What of a machine is compared before and after an instruction.
struct Watch: Sendable {
  var hasRegisters = false
  var hasPixels = false
  /// Bytes of the RAM.
  var bytes: [Range<Int>] = []

  mutating func add(_ event: StopPoint.Event) {
    if event == .collision { hasPixels = true }
    guard case .access(let watched, _) = event else { return }
    switch watched {
    case .bytes(let range): bytes.append(range)
    case .register: hasRegisters = true
    case .pixels: hasPixels = true
    }
  }
}

/// The machine as a tick begins, as far as it is compared with the machine after it.
struct TickStart {
  let pc: UInt16
  let instruction: Instruction
  let depth: Int
  let keyWait: KeyWait?
  let v: InlineArray<16, UInt8>
  let i: UInt16
  let delay: UInt8
  let sound: UInt8
  let quirks: Quirks
  /// Where the instruction writes and reads the RAM.
  let bytesWritten: Range<Int>?
  let bytesRead: Range<Int>?
  /// The bytes that are watched.
  let bytes: [(range: Range<Int>, values: ArraySlice<UInt8>)]
  /// The pixels and how they are drawn, if they are watched.
  let planes: Display.Planes?
  let sprite: PixelRect?

  init(_ machine: inout Chip8, _ watch: Watch) {
    let instruction = machine.nextInstruction
    self.instruction = instruction
    pc = machine.state.pc
    depth = Int(machine.state.stackCount)
    keyWait = machine.state.keyWait
    (v, i) = (machine.state.v, machine.state.i)
    (delay, sound) = (machine.state.delay, machine.state.sound)
    quirks = machine.state.configuration.effectiveQuirks
    (bytesWritten, bytesRead) = withUnsafePointer(to: &machine.state) {
      (instruction.bytesWritten($0), instruction.bytesRead($0))
    }
    // Not slices of the RAM, which would have to be copied as soon as it is written.
    bytes = watch.bytes.map { range in
      (range, Array(machine.state.ram[range.clamped(to: machine.state.ram.indices)])[...])
    }
    planes = watch.hasPixels ? machine.state.display.planes : nil
    sprite =
      watch.hasPixels && instruction.kind == .draw
      ? withUnsafePointer(to: &machine.state) { PixelRect(of: instruction, $0) } : nil
  }
}

/// Where a sprite is drawn, at the logical resolution.
struct PixelRect {
  let x: Int
  let y: Int
  let width: Int
  let height: Int
  let screenWidth: Int
  let screenHeight: Int

  init(of sprite: Instruction, _ state: UnsafePointer<State>) {
    let screen = state.pointee.screenSize
    (width, height) = sprite.spriteSize(state)
    x = Int(state.pointee.v[Int(sprite.x)]) & (screen.width - 1)
    y = Int(state.pointee.v[Int(sprite.y)]) & (screen.height - 1)
    (screenWidth, screenHeight) = (screen.width, screen.height)
  }

  /// Whether it covers one of some pixels, on this side of an edge or, where sprites wrap, beyond it.
  func overlaps(x columns: Range<Int>, y rows: Range<Int>, wraps: Bool) -> Bool {
    func overlaps(_ start: Int, _ count: Int, _ size: Int, _ range: Range<Int>) -> Bool {
      let whole = start..<start + count
      if whole.clamped(to: 0..<size).overlaps(range) { return true }
      return wraps && whole.upperBound > size && (0..<whole.upperBound - size).overlaps(range)
    }
    return overlaps(x, width, screenWidth, columns) && overlaps(y, height, screenHeight, rows)
  }
}

extension StopPoint.Event {
  /// Adds the instructions by which this can happen.
  func add(to traps: inout Traps) {
    switch self {
    case .execution(let address): traps.addresses.insert(address)
    case .collision: traps.add(.draw)
    case .keyWait: traps.add(.waitForKey)
    case .access(.bytes(let range), let kind):
      if kind != .read { traps.writtenBytes.append(range) }
      if kind == .read || kind == .access { traps.readBytes.append(range) }
    case .access(.register(let register), let kind):
      if kind != .read { traps.addWriting(register) }
      if kind == .read || kind == .access { traps.addReading(register) }
    case .access(.pixels, _):
      for kind in Instruction.Kind.drawing { traps.add(kind) }
    }
  }

  /// Whether a tick is this.
  func isHit(by tick: Chip8.Tick, _ start: TickStart, _ machine: inout Chip8) -> Bool {
    switch self {
    case .execution: return false
    case .collision:
      guard tick.isExecuted, start.instruction.kind == .draw else { return false }
      // With this quirk, VF counts rows in hires that are clipped, too.
      guard machine.state.display.isHires, start.quirks.contains(.rowCollisions) else {
        return machine.state.v[0xF] > 0
      }
      return start.planes.map { machine.state.hasLost(pixelsOf: $0) } ?? false
    case .keyWait:
      guard case .executed = tick else { return false }
      return machine.state.keyWait != nil && start.keyWait == nil
    case .access(let watched, let kind):
      return watched.isAccessed(by: tick, kind, start, &machine)
    }
  }
}

extension StopPoint.Watched {
  func isAccessed(
    by tick: Chip8.Tick, _ kind: StopPoint.AccessKind, _ start: TickStart, _ machine: inout Chip8
  ) -> Bool {
    if case .waited = tick { return false }
    switch (self, kind) {
    case (_, .access):
      return isAccessed(by: tick, .write, start, &machine)
        || isAccessed(by: tick, .read, start, &machine)
    case (.bytes(let range), _):
      return start.hasAccessed(range, kind, machine.state, isExecuted: tick.isExecuted)
    case (.register(let register), _):
      return start.hasAccessed(register, kind, machine.state, tick)
    case (.pixels(let x, let y), .change):
      guard let planes = start.planes else { return false }
      return machine.state.differs(from: planes, x, y)
    case (.pixels(let x, let y), _):
      guard tick.isExecuted else { return false }
      return start.hasDrawn(on: x, y, reading: kind == .read)
    }
  }
}

extension Chip8.Tick {
  var isExecuted: Bool { if case .executed = self { true } else { false } }
}

extension TickStart {
  fileprivate func hasAccessed(
    _ range: Range<Int>, _ kind: StopPoint.AccessKind, _ state: borrowing State, isExecuted: Bool
  ) -> Bool {
    let mask = state.ram.count - 1
    switch kind {
    case .change: return hasChanged(range, state)
    case .write:
      // The two-page machine writes registers and pixels to its RAM.
      if state.isTwoPage, hasChanged(range, state) { return true }
      return isExecuted && bytesWritten?.overlaps([range], mask: mask) ?? false
    case .read, .access: return isExecuted && bytesRead?.overlaps([range], mask: mask) ?? false
    }
  }

  private func hasChanged(_ range: Range<Int>, _ state: borrowing State) -> Bool {
    guard let old = bytes.first(where: { $0.range == range })?.values else { return false }
    return state.ram[range.clamped(to: state.ram.indices)] != old
  }

  fileprivate func hasAccessed(
    _ register: Register, _ kind: StopPoint.AccessKind, _ state: borrowing State, _ tick: Chip8.Tick
  ) -> Bool {
    switch register {
    case .v(let number):
      if kind == .change { return v[Int(number)] != state.v[Int(number)] }
      if case .waitEnded = tick { return kind == .write && keyWait?.register == number }
      let registers =
        kind == .write ? instruction.registersWritten(quirks) : instruction.registersRead(quirks)
      return tick.isExecuted && registers >> UInt32(number) & 1 != 0
    case .i:
      if kind == .change { return i != state.i }
      let registers =
        kind == .write ? instruction.registersWritten(quirks) : instruction.registersRead(quirks)
      return tick.isExecuted && registers >> 16 & 1 != 0
    case .dt, .st:
      // Counting down is done by the frame, not by an instruction.
      guard tick.isExecuted else { return false }
      if kind == .read { return register == .dt && instruction.kind == .readDelay }
      guard instruction.kind == (register == .dt ? .setDelay : .setSound) else { return false }
      return kind == .write || v[Int(instruction.x)] != (register == .dt ? delay : sound)
    case .pc, .sp: return false
    }
  }

  /// Whether the instruction draws on some pixels, or reads them as a sprite does that collides.
  fileprivate func hasDrawn(on x: Range<Int>, _ y: Range<Int>, reading: Bool) -> Bool {
    switch instruction.kind {
    case .draw: sprite?.overlaps(x: x, y: y, wraps: quirks.contains(.wrap)) ?? false
    case .scrollDown, .scrollUp, .scrollRight, .scrollLeft: true
    case .clear: !reading
    case .hires, .lores: !reading && quirks.contains(.resolutionClears)
    default: false
    }
  }
}

extension State {
  /// Whether pixels that were lit on some planes are not any more.
  fileprivate func hasLost(pixelsOf planes: borrowing Display.Planes) -> Bool {
    for plane in 0..<configuration.platform.planeCount {
      for row in 0..<configuration.platform.display.height
      where planes[plane][row] & ~display.planes[plane][row] != 0 {
        return true
      }
    }
    return false
  }

  /// Whether some pixels, at the logical resolution, are others than on some planes.
  fileprivate func differs(
    from planes: borrowing Display.Planes, _ columns: Range<Int>, _ rows: Range<Int>
  ) -> Bool {
    let screen = screenSize
    let (x, y) = (columns.clamped(to: 0..<screen.width), rows.clamped(to: 0..<screen.height))
    guard !x.isEmpty else { return false }
    let width = x.count * screen.step
    let bits: UInt128 = width == 128 ? .max : (1 << width) - 1
    let mask = bits << (128 - width - x.lowerBound * screen.step)
    for plane in 0..<configuration.platform.planeCount {
      for row in y {
        let line = row * screen.step
        if (display.planes[plane][line] ^ planes[plane][line]) & mask != 0 { return true }
      }
    }
    return false
  }
}

extension Instruction.Kind {
  /// Those that may change pixels.
  fileprivate static let drawing: [Instruction.Kind] = [
    .draw, .clear, .scrollDown, .scrollUp, .scrollRight, .scrollLeft, .lores, .hires,
  ]
}

extension Traps {
  /// Adds all instructions that write a register.
  fileprivate mutating func addWriting(_ register: Register) {
    switch register {
    case .v(let number):
      writtenRegisters |= 1 << UInt32(number)
      // It is written where the wait ends.
      add(.waitForKey)
    case .i: writtenRegisters |= 1 << 16
    case .dt: add(.setDelay)
    case .st: add(.setSound)
    case .pc, .sp: break
    }
  }

  /// Adds all instructions that read a register.
  fileprivate mutating func addReading(_ register: Register) {
    switch register {
    case .v(let number): readRegisters |= 1 << UInt32(number)
    case .i: readRegisters |= 1 << 16
    case .dt: add(.readDelay)
    case .st, .pc, .sp: break
    }
  }
}

extension Instruction {
  /// The registers that it writes with some quirks, a bit for each and one for I: no more than that, while
  /// the table has what it may write with any.
  fileprivate func registersWritten(_ quirks: Quirks) -> UInt32 {
    var parts = form.writes
    switch kind {
    case .or, .and, .xor: if !quirks.contains(.logic) { parts.remove(.vf) }
    case .addToIndex: if !quirks.contains(.indexOverflowFlag) { parts.remove(.vf) }
    case .store, .load: if quirks.contains(.memoryLeaveIUnchanged) { parts.remove(.i) }
    // The register is written when the wait ends.
    case .waitForKey: return 0
    default: break
    }
    return registers(parts)
  }

  /// The registers that it reads with some quirks.
  fileprivate func registersRead(_ quirks: Quirks) -> UInt32 {
    var parts = form.reads
    switch kind {
    case .shiftLeft, .shiftRight: parts = quirks.contains(.shift) ? .vx : .vy
    case .jumpIndexed: parts = quirks.contains(.jump) ? .vx : .v0
    default: break
    }
    return registers(parts)
  }
}
