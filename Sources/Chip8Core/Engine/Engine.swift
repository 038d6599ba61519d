/// What executes instructions. What becomes of the machine is the same.
public enum EngineKind: String, CaseIterable, Sendable {
  /// The interpreter.
  case reference
  /// The translator.
  case fast
}

/// Executes instructions on a state, for the time of one `run`. It knows nothing of frames: the
/// caller requests the instructions of a slice.
///
/// The interpreter in `Interpreter/` executes them by threaded handlers. It leaves to the rules in
/// `Rules/`, which are written to be read, what is rare, and is compared with them.
struct Engine {
  /// What ends a slice of instructions before its time.
  enum Event: Equatable {
    case none
    /// The frame has no time left: the display or a key is waited for.
    case frameOver
    /// The program jumps to itself; the slice was done in one go.
    case halted
    case exited
    case fault(Fault.Kind)
    /// The next instruction is one of the host's, and was not executed yet.
    case host
    /// The program has made a host call.
    case hostCall
    /// The next instruction is one that the debugger stops before.
    case trapped
  }

  let core: UnsafeMutablePointer<Core>
  /// The registers within the state, or where the machine keeps them in the RAM.
  let v: V
  /// Whether every instruction is executed as its rule reads.
  let isByRules: Bool
  /// An instruction that is executed in place of the one at its address.
  let replacement: (address: Int, instruction: Instruction)?

  var pc: UInt16
  /// Instructions of this slice that are still to be executed.
  var remaining = 0
  /// Those that an event has left unexecuted.
  var unexecuted = 0
  var event = Event.none

  init(
    _ core: UnsafeMutablePointer<Core>, isByRules: Bool,
    replacing replacement: (address: Int, instruction: Instruction)? = nil
  ) {
    self.core = core
    let isTwoPage = core.pointee.dialect.isTwoPage
    v = isTwoPage ? core.pointee.ram + TwoPage.registers : core.pointee.place.v
    self.isByRules = isByRules || isTwoPage || replacement != nil
    self.replacement = replacement
    pc = core.pointee.state.pointee.pc
  }

  var state: UnsafeMutablePointer<State> { core.pointee.state }
  var ram: UnsafeMutablePointer<UInt8> { core.pointee.ram }
  /// Takes an address into the RAM, whose size is a power of two.
  var mask: Int { core.pointee.mask }
  var dialect: Dialect { core.pointee.dialect }
  var extensions: Extensions { core.pointee.dialect.extensions }
  var quirks: Quirks { core.pointee.dialect.quirks }
  var maxStackCount: Int { core.pointee.dialect.maxStackCount }

  /// Executes at most `count` instructions and returns how many it were; ``event`` says why fewer,
  /// if it does.
  mutating func execute(_ count: Int) -> Int {
    event = .none
    guard !isByRules else { return executeByRules(count) }
    var remaining = count
    while remaining > 0, case .none = event {
      guard Int(pc) <= mask else {
        remaining &-= executeUnlessTrapped()
        continue
      }
      remaining &-=
        remaining < core.pointee.translationLimits.instructions
        ? core.pointee.execute(min(remaining, Core.maxSlice), at: pc)
        : core.pointee.translate(remaining, at: pc)
      pc = core.pointee.pc
      switch core.pointee.end {
      case .limit: break
      case .frameOver: event = .frameOver
      case .slow: remaining &-= executeUnlessTrapped()
      case .halted:
        state.pointee.instructions &+= UInt64(truncatingIfNeeded: remaining)
        remaining = 0
        event = .halted
      }
    }
    return count &- remaining
  }

  /// Executes the next instruction by its rule, unless the machine stops before it.
  private mutating func executeUnlessTrapped() -> Int {
    if let traps = core.pointee.traps, isAtTrap(traps) {
      event = .trapped
      return 0
    }
    return executeByRules(1)
  }

  private mutating func executeByRules(_ count: Int) -> Int {
    core.pointee.watch.isDisplayChanged = true
    remaining = count
    unexecuted = 0
    event = .none
    repeat {
      remaining &-= 1
      let instruction = instruction(at: pc)
      pc &+= 2
      if isTwoPage { executeTwoPage(instruction) } else { execute(instruction) }
    } while remaining > 0
    let executed = count &- unexecuted
    state.pointee.instructions += UInt64(truncatingIfNeeded: executed)
    return event == .host ? executed + executeHostInstruction() : executed
  }

  /// The instruction at an address.
  @inline(__always)
  func instruction(at address: UInt16) -> Instruction {
    if let replacement, replacement.address == Int(address) & mask {
      return replacement.instruction
    }
    return InstructionSet.decoder.instruction(word(at: address), on: extensions)
  }

  /// The two bytes at an address, the high one first.
  @inline(__always)
  func word(at address: UInt16) -> UInt16 {
    UInt16(ram[Int(address) & mask]) << 8 | UInt16(ram[(Int(address) + 1) & mask])
  }

  /// Writes a byte. The instructions that it was part of must be decoded again.
  @inline(__always)
  func write(_ byte: UInt8, at address: Int) {
    ram[address & mask] = byte
    core.pointee.noteWrite(address & mask, count: 1)
  }

  /// Ends the slice after the instruction that is being executed.
  @inline(__always)
  mutating func end(_ event: Event) {
    self.event = event
    unexecuted = remaining
    remaining = 0
  }

  /// Ends the slice before the instruction that is being executed: it is not counted, and the
  /// program counter stays at it.
  @inline(__always)
  mutating func stopBefore(_ event: Event) {
    pc &-= 2
    remaining &+= 1
    end(event)
  }
}

extension UnsafeMutablePointer<UInt8> {
  /// A register by its number from a decoded instruction, which is never above 15.
  @inline(__always)
  subscript(_ register: UInt8) -> UInt8 {
    get { self[Int(register)] }
    nonmutating set { self[Int(register)] = newValue }
  }
}
