/// A machine's state without its memories. It lies in one piece at the end of ``State``, from the
/// display's mode on, and is plain bytes, so that it is copied in one go.
enum StateRest {
  /// Words of the digest.
  static let wordCount = 18

  private typealias Part = SIMD16<UInt8>

  @inline(__always)
  private static var start: Int { State.offset(of: \.display.isHires) }

  /// How many bytes there are.
  @inline(__always)
  static var byteCount: Int { MemoryLayout<State>.size &- start }

  /// Copies them out of a state.
  @inline(__always)
  static func save(_ state: UnsafePointer<State>, to bytes: UnsafeMutableRawPointer) {
    copy(UnsafeRawPointer(state) + start, to: bytes)
  }

  /// Gives them to a state.
  @inline(__always)
  static func restore(_ bytes: UnsafeRawPointer, to state: UnsafeMutablePointer<State>) {
    copy(bytes, to: UnsafeMutableRawPointer(state) + start)
  }

  /// Copies without a call; the last part may overlap the one before.
  @inline(__always)
  private static func copy(_ bytes: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    let size = MemoryLayout<Part>.size
    for k in stride(from: 0, to: byteCount &- size, by: size) {
      let part = bytes.loadUnaligned(fromByteOffset: k, as: Part.self)
      target.storeBytes(of: part, toByteOffset: k, as: Part.self)
    }
    let last = bytes.loadUnaligned(fromByteOffset: byteCount &- size, as: Part.self)
    target.storeBytes(of: last, toByteOffset: byteCount &- size, as: Part.self)
  }

  /// The sum of the products of each two neighbouring words of all that is state in it, with a constant
  /// added to each. Written out, for a word of an array costs a copy of the array.
  @inline(__always)
  static func sum(_ state: UnsafePointer<State>, _ constants: UnsafePointer<UInt64>) -> UInt128 {
    let rest = UnsafeRawPointer(state)
    let registers = rest.words(at: State.offset(of: \.v))
    let flags = rest.words(at: State.offset(of: \.flags))
    let audio = rest.load(fromByteOffset: State.offset(of: \.audio), as: Audio.self)
    let stack = stack(state)
    let (keyWait, pattern) = (state.pointee.keyWait, audio.pattern ?? 0)
    let pointers =
      UInt64(state.pointee.pc) | UInt64(state.pointee.i) << 16 | UInt64(state.pointee.delay) << 32
      | UInt64(state.pointee.sound) << 40 | UInt64(state.pointee.stackCount) << 48
      | UInt64(state.pointee.display.selectedPlanes) << 56
      | (state.pointee.display.isHires ? 1 << 63 : 0)
    let input =
      UInt64(state.pointee.keys.rawValue) | UInt64(keyWait?.register ?? absentByte) << 16
      | UInt64(keyWait?.pressed.rawValue ?? 0) << 24 | UInt64(audio.pitch) << 40
      | (audio.pattern == nil ? 0 : 1 << 48)
    let waits =
      UInt64(state.pointee.instructionsLeftInFrame ?? absentWord)
      | UInt64(state.pointee.drawWait ?? absentWord) << 32
    return product(constants, state.pointee.frames, state.pointee.instructions)
      &+ product(constants + 2, state.pointee.cycles, state.pointee.random.state)
      &+ product(constants + 4, registers.0, registers.1)
      &+ product(constants + 6, stack.x.littleEndian, stack.y.littleEndian)
      &+ product(constants + 8, stack.z.littleEndian, stack.w.littleEndian)
      &+ product(constants + 10, flags.0, flags.1)
      &+ product(constants + 12, pointers, input)
      &+ product(
        constants + 14, UInt64(truncatingIfNeeded: pattern),
        UInt64(truncatingIfNeeded: pattern >> 64))
      &+ product(constants + 16, waits, UInt64(audio.phase))
  }

  /// What of that the counts of time make, from a copy of the bytes.
  static func timeSum(_ bytes: UnsafeRawPointer, _ constants: UnsafePointer<UInt64>) -> UInt128 {
    func count(_ offset: Int) -> UInt64 {
      bytes.loadUnaligned(fromByteOffset: offset &- start, as: UInt64.self)
    }
    return product(
      constants, count(State.offset(of: \.frames)), count(State.offset(of: \.instructions)))
  }

  /// The addresses of the stack, four to a word. What was popped off it has no future.
  @inline(__always)
  private static func stack(_ state: UnsafePointer<State>) -> SIMD4<UInt64> {
    let entries = UnsafeRawPointer(state).loadUnaligned(
      fromByteOffset: State.offset(of: \.stack), as: SIMD16<UInt16>.self)
    let places = SIMD16<UInt16>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let count = SIMD16(repeating: UInt16(state.pointee.stackCount))
    let used = entries.replacing(with: 0, where: places .>= count)
    #if _endian(big)
      return unsafeBitCast(used &<< 8 | used &>> 8, to: SIMD4<UInt64>.self)
    #else
      return unsafeBitCast(used, to: SIMD4<UInt64>.self)
    #endif
  }

  @inline(__always)
  private static func product(
    _ constants: UnsafePointer<UInt64>, _ first: UInt64, _ second: UInt64
  ) -> UInt128 {
    (first &+ constants[0]).fullProduct(second &+ constants[1])
  }
}

extension UnsafeRawPointer {
  /// Sixteen bytes.
  @inline(__always)
  fileprivate func words(at offset: Int) -> (UInt64, UInt64) {
    (
      loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian,
      loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self).littleEndian
    )
  }
}

extension State {
  /// Where a part is, which the compiler knows.
  @inline(__always)
  static func offset(of part: PartialKeyPath<State>) -> Int {
    guard let offset = MemoryLayout<State>.offset(of: part) else {
      preconditionFailure("a state is a struct")
    }
    return offset
  }
}
