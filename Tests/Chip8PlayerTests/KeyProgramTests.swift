// Real programs, played with arrows, space and enter. Ours are here; others are looked for in the directories
// that CHIP8_ROMS names, with colons between them.

import Chip8Core
import Chip8Player
import Foundation
import Testing

private struct Played: CustomTestStringConvertible {
  let path: String
  let title: String
  let machine: Chip8
  let keys: ProgramKeys

  var testDescription: String { title }

  /// The programs that there are, each once.
  static let all: [Played] = {
    let directories =
      ["roms"]
      + (ProcessInfo.processInfo.environment["CHIP8_ROMS"] ?? "").split(separator: ":").map(
        String.init)
    var digests: Set<String> = []
    return directories.flatMap { directory in
      (FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(".ch8") && !$0.contains("tests/") }.sorted()
        .compactMap { name in
          let path = "\(directory)/\(name)"
          guard let loaded = try? LoadedMachine(path),
            digests.insert("\(loaded.machine.program.sha1)").inserted
          else { return nil }
          let program = loaded.machine.program
          return Played(
            path: path, title: KnownProgram.find(program)?.title ?? program.name,
            machine: loaded.machine, keys: ProgramKeys(for: program))
        }
    }
  }()

  static var known: [Played] { all.filter(\.keys.isKnown) }
}

/// A new player of a program: presses its keys in any order until each was one that it looked at.
private struct Novice {
  private let machine: Chip8
  private let keys: [KeySet]
  /// The buttons whose keys the program was not seen to look at while they were held.
  private(set) var dead: [PadButton: KeySet]

  init(_ machine: Chip8, _ program: ProgramKeys) {
    self.machine = machine
    keys = program.uses.map { KeySet(key: $0.key) }
    dead = [:]
    let map = KeyMap(for: program)
    for button in PadButton.directions + [.a, .b] {
      guard let usage = button.usage, let key = map[UInt32(usage)].lowest,
        // Space may be a key that the program does not use.
        button != .a || program.meaning(of: key) != .none
      else { continue }
      dead[button] = KeySet(key: key)
    }
  }

  /// Plays from the beginning, with other random numbers and other keys in each attempt: a game can be over soon,
  /// and ask for a key only where few come.
  mutating func play(attempt: Int) {
    let isLong = attempt % 8 == 7
    let (frames, instructions) = isLong ? (20_000, 8_000_000) : (1500, 1_000_000)
    var machine = machine.poweredOn(seed: UInt64(attempt))
    var random = SplitMix64(testing: UInt64(attempt))
    // A number that is made of one digit is one that every program takes.
    let digit = attempt % 3 == 2 ? KeySet(key: UInt8(attempt / 3 % 16)) : []
    var frame = 0
    while !dead.isEmpty, frame < frames, machine.state.instructions < instructions {
      let pressed = frame < 700 && !digit.isEmpty ? digit : next(&random)
      let (held, free) = (4 + Int(random.next() % 16), 1 + Int(random.next() % 8))
      for _ in 0..<held {
        let requests = machine.runNotingKeys(pressed, instructions: .max)
        let isAsked = requests.polledAt.values.contains { !$0.isDisjoint(with: pressed) }
        guard requests.waits || isAsked else { continue }
        dead = dead.filter { $0.value != pressed }
      }
      _ = machine.run(frames: free, keys: [])
      frame += held + free
    }
  }

  /// Every other time it is a key that is still thought dead.
  private func next(_ random: inout SplitMix64) -> KeySet {
    let thoughtDead = dead.values.sorted { $0.rawValue < $1.rawValue }
    let choice = random.next() % 2 == 0 && !thoughtDead.isEmpty ? thoughtDead : keys
    return choice[Int(random.next() % UInt64(choice.count))]
  }
}

@Suite struct KeyProgramTests {
  /// Arrows, space and enter are keys that the program looks at while they are held, or waits for.
  @Test(arguments: Played.known)
  private func everyArrowHasAnEffect(played: Played) {
    var novice = Novice(played.machine, played.keys)
    for attempt in 0..<64 where !novice.dead.isEmpty { novice.play(attempt: attempt) }
    #expect(novice.dead.isEmpty, "\(played.path)")
  }

  private static let forOne = Played.known.filter { $0.keys.uses.allSatisfy { $0.player == nil } }

  /// What is found out of a program without the table does not contradict it: an arrow is not a key that goes another
  /// way.
  @Test(arguments: forOne)
  private func observedKeysAgreeWithTheTable(played: Played) {
    var observer = KeyObserver(ignoringTableFor: played.machine.program)
    observer.explore(played.machine, frames: 1800, instructions: 750_000)
    for (button, key) in observer.keys.pad() where PadButton.directions.contains(button) {
      let known = played.keys.uses.first { $0.key == key }
      let direction = PadButton.directions.first { $0.rawValue == known?.action }
      #expect(
        direction == nil || direction == button,
        "\(played.path): \(button) is \(key), \(known?.text ?? "")")
    }
  }
}
