/// What executes instructions. What becomes of the machine is the same.
public enum EngineKind: String, CaseIterable, Sendable {
  /// The interpreter.
  case reference
  /// The translator.
  case fast
}

/// Executes instructions on a state, for the time of one `run`. It knows nothing of frames: whoever
/// has a slice of one asks it for so many instructions.
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
    /// The host is asked for something.
    case hostCall
  }

  let state: UnsafeMutablePointer<State>
  /// The registers within the state, or where the machine keeps them in the RAM.
  let v: UnsafeMutablePointer<UInt8>
  let ram: UnsafeMutablePointer<UInt8>
  /// Takes an address into the RAM, whose size is a power of two.
  let mask: Int
  /// Executes instructions fast; nil if rules are to execute all.
  let core: UnsafeMutablePointer<Core>?
  /// An instruction that is executed in place of the one at its address.
  let replacement: (address: Int, instruction: Instruction)?
  let decoder = InstructionSet.decoder
  let extensions: Extensions
  let quirks: Quirks
  let maxStackCount: Int

  var pc: UInt16
  /// Instructions of this slice that are still to be executed.
  var remaining = 0
  /// Those that an event has left unexecuted.
  var unexecuted = 0
  var event = Event.none

  init(
    _ state: UnsafeMutablePointer<State>, ram: UnsafeMutableBufferPointer<UInt8>,
    _ core: UnsafeMutablePointer<Core>?,
    replacing replacement: (address: Int, instruction: Instruction)? = nil
  ) {
    guard
      let ramStart = ram.baseAddress, let vOffset = MemoryLayout<State>.offset(of: \.v),
      ram.count.nonzeroBitCount == 1
    else { preconditionFailure("the RAM of a machine has a power of two of bytes") }
    self.state = state
    self.ram = ramStart
    self.core = core
    self.replacement = replacement
    mask = ram.count - 1
    let platform = state.pointee.configuration.platform
    extensions = platform.extensions
    maxStackCount = platform.maxStackCount
    v =
      extensions.contains(.twoPage)
      ? ramStart + TwoPage.registers
      : (UnsafeMutableRawPointer(state) + vOffset).assumingMemoryBound(to: UInt8.self)
    quirks = state.pointee.configuration.effectiveQuirks
    pc = state.pointee.pc
  }

  /// Executes at most `count` instructions and returns how many it were; ``event`` says why fewer,
  /// if it does.
  mutating func execute(_ count: Int) -> Int {
    guard let core else { return executeByRules(count) }
    event = .none
    var remaining = count
    while remaining > 0, event == .none {
      guard Int(pc) <= mask else {
        remaining -= executeByRules(1)
        continue
      }
      remaining -= core.pointee.execute(min(remaining, Core.maxSlice), at: pc)
      pc = core.pointee.pc
      switch core.pointee.end {
      case .limit: break
      case .frameOver: event = .frameOver
      case .slow: remaining -= executeByRules(1)
      case .halted:
        state.pointee.instructions += UInt64(truncatingIfNeeded: remaining)
        remaining = 0
        event = .halted
      }
    }
    return count &- remaining
  }

  private mutating func executeByRules(_ count: Int) -> Int {
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
    return decoder.instruction(word(at: address), on: extensions)
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
    core?.pointee.forget(address, count: 1)
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
