// What handlers work on while instructions run, and the little that all of them share.

/// The part of a machine that executes instructions.
struct Core {
  /// The operations that the calls of this run return to, each in its place of the stack. They come first, so
  /// that the core's address is theirs.
  private var returnPoints: InlineArray<16, Op>
  /// How many of the calls on the stack are older than this run.
  var earlierCallCount: UInt = 0
  /// The operation at each address of the RAM: ``Code``.
  let operations: UnsafeMutablePointer<Operation>
  /// A byte for each of the RAM, see ``Mark``. 0: writes need no check.
  let marks: UnsafeMutablePointer<UInt8>
  /// Takes an address into the RAM, whose size is a power of two.
  let mask: Int
  let dialect: Dialect

  /// Where the machine is in the host's memory, for the time of one run.
  private(set) var place: Place
  private(set) var ram: UnsafeMutablePointer<UInt8>

  /// The operations of how many addresses there are, from 0 on. An address beyond is left to ``Engine``.
  var operationCount: UInt = 0
  /// Whether there are any, and ``translationLimits`` is as the machine's engine wants it.
  var isPrepared = false
  /// When to translate.
  var translationLimits = TranslationLimits.never
  /// How many instructions a frame has that ``runWholeFrame(_:_:_:)`` can run; 0 where it can run none.
  var wholeFrameLength = 0
  /// The translations; nil where there can be none, and before anything was to be translated.
  var translations: Translations?
  var isTranslatable = true

  /// Where the last instructions have left the machine.
  var pc: UInt16 = 0
  var index: UInt = 0
  var stackCount: UInt = 0
  var remaining: UInt = 0
  var end = End.limit
  var watch = PageWatch()
  /// The lines with bytes that operations were made from.
  var codeLines = LineSet()
  /// What the machine stops before, while it is debugged.
  var traps: Traps?
  /// The loops that may only wait. Their operations come after all others.
  var idleLoops = IdleLoops()

  /// Why the core has come back.
  enum End {
    /// All that was requested is done, or the program counter points past the operations.
    case limit
    /// The next instruction is to be executed by its rule.
    case slow
    /// The frame has no time left, as the display is waited for.
    case frameOver
    /// The program jumps to itself, and what is left was not executed.
    case halted
  }

  /// A machine's parts in the host's memory.
  struct Place {
    let state: UnsafeMutablePointer<State>
    /// The sound of the frame that ended last.
    let tone: UnsafeMutablePointer<Tone?>
    /// The registers V0 to VF.
    let v: V
    /// The left halves of the first plane's rows.
    let rows: UnsafeMutableRawPointer
    let stack: UnsafeMutablePointer<UInt16>

    init(_ state: UnsafeMutablePointer<State>, _ tone: UnsafeMutablePointer<Tone?>) {
      guard
        let registers = MemoryLayout<State>.offset(of: \.v),
        let stack = MemoryLayout<State>.offset(of: \.stack),
        let rows = MemoryLayout<State>.offset(of: \.display.planes)
      else { preconditionFailure("a state is a struct") }
      let start = UnsafeMutableRawPointer(state)
      self.state = state
      self.tone = tone
      v = (start + registers).assumingMemoryBound(to: UInt8.self)
      self.rows = start + rows
      self.stack = (start + stack).assumingMemoryBound(to: UInt16.self)
    }
  }

  init(
    _ operations: UnsafeMutablePointer<Operation>, _ marks: UnsafeMutablePointer<UInt8>,
    mask: Int, _ dialect: Dialect, _ place: Place, _ ram: UnsafeMutablePointer<UInt8>
  ) {
    assert(MemoryLayout<Core>.offset(of: \.returnPoints) == 0, "handlers find them by this")
    returnPoints = InlineArray(repeating: UnsafeRawPointer(operations))
    (self.operations, self.marks, self.mask, self.dialect) = (operations, marks, mask, dialect)
    (self.place, self.ram) = (place, ram)
  }

  /// Takes the machine to be where it is for this run.
  @inline(__always)
  mutating func bind(
    _ state: UnsafeMutablePointer<State>, _ tone: UnsafeMutablePointer<Tone?>,
    _ ram: UnsafeMutablePointer<UInt8>
  ) {
    if place.state != state { place = Place(state, tone) }
    self.ram = ram
    watch.hasRun = true
  }

  /// Whether the machine is at the same place as in the last run.
  @inline(__always)
  func isBound(to state: UnsafeMutablePointer<State>, _ ram: UnsafeMutablePointer<UInt8>) -> Bool {
    place.state == state && self.ram == ram
  }

  var state: UnsafeMutablePointer<State> { place.state }
}

extension Core {
  /// How many instructions are executed before a handler returns: each might take some of the host's
  /// stack, where the compiler does not make jumps of the calls.
  #if DEBUG
    static let maxSlice = 512
  #else
    static let maxSlice = 8192
  #endif

  /// Executes at most so many instructions from an address in the RAM, and says how many it were.
  mutating func execute(_ count: Int, at pc: UInt16) -> Int {
    if pc >= operationCount { makeOperations(to: Int(pc)) }
    enter()
    self.pc = pc
    beginRun(state)
    let executed = proceed(count, UInt(pc), index, stackCount)
    leave()
    state.pointee.instructions &+= UInt64(truncatingIfNeeded: executed)
    return executed
  }

  /// Relies on no return point of the calls that are on the stack, which may have been changed.
  @inline(__always)
  private mutating func beginRun(_ state: UnsafeMutablePointer<State>) {
    earlierCallCount = UInt(state.pointee.stackCount)
  }

  /// Takes over I and how many return addresses there are.
  @inline(__always)
  mutating func enter() {
    index = UInt(state.pointee.i)
    stackCount = UInt(state.pointee.stackCount)
  }

  /// Gives them back.
  @inline(__always)
  func leave() { leave(index, stackCount, state) }

  @inline(__always)
  private func leave(_ index: UInt, _ stackCount: UInt, _ state: UnsafeMutablePointer<State>) {
    state.pointee.i = UInt16(truncatingIfNeeded: index)
    state.pointee.stackCount = UInt8(truncatingIfNeeded: stackCount)
  }

  /// Executes at most so many instructions, and says how many.
  @inline(__always)
  private mutating func proceed(
    _ count: Int, _ pc: UInt, _ index: UInt, _ stackCount: UInt
  ) -> Int {
    end = .limit
    idleLoops.begin(count)
    let v = place.v
    withUnsafeMutablePointer(to: &self) { core in
      let m = UnsafeMutableRawPointer(core)
      Chip8Core.proceed(m, m.operation(at: pc), index, UInt(bitPattern: count), stackCount, v)
    }
    return count &- Int(bitPattern: remaining)
  }

  /// Looks which frames can be run whole.
  mutating func setWholeFrameLength() {
    let length = dialect.instructionsPerFrame
    let isWhole =
      isPrepared && dialect.hasWholeFrames && traps == nil && length <= Core.maxSlice
      && length < translationLimits.instructions
    wholeFrameLength = isWhole ? length : 0
  }

  /// Runs frames for as long as they are whole.
  ///
  /// - Precondition: the first one begins so, as ``runWholeFrame(_:_:_:)`` says.
  mutating func runWholeFrames(
    _ frames: inout Int, _ instructions: inout Int, _ keys: KeySet,
    _ state: UnsafeMutablePointer<State>
  ) {
    beginRun(state)
    while frames > 0, runNextWholeFrame(&instructions, keys, state) { frames &-= 1 }
  }

  /// Runs a frame, if it is whole: if it begins with a program that runs on, and ends by itself after its
  /// instructions. Otherwise it may have begun, and the caller continues it.
  ///
  /// - Parameters:
  ///   - instructions: what is left to be done; less is afterwards.
  ///   - state: where the core is bound to.
  /// - Precondition: the machine is between plain frames.
  @inline(__always)
  mutating func runWholeFrame(
    _ instructions: inout Int, _ keys: KeySet, _ state: UnsafeMutablePointer<State>
  ) -> Bool {
    beginRun(state)
    return runNextWholeFrame(&instructions, keys, state)
  }

  /// The same in a run that has begun.
  @inline(__always)
  private mutating func runNextWholeFrame(
    _ instructions: inout Int, _ keys: KeySet, _ state: UnsafeMutablePointer<State>
  ) -> Bool {
    let (length, start) = (wholeFrameLength, UInt(state.pointee.pc))
    guard length > 0, instructions >= length, start < operationCount else { return false }
    watch.hasRun = true
    state.pointee.keys = keys
    let executed = proceed(length, start, UInt(state.pointee.i), UInt(state.pointee.stackCount))
    state.pointee.pc = pc
    leave(index, stackCount, state)
    state.pointee.instructions &+= UInt64(truncatingIfNeeded: executed)
    instructions &-= executed
    guard executed == length || end == .frameOver else {
      state.pointee.instructionsLeftInFrame = UInt32(truncatingIfNeeded: length &- executed)
      return false
    }
    passTime(state)
    return true
  }

  /// Ends a frame that has begun.
  mutating func endFrame() {
    passTime(state)
    state.pointee.instructionsLeftInFrame = nil
  }

  /// Lets the frame sound, counts the timers down, and counts the frame.
  @inline(__always)
  private mutating func passTime(_ state: UnsafeMutablePointer<State>) {
    if state.pointee.sound > 0 {
      sound()
    } else {
      if place.tone.pointee != nil { place.tone.pointee = nil }
      state.pointee.audio.phase = 0
    }
    if state.pointee.delay > 0 { state.pointee.delay &-= 1 }
    state.pointee.frames &+= 1
  }

  @inline(never)
  private mutating func sound() {
    let frame = Tone(state.pointee.audio, framesPerSecond: dialect.framesPerSecond)
    place.tone.pointee = frame
    state.pointee.audio.phase &+= UInt32(truncatingIfNeeded: frame.advance)
    state.pointee.sound -= 1
    if state.pointee.sound == 0 { state.pointee.audio.phase = 0 }
  }
}

extension UnsafeMutableRawPointer {
  /// The core that a handler was called with.
  @inline(__always)
  var core: UnsafeMutablePointer<Core> { assumingMemoryBound(to: Core.self) }

  /// The operation that a jump or call goes to.
  @inline(__always)
  func target(of op: Op) -> UnsafeRawPointer {
    UnsafeRawPointer(core.pointee.operations) + op.target
  }

  /// Where the operation is kept that a call of this run returns to.
  @inline(__always)
  func returnPoint(at place: UInt) -> UnsafeMutablePointer<Op> {
    assumingMemoryBound(to: Op.self) + Int(bitPattern: place)
  }

  /// Where the address is that a call returns to.
  @inline(__always)
  func returnAddress(at place: UInt) -> UnsafeMutablePointer<UInt16> {
    core.pointee.place.stack + Int(bitPattern: place)
  }

  /// The address of an operation.
  @inline(__always)
  func address(of op: Op) -> UInt {
    UInt(bitPattern: op - UnsafeRawPointer(core.pointee.operations)) / UInt(Operation.stride)
  }

  /// The operation at an address of the RAM.
  @inline(__always)
  func operation(at address: UInt) -> UnsafeRawPointer {
    UnsafeRawPointer(core.pointee.operations)
      + Int(bitPattern: address &* UInt(Operation.stride))
  }
}

extension UnsafeRawPointer {
  /// The operation that a handler was called with.
  @inline(__always)
  private var operation: UnsafePointer<Operation> { assumingMemoryBound(to: Operation.self) }

  @inline(__always)
  var handler: Handler { operation.pointee.handler }
  @inline(__always)
  var x: Int { Int(operation.pointee.x) }
  @inline(__always)
  var y: Int { Int(operation.pointee.y) }
  @inline(__always)
  var number: UInt { UInt(operation.pointee.number) }
  @inline(__always)
  var byte: UInt8 { UInt8(truncatingIfNeeded: operation.pointee.number) }
  /// A call's return address.
  @inline(__always)
  var link: UInt16 { operation.pointee.number }
  /// Where a jump or call goes to, in bytes from the first operation.
  @inline(__always)
  var target: Int { Int(operation.pointee.target) }

  /// The operation two bytes further, four, and six.
  @inline(__always)
  var next: UnsafeRawPointer { self + 2 * Operation.stride }
  @inline(__always)
  var afterNext: UnsafeRawPointer { self + 4 * Operation.stride }
  @inline(__always)
  var afterLong: UnsafeRawPointer { self + 6 * Operation.stride }
}

/// Executes the next operation, if there is time for it.
@inline(__always)
func proceed(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  let (rest, isOver) = left.subtractingReportingOverflow(1)
  // Without the hint the compiler would jump to what comes next, and so twice.
  guard _fastPath(!isOver) else { return pause(m, op, i, 0, sp, v) }
  op.handler(m, op, i, rest, sp, v)
}

/// Comes back to ``Engine``, with the machine before an operation.
@inline(never)
func pause(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.pc = UInt16(truncatingIfNeeded: m.address(of: op))
  m.core.pointee.index = i
  m.core.pointee.stackCount = sp
  m.core.pointee.remaining = left
}

/// Leaves the operation to its rule, which knows its faults too.
@inline(never)
func leaveToRules(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) {
  m.core.pointee.end = .slow
  pause(m, op, i, left &+ 1, sp, v)
}
