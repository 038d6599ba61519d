// What handlers work on while instructions run, and the little that all of them share.

/// The part of a machine that executes instructions, for the time of one run.
struct Core {
  /// The operation at each address of the RAM: ``Code/operations``.
  let operations: UnsafeMutablePointer<Operation>
  let ram: UnsafeMutablePointer<UInt8>
  /// A byte for each of the RAM: 0 where no operation was made from it.
  let marks: UnsafeMutablePointer<UInt8>
  /// Takes an address into the RAM, whose size is a power of two.
  let mask: Int
  let state: UnsafeMutablePointer<State>
  /// The registers V0 to VF.
  let v: V
  /// The left halves of the first plane's rows.
  let rows: UnsafeMutableRawPointer
  /// The stack's first place, and the one after its last.
  let stackStart: UnsafeMutableRawPointer
  let stackEnd: UnsafeMutableRawPointer
  let dialect: Dialect

  /// Where the last instructions have left the machine.
  var pc: UInt16 = 0
  var index: UInt = 0
  var stack: UnsafeMutableRawPointer
  var remaining: UInt = 0
  var end = End.limit
  /// The loop that may be one that only waits.
  var idleLoop = IdleLoop()

  /// Why the core has come back.
  enum End {
    /// All that was asked for is done, or the program counter points past the RAM.
    case limit
    /// The next instruction is to be executed by its rule.
    case slow
    /// The frame has no time left, as the display is waited for.
    case frameOver
    /// The program jumps to itself, and what is left was not executed.
    case halted
  }
}

extension Core {
  /// How many instructions are executed before a handler returns: each might take some of the host's
  /// stack, where the compiler does not make jumps of the calls.
  #if DEBUG
    static let maxSlice = 512
  #else
    static let maxSlice = 8192
  #endif

  init(_ state: UnsafeMutablePointer<State>, _ ram: UnsafeMutablePointer<UInt8>, _ code: Code) {
    guard
      let registersOffset = MemoryLayout<State>.offset(of: \.v),
      let stackOffset = MemoryLayout<State>.offset(of: \.stack),
      let rowsOffset = MemoryLayout<State>.offset(of: \.display.planes)
    else { preconditionFailure("a state is a struct") }
    let start = UnsafeMutableRawPointer(state)
    self.state = state
    self.ram = ram
    operations = code.operations
    marks = code.marks
    mask = code.mask
    dialect = code.dialect
    v = (start + registersOffset).assumingMemoryBound(to: UInt8.self)
    rows = start + rowsOffset
    stackStart = start + stackOffset
    stackEnd = stackStart + 2 * dialect.maxStackCount
    stack = stackStart
  }

  /// Executes at most so many instructions from an address in the RAM, and says how many it were.
  mutating func execute(_ count: Int, at pc: UInt16) -> Int {
    end = .limit
    idleLoop.jump = nil
    let stack = stackStart + 2 * Int(state.pointee.stackCount)
    let (index, v) = (UInt(state.pointee.i), self.v)
    withUnsafeMutablePointer(to: &self) { core in
      let core = UnsafeMutableRawPointer(core)
      proceed(core, core.operation(at: UInt(pc)), index, UInt(bitPattern: count), stack, v)
    }
    state.pointee.i = UInt16(truncatingIfNeeded: self.index)
    state.pointee.stackCount = UInt8(truncatingIfNeeded: (self.stack - stackStart) / 2)
    let executed = count &- Int(bitPattern: remaining)
    state.pointee.instructions += UInt64(truncatingIfNeeded: executed)
    return executed
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
func proceed(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let (rest, isOver) = left.subtractingReportingOverflow(1)
  // Without the hint the compiler would jump to what comes next, and so twice.
  guard _fastPath(!isOver) else { return pause(m, op, i, 0, sp, v) }
  op.handler(m, op, i, rest, sp, v)
}

/// Comes back to ``Engine``, with the machine before an operation.
@inline(never)
func pause(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  let distance = op - UnsafeRawPointer(m.core.pointee.operations)
  m.core.pointee.pc = UInt16(truncatingIfNeeded: distance / Operation.stride)
  m.core.pointee.index = i
  m.core.pointee.stack = sp
  m.core.pointee.remaining = left
}

/// Leaves the operation to its rule, which knows its faults too.
@inline(never)
func leaveToRules(_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: Raw, _ v: V) {
  m.core.pointee.end = .slow
  pause(m, op, i, left &+ 1, sp, v)
}
