// BrokenRule+Frames.swift: timers, keys, sound, speed and quirks.

import Chip8Core

extension BrokenRule {
  /// Each quirk the other way round.
  static var quirks: [BrokenRule] {
    Quirks.named.map { name, quirk in
      BrokenRule(
        name: "\(name) is the other way round",
        configure: { $0.quirks.formSymmetricDifference(quirk) })
    }
  }

  static var timers: [BrokenRule] {
    [
      nothing("Fx07", Opcodes(0xF007, 0xF0FF)),
      nothing("Fx15", Opcodes(0xF015, 0xF0FF)),
      nothing("Fx18", Opcodes(0xF018, 0xF0FF)),
      frame("the delay timer stands still") { before, state in
        if before.setsDelay { state.delay &+= 1 } else { state.delay = before.delay }
      },
      frame("the delay timer counts by two") { _, state in if state.delay > 0 { state.delay -= 1 }
      },
      frame("the delay timer comes round at 0") { before, state in
        if before.delay == 0, state.delay == 0 { state.delay = 255 }
      },
      frame("the sound timer stands still") { before, state in
        if before.setsSound { state.sound &+= 1 } else { state.sound = before.sound }
      },
      frame("the sound timer counts by two") { _, state in if state.sound > 0 { state.sound -= 1 }
      },
      after("Fx18 sets the delay timer", Opcodes(0xF018, 0xF0FF)) { _, state, x, _ in
        state.delay = state.v[x]
      },
      after("Fx15 sets the sound timer", Opcodes(0xF015, 0xF0FF)) { _, state, x, _ in
        state.sound = state.v[x]
      },
      after("Fx18 makes a sound longer only", Opcodes(0xF018, 0xF0FF)) { before, state, _, _ in
        state.sound = max(before.sound, state.sound)
      },
      BrokenRule(
        name: "a frame has one instruction less", configure: { $0.instructionsPerFrame -= 1 }),
      BrokenRule(
        name: "a frame has one instruction more", configure: { $0.instructionsPerFrame += 1 }),
    ]
  }

  static var audio: [BrokenRule] {
    [
      nothing("F002", Opcodes(0xF002, 0xFFFF)),
      nothing("Fx3A", Opcodes(0xF03A, 0xF0FF)),
      after("F002 moves I", Opcodes(0xF002, 0xFFFF)) { _, state, _, _ in state.i += 16 },
      before("F002 starts at the next byte", Opcodes(0xF002, 0xFFFF)) { state, _, _ in
        state.i += 1
      },
      after("F002 restarts the pattern", Opcodes(0xF002, 0xFFFF)) { _, state, _, _ in
        state.phase = 0
      },
      after("Fx18 restarts the pattern", Opcodes(0xF018, 0xF0FF)) { _, state, _, _ in
        state.phase = 0
      },
      after("Fx18 with 0 lets the pattern continue", Opcodes(0xF018, 0xF0FF)) {
        before, state, _, _ in
        state.phase = before.phase
      },
      frame("each frame restarts the pattern") { _, state in state.phase = 0 },
      frame("the pattern continues after a silence") { before, state in
        if state.sound == 0 { state.phase = before.phase }
      },
      BrokenRule(
        name: "the pattern is silent before it is loaded",
        begin: { if $0.configuration.platform == .xochip { $0.pattern = 0 } }),
      after("a pattern of zeros beeps", Opcodes(0xF002, 0xFFFF)) { _, state, _, _ in
        if state.pattern == 0 { state.pattern = nil }
      },
    ]
  }

  static var keys: [BrokenRule] {
    let wait = Opcodes(0xF00A, 0xF0FF)
    return [
      instead("Ex9E takes all of Vx", Opcodes(0xE09E, 0xF0FF)) { instruction, state in
        state.v[Int(instruction.x)] > 15 ? Instruction(.copy, x: 0, y: 0) : nil
      },
      nothing("Fx0A", wait),
      replacing("Fx0A comes back when a key is pressed", wait) { machine, instruction, keys in
        if let wait = machine.state.keyWait, let key = keys.lowest {
          machine.change {
            $0.v[Int(wait.register)] = key
            $0.keyWait = nil
            $0.pc &+= 2
          }
          return BrokenRule.step(&machine, keys)
        }
        return machine.run(instruction, keys: keys)
      },
      BrokenRule(
        name: "Fx0A waits until all keys are up", opcodes: wait,
        makeStep: {
          { machine, keys in
            // As if those that were down still were, until none is.
            let pressed = machine.state.keyWait?.pressed ?? []
            return BrokenRule.step(&machine, keys.isEmpty ? keys : keys.union(pressed))
          }
        }),
      waiting("Fx0A does not count a key that is down already") { machine, keys, held in
        guard let wait = machine.state.keyWait else { return held = keys }
        let down = held
        machine.change { $0.keyWait?.pressed = wait.pressed.subtracting(down) }
        held.formIntersection(keys)
      },
      waiting("Fx0A gives the highest key") { machine, keys, _ in
        guard let wait = machine.state.keyWait else { return }
        let released = wait.pressed.subtracting(keys)
        guard let lowest = released.lowest else { return }
        let highest = (0..<16).last { released.contains(KeySet(key: UInt8($0))) } ?? 0
        machine.change {
          // The keys that are up change places, so that the lowest is the highest.
          if UInt8(highest) != lowest { $0.keyWait?.pressed = KeySet(key: UInt8(highest)) }
        }
      },
      frame("the delay timer stands still in Fx0A") { before, state in
        if before.keyWait != nil, state.keyWait != nil { state.delay = before.delay }
      },
      frame("the buzzer in Fx0A stops a frame too early") { before, state in
        if before.keyWait != nil, state.keyWait != nil, state.sound == 3 { state.sound = 2 }
      },
      BrokenRule(
        name: "keys are those of the frame before",
        makeStep: {
          var last: KeySet = []
          return { machine, keys in
            let delayed = last
            let frames = machine.state.frames
            let stop = BrokenRule.step(&machine, delayed)
            if machine.state.frames > frames { last = keys }
            return stop
          }
        }),
      BrokenRule(
        name: "keys are mixed up",
        makeStep: {
          { machine, keys in
            let mixed = KeySet(rawValue: keys.rawValue << 1 | keys.rawValue >> 15)
            return BrokenRule.step(&machine, mixed)
          }
        }),
    ]
  }

  /// Something else before each step, with a memory of keys.
  private static func waiting(
    _ name: String, _ change: @escaping (inout Chip8, KeySet, inout KeySet) -> Void
  ) -> BrokenRule {
    BrokenRule(
      name: name, opcodes: Opcodes(0xF00A, 0xF0FF),
      makeStep: {
        var held: KeySet = []
        return { machine, keys in
          if machine.state.instructionsLeftInFrame == nil { change(&machine, keys, &held) }
          return BrokenRule.step(&machine, keys)
        }
      })
  }
}
