import Chip8Core
import SaveState

extension Input {
  /// A machine, and what is done with it: 32 bytes, all zeros for the first platform as it is, and its
  /// program.
  ///
  /// - Parameter slowest: the fewest instructions that a frame has.
  public mutating func session(slowest: Int = 1) -> Session? {
    var configuration = Configuration(choice(Platform.allCases))
    if next(UInt8.self) & 1 == 1, configuration.platform.hasCycles {
      configuration.timing = .cycles
    }
    let font: UInt8 = next()
    if font > 0 { configuration.font = Font.allCases[Int(font) % Font.allCases.count] }
    let seed: UInt8 = next()
    // A bit for each quirk that is not as the platform has it.
    configuration.quirks.formSymmetricDifference(
      Quirks(rawValue: next()).intersection(Quirks(Quirks.named.map(\.quirk))))
    let speed: UInt16 = next()
    if speed > 0 { configuration.instructionsPerFrame = Int(speed) }
    configuration.instructionsPerFrame = max(configuration.instructionsPerFrame, slowest)
    let instructions = Int(next(UInt16.self))
    let keys = (0..<10).map { _ in KeySet(rawValue: next()) }
    let program = Program(name: "program", bytes: rest())
    guard let machine = try? Chip8(program, configuration, seed: UInt64(seed)) else { return nil }
    return Session(machine: machine, instructionsToSave: instructions, keys: keys)
  }
}

/// A machine, and what is done with it.
public struct Session {
  /// The machine when it was switched on.
  public let machine: Chip8
  /// After how many instructions it is saved.
  public let instructionsToSave: Int
  /// The keys of each frame, over and over.
  let keys: [KeySet]

  /// The keys of the frame that a machine is in.
  public func keys(_ machine: Chip8) -> KeySet { keys[Int(machine.state.frames) % keys.count] }
}
