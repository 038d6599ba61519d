import Chip8Core
import SaveState

/// One of our programs on the machine that it is for, a minute into the game.
struct Subject {
  let name: String
  /// The program's own.
  let program: String
  /// The machine when it was switched on.
  let fresh: Chip8
  let machine: Chip8

  /// One of our programs.
  static func path(_ name: String) -> String {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(root)/roms/\(name).ch8"
  }

  static func program(_ path: String) throws -> Program {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return Program(name: name, bytes: try Storage.read(path, limit: 1 << 16))
  }

  init(_ name: String) throws {
    self.program = name
    let program = try Subject.program(Subject.path(name))
    fresh = try Chip8(program, Configuration(for: program))
    var machine = fresh
    // Each key in turn, down for a tenth of a second and up for as long.
    for frame in 0..<3600 {
      let key = KeySet(key: UInt8(frame / 12 % 16))
      _ = machine.run(frames: 1, keys: frame / 6 % 2 == 0 ? key : [])
    }
    self.machine = machine
    self.name = "\(name) on \(machine.state.configuration.platform.rawValue)"
  }

  /// Whether the machine has 64 KiB of RAM and not 4.
  var isLarge: Bool { machine.state.ram.count > 4096 }
}
