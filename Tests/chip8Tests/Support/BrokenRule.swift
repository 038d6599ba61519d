// BrokenRule.swift: a machine with one rule broken. The machine itself knows nothing of it: it is
// stepped, another instruction is put in place of the right one, or its state is changed after it.

import Chip8Core

/// A rule of the machine, and how to break it.
struct BrokenRule {
  /// Executes an instruction, or passes a frame that waits for a key.
  typealias Step = (inout Chip8, KeySet) -> Chip8.Stop

  /// What the broken machine does.
  let name: String
  /// The instructions it concerns, by their opcodes; nil if it is not a matter of instructions.
  var opcodes: Opcodes?
  /// Another machine to begin with.
  var configure: (inout Configuration) -> Void = { _ in }
  /// Another state to begin with.
  var begin: (inout State) -> Void = { _ in }
  /// What to run instead of ``step``, made for each run.
  var makeStep: () -> Step = { BrokenRule.step }

  /// The opcodes whose bits in `mask` are `bits`.
  struct Opcodes {
    let mask: UInt16
    let bits: UInt16

    init(_ bits: UInt16, _ mask: UInt16) {
      self.mask = mask
      self.bits = bits
    }

    func contains(_ opcode: UInt16) -> Bool { opcode & mask == bits }
  }

  /// The machine as it should be.
  static func step(_ machine: inout Chip8, _ keys: KeySet) -> Chip8.Stop {
    machine.endKeyWait(holding: keys)
    return machine.run(machine.nextInstruction, keys: keys)
  }

  // MARK: Ways to break it

  /// A step in place of the right one, for some opcodes.
  static func replacing(
    _ name: String, _ opcodes: Opcodes,
    _ broken: @escaping (inout Chip8, Instruction, KeySet) -> Chip8.Stop
  ) -> BrokenRule {
    BrokenRule(
      name: name, opcodes: opcodes,
      makeStep: {
        { machine, keys in
          machine.endKeyWait(holding: keys)
          let instruction = machine.nextInstruction
          return opcodes.contains(instruction.opcode)
            ? broken(&machine, instruction, keys) : machine.run(instruction, keys: keys)
        }
      })
  }

  /// Another instruction, if the closure has one.
  static func instead(
    _ name: String, _ opcodes: Opcodes,
    _ other: @escaping (Instruction, State) -> Instruction?
  ) -> BrokenRule {
    replacing(name, opcodes) { machine, instruction, keys in
      machine.run(other(instruction, machine.state) ?? instruction, keys: keys)
    }
  }

  /// No effect at all.
  static func nothing(_ name: String, _ opcodes: Opcodes) -> BrokenRule {
    instead("\(name) does nothing", opcodes) { _, _ in Instruction(.copy, x: 0, y: 0) }
  }

  /// Another state after the instruction, by what it was before.
  static func after(
    _ name: String, _ opcodes: Opcodes,
    _ change: @escaping (_ before: State, _ state: inout State, _ x: Int, _ y: Int) -> Void
  ) -> BrokenRule {
    replacing(name, opcodes) { machine, instruction, keys in
      let before = machine.state
      let stop = machine.run(instruction, keys: keys)
      if machine.state.instructions > before.instructions {
        machine.change { change(before, &$0, Int(instruction.x), Int(instruction.y)) }
      }
      return stop
    }
  }

  /// Another state before the instruction.
  static func before(
    _ name: String, _ opcodes: Opcodes,
    _ change: @escaping (_ state: inout State, _ x: Int, _ y: Int) -> Void
  ) -> BrokenRule {
    replacing(name, opcodes) { machine, instruction, keys in
      machine.change { change(&$0, Int(instruction.x), Int(instruction.y)) }
      return machine.run(instruction, keys: keys)
    }
  }

  /// Another state at the end of a frame, by the one before its last instruction.
  static func frame(
    _ name: String, _ change: @escaping (_ before: Timers, _ state: inout State) -> Void
  ) -> BrokenRule {
    BrokenRule(
      name: name,
      makeStep: {
        { machine, keys in
          let frames = machine.state.frames
          let before = Timers(machine.state)
          let stop = BrokenRule.step(&machine, keys)
          if machine.state.frames > frames { machine.change { change(before, &$0) } }
          return stop
        }
      })
  }

  /// What the end of a frame changes.
  struct Timers {
    let delay: UInt8
    let sound: UInt8
    let phase: UInt32
    let keyWait: KeyWait?
    /// Whether the frame's last instruction sets this timer.
    let setsDelay: Bool
    let setsSound: Bool

    init(_ state: State) {
      (delay, sound, phase, keyWait) = (state.delay, state.sound, state.phase, state.keyWait)
      let opcode = state.word(at: state.pc)
      setsDelay = opcode & 0xF0FF == 0xF015
      setsSound = opcode & 0xF0FF == 0xF018
    }
  }
}

extension Chip8 {
  /// Begins a frame if these keys end a wait for one.
  mutating func endKeyWait(holding keys: KeySet) {
    try? apply(.keys(keys))
    endKeyWait()
  }
}
