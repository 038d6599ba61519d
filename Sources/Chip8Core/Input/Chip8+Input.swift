// The one door for input, and the machine in its course: docs/ARCHITECTURE.md, "Input".

import SaveState

extension Chip8 {
  /// An input of a machine of the CHIP-8 family.
  public typealias Input = InputEvent
  /// Why a machine does not take one.
  public typealias InputRefusal = InputError

  /// Takes an input, at any position of the machine.
  ///
  /// - Throws: ``InputError``; the machine is unchanged then. Keys, answers and flags are always taken.
  @inline(__always)
  public mutating func apply(_ event: InputEvent) throws(InputError) {
    // Inlined, keys cost a run no more than a store.
    if case .keys = event {} else { endWatch() }
    switch event {
    case .keys(let keys): unsaved.heldKeys = keys
    case .hostAnswer(let status): finishHostCall(status)
    case .userFlags(let flags): setUserFlags(flags)
    case .register(let register, let value): try setRegister(register, to: value)
    case .poke(let address, let bytes):
      do throws(ProgramError) { try poke(address, bytes) } catch { throw .program(error) }
    case .program(let program):
      do throws(ProgramError) { try replaceProgram(program) } catch { throw .program(error) }
    case .entryCall(let address):
      do throws(EntryCallError) { try addEntryCall(address) } catch { throw .entryCall(error) }
    case .arguments(let arguments):
      do throws(Arguments.Refusal) { try resume(with: arguments) } catch {
        throw .arguments(error)
      }
    }
  }

  /// The keys, if any are held down.
  public var heldInputs: [InputEvent] { heldKeys.isEmpty ? [] : [.keys(heldKeys)] }

  /// No keys, if any are held down.
  public var releasingInputs: [InputEvent] { heldKeys.isEmpty ? [] : [.keys([])] }

  /// Frames and instructions since power-on.
  public var position: Position {
    Position(
      frame: state.frames, instruction: state.instructions,
      isInFrame: state.instructionsLeftInFrame != nil)
  }

  /// Runs with the keys that are held down. A call of the host ends that, and whatever else ends a run.
  public mutating func advance(until end: Position) {
    let start = position
    _ = run(
      frames: Int(clamping: end.frame - min(start.frame, end.frame)),
      instructions: Int(clamping: end.instruction - min(start.instruction, end.instruction)))
    guard end.isInFrame, position == Position(frame: end.frame, instruction: end.instruction)
    else { return }
    beginFrame()
  }

  private mutating func poke(_ address: Int, _ bytes: [UInt8]) throws(ProgramError) {
    guard address >= 0, address <= state.ram.count - bytes.count else {
      throw .outsideRAM(address: address, state.configuration.platform)
    }
    state.ram.replaceSubrange(address..<address + bytes.count, with: bytes)
    state.readWorkArea()
    unsaved.code = nil
  }

  private mutating func replaceProgram(_ program: Program) throws(ProgramError) {
    let fresh = try Chip8(program, state.configuration)
    let longer = max(program.bytes.count, self.program.bytes.count)
    let area = Chip8.programStart..<Chip8.programStart + longer
    state.ram.replaceSubrange(area, with: fresh.state.ram[area])
    state.ram = state.shownRAM
    self.program = program
    unsaved.code = nil
  }

  private mutating func setRegister(_ register: Register, to value: Int) throws(InputError) {
    guard (0...register.maxValue).contains(value) else { throw .register(register, value) }
    let (byte, word) = (UInt8(truncatingIfNeeded: value), UInt16(truncatingIfNeeded: value))
    switch register {
    case .v(let number): state.v[Int(number & 0xF)] = byte
    case .i: state.i = word
    case .pc: (state.pc, state.keyWait, state.drawWait) = (word, nil, nil)
    case .dt: state.delay = byte
    case .st: state.setSound(byte)
    case .sp: throw .register(register, value)
    }
    state.ram = state.shownRAM
  }

  private mutating func setUserFlags(_ flags: [UInt8]) {
    for k in 0..<state.configuration.platform.flagCount {
      state.flags[k] = k < flags.count ? flags[k] : 0
    }
  }
}
