import Chip8Core
import Chip8Player
import Fuzzing
import SaveState

/// Saved states of one program, and one of another.
enum States {
  private static let program = Program(name: "states", bytes: [0x70, 0x01, 0x12, 0x00])

  /// The program whose slots these are.
  static var sha1: Digest { program.sha1 }

  /// Different moments of the program.
  static let good: [Image] = (0..<4).map { Image(of: machine(program, $0)) }

  /// A state of another program.
  static let other = Image(of: machine(Program(name: "other", bytes: [0x12, 0x00]), 0))

  private static func machine(_ program: Program, _ frames: Int) -> Chip8 {
    var machine = must("the program fits") { try Chip8(program, Configuration(.chip8)) }
    _ = machine.run(frames: frames)
    return machine
  }
}

extension Input {
  /// What was put into a directory of slots: up to five things.
  mutating func fill(_ directory: Directory) {
    directory.create("\(States.sha1)")
    for _ in 0..<next(UInt8.self) % 6 {
      let place = choice(["", "history/", "history/slot1/", "history/\(name())/"])
      if !place.isEmpty {
        directory.create("\(States.sha1)/history")
        directory.create("\(States.sha1)/\(place)")
      }
      let name = "\(States.sha1)/\(place)\(fileName())"
      switch next(UInt8.self) % 8 {
      case 0: directory.create(name)
      case 1: directory.link(name, to: self.name())
      case 2: directory.makePipe(name)
      default: directory.write(name, contents(), isLocked: next(UInt8.self) % 4 == 0)
      }
    }
  }

  /// A slot that may be there.
  mutating func slot() -> SlotName {
    choice([
      .key(1), .key(2), Autosave.exit.slot, Autosave.minute.slot,
      (try? SlotName(typed: name())) ?? .key(3),
    ])
  }

  /// A name that a file can have, or one that leads to a neighbour.
  mutating func name() -> String {
    let bytes = take(Int(next(UInt8.self) % 16)).map { byte in
      byte == 0 || byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
    }
    let name = String(decoding: bytes, as: UTF8.self)
    return choice([name, "slot1", "slot1.state", "auto-exit.state", "boss", "boss.state", ".."])
  }

  private mutating func fileName() -> String {
    let number: UInt8 = next()
    let digits = String(number % 100)
    let version = String(repeating: "0", count: 6 - digits.count) + digits + ".state"
    return choice([version, "999999999999.state", "slot1.state", ".lock", name()])
  }

  private mutating func contents() -> [UInt8] {
    switch next(UInt8.self) % 8 {
    case let number where number < 4: States.good[Int(number)].bytes
    case 4: States.other.bytes
    case 5: Draft(take(Int(next(UInt16.self)))).sealed[0]
    default: take(Int(next(UInt16.self)))
    }
  }
}
