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

@Suite struct KeyProgramTests {
  /// The keys of the keyboard that follow the program.
  private static let following = (PadButton.directions + [.a, .b]).compactMap { button in
    button.usage.map { (button: button, usage: $0) }
  }

  /// Presses arrows, space and enter in turn, and the program's other keys, and counts an arrow as alive when
  /// the program looks at its key while it is held, or waits for one. A game can end, or be past what a key is
  /// for, so each key is the first one once.
  private func deadButtons(_ played: Played) -> [PadButton] {
    let map = KeyMap(for: played.keys)
    var dead = KeyProgramTests.following.filter { button, usage in
      guard let key = map[UInt32(usage)].lowest else { return false }
      // Space may be a key that the program does not use.
      return button != .a || played.keys.meaning(of: key) != .none
    }
    for first in KeyProgramTests.following.map(\.button) where !dead.isEmpty {
      let index = dead.firstIndex { $0.button == first }
      if let index { dead.swapAt(0, index) }
      play(played, map, &dead, frames: 1500, instructions: 1_000_000)
    }
    // Some titles are long.
    play(played, map, &dead, frames: 20_000, instructions: 6_000_000)
    return dead.map(\.button)
  }

  private func play(
    _ played: Played, _ map: KeyMap, _ dead: inout [(button: PadButton, usage: UInt8)],
    frames: Int, instructions: UInt64
  ) {
    var machine = played.machine
    let others = played.keys.uses.map { KeySet(key: $0.key) }
    let end = machine.state.instructions + instructions
    for frame in 0..<frames where !dead.isEmpty && machine.state.instructions < end {
      let (turn, isHeld) = (frame / 20, frame % 20 < 15)
      // Each is held for a while and let go; every other turn it is one that is still thought dead.
      let pressed =
        turn % 2 == 0 || others.isEmpty
        ? map[UInt32(dead[turn / 2 % dead.count].usage)] : others[turn / 2 % others.count]
      let requests = machine.runNotingKeys(isHeld ? pressed : [], instructions: .max)
      guard isHeld, requests.waits || !requests.polled.isDisjoint(with: pressed) else { continue }
      dead.removeAll { map[UInt32($0.usage)] == pressed }
    }
  }

  @Test(arguments: Played.known)
  private func noArrowIsDead(played: Played) {
    #expect(deadButtons(played) == [], "\(played.path)")
  }

  /// What is found out of a program without the table does not contradict it: an arrow is not a key of another
  /// direction.
  @Test(arguments: Played.known)
  private func whatIsSeenDoesNotContradictTheTable(played: Played) {
    var observer = KeyObserver(ignoringTableFor: played.machine.program)
    observer.explore(
      played.machine, frames: 600, instructions: 250_000)
    for (button, key) in observer.keys.pad() where PadButton.directions.contains(button) {
      let known = played.keys.uses.first { $0.key == key }
      let directions = known?.buttons.filter(PadButton.directions.contains) ?? []
      #expect(
        directions.isEmpty || directions.contains(button) || known?.player == 2,
        "\(played.path): \(button) is \(key), \(known?.text ?? "")")
    }
  }
}
