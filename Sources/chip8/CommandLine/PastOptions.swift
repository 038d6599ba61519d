import ArgumentParser
import Chip8Core
import Chip8Player
import SaveState

/// What becomes of a machine's past: docs/TIMELINE.md.
struct PastOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: .value("FRAME", "Start at frame FRAME, counted from power-on."))
  var seek: UInt64?

  @Option(
    parsing: .unconditional,
    help: .value("N", "Start right after instruction N, counted from power-on."))
  var seekInstruction: UInt64?

  @Option(parsing: .unconditional, help: .value("N", "Start N frames before the saved state."))
  var rewind: UInt64?

  @Flag(name: .customLong("no-past"), help: "Save images without the machine's past.")
  var leavesOutPast = false

  @Option(
    parsing: .unconditional,
    help: .value("BYTES", "Maximum size of the past stored in an image (262144)."))
  var past: Int?

  func validateCombination() throws {
    let moments = [
      ("--seek", seek), ("--seek-instruction", seekInstruction), ("--rewind", rewind),
    ].filter { $0.1 != nil }
    if moments.count > 1 {
      throw ValidationError("\(moments[0].0) and \(moments[1].0) cannot be combined.")
    }
    if leavesOutPast, past != nil {
      throw ValidationError("--no-past and --past cannot be combined.")
    }
    try checkNumber("--past", past, in: 1...Past<Chip8>.maxByteCount, " bytes")
  }

  /// The moment with which to begin, if one is named.
  var moment: Moment? {
    seek.map(Moment.frame) ?? seekInstruction.map(Moment.instruction)
      ?? rewind.map(Moment.framesAgo)
  }

  /// How many bytes of its past an image carries, at most.
  var byteLimit: Int? { leavesOutPast ? nil : past ?? Player.defaultPastByteLimit }

  /// The options with which another process saves as much of the past.
  static func arguments(for byteLimit: Int?) -> [String] {
    guard let byteLimit else { return ["--no-past"] }
    return byteLimit == Player.defaultPastByteLimit ? [] : ["--past=\(byteLimit)"]
  }
}
