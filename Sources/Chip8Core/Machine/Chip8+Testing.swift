// What tests need beyond the public interface: machines in states that no program has led to.

import SaveState

extension Chip8 {
  package init(testing program: Program, in state: State) {
    self.init(program, state)
  }

  /// Executes another instruction in place of the one that is next, or passes a frame in which a
  /// key is waited for.
  package mutating func run(_ instruction: Instruction, keys: KeySet) -> Stop {
    applyAccepted(.keys(keys))
    let limits = Processor.Limits(frames: 1, instructions: 1, stopsAtHalt: true)
    let address = Int(state.pc) & (state.ram.count - 1)
    return run(instruction, at: address, limits)
  }

  /// Executes every instruction as its rule reads from now on.
  package mutating func followRules() {
    unsaved.isByRules = true
    ownCore?.pointee.beUnprepared()
  }

  /// Makes instructions ready before they are executed from now on, even if they are few.
  package mutating func followOperations() { unsaved.instructionsByRules = .max }

  /// Translates from now on where so many instructions are to be executed, and not only where it pays.
  package mutating func translate(from instructions: Int, codeByteCount: Int = 1 << 19) {
    unsaved.translationLimits = TranslationLimits(
      instructions: instructions, codeByteCount: codeByteCount)
    engine = .fast
    followOperations()
  }

  /// How many blocks are translated.
  package var translatedBlockCount: Int { unsaved.code?.core.pointee.translations?.count ?? 0 }

  /// Changes the state of a machine that only ``run(_:keys:)`` runs.
  package mutating func change(_ change: (inout State) -> Void) {
    endWatch()
    change(&state)
  }
}

extension State {
  /// The rows of a plane, of 128 pixels each, the leftmost in the highest bit.
  package subscript(plane plane: Int, row row: Int) -> UInt128 {
    get { display.planes[plane][row] }
    set { display.planes[plane][row] = newValue }
  }

  package var planes: Display.Planes {
    get { display.planes }
    set { display.planes = newValue }
  }

  package var isHires: Bool {
    get { display.isHires }
    set { display.isHires = newValue }
  }

  package var selectedPlanes: UInt8 {
    get { display.selectedPlanes }
    set { display.selectedPlanes = newValue }
  }

  package var pattern: UInt128? {
    get { audio.pattern }
    set { audio.pattern = newValue }
  }

  package var pitch: UInt8 {
    get { audio.pitch }
    set { audio.pitch = newValue }
  }

  package var phase: UInt32 {
    get { audio.phase }
    set { audio.phase = newValue }
  }
}

extension Font {
  package var glyphs: (small: [UInt8], big: [UInt8]) { (small, big) }
}

extension SplitMix64 {
  /// A generator that starts with a seed.
  package init(testing seed: UInt64) {
    state = seed
  }
}

extension Fault {
  package init(testing kind: Kind, pc: UInt16, opcode: UInt16, _ platform: Platform) {
    self.init(kind: kind, pc: pc, opcode: opcode, platform: platform)
  }
}

extension KeyWait {
  package init(testing register: UInt8, pressed: KeySet) {
    self.init(register: register, pressed: pressed)
  }
}

extension HostCalls {
  /// Those of a program that has made none yet.
  package static var testing: HostCalls { HostCalls() }
}

extension Instruction {
  /// An instruction with some operands, whatever machine has it.
  package init(
    _ kind: Kind, x: UInt8 = 0, y: UInt8 = 0, n: UInt8 = 0, nn: UInt8 = 0, nnn: UInt16 = 0
  ) {
    let forms = InstructionSet.forms
    let operands = UInt16(x) << 8 | UInt16(y) << 4 | UInt16(n) | UInt16(nn) | nnn
    for (row, form) in forms.enumerated() where form.kind == kind {
      let opcode = form.bits | operands & ~form.mask
      let isFixed = form.mask & 0x0F00 == 0x0F00
      guard isFixed || opcode & 0x0F00 == operands & 0x0F00 else { continue }
      self.init(opcode, kind, row: UInt8(row))
      return
    }
    preconditionFailure("every kind of instruction has a row of the table")
  }

  /// What the table says that its effect depends on.
  package var reads: Parts { form.reads }

  /// What the table says that it changes.
  package var writes: Parts { form.writes }
}

extension Screen {
  /// A screen that no machine has shown.
  package init(_ pixels: [UInt8], width: Int, height: Int) {
    precondition(pixels.count == width * height)
    (self.pixels, self.width, self.height) = (pixels, width, height)
  }
}
