import ArgumentParser
import Chip8Player

/// What is seen of the timeline, and whether it is checked: docs/TIMELINE.md.
struct TimelineOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .value(
      "N|auto",
      "Show picture and sound N frames (0 to 4) before they happen; auto: as many as the program takes "
        + "to react."))
  var runAhead: RunAhead.Choice?

  @Flag(
    name: .customLong("paranoid"),
    help: "Run each frame, roll it back and run it again, and stop with 70 if that differs.")
  var isParanoid = false

  @Flag(name: .customLong("no-journal"), help: "Do not record what is played in a window.")
  var leavesOutJournal = false

  /// What another process does the same with.
  static func arguments(for player: Player) -> [String] {
    (player.runAhead.map { ["--run-ahead=\($0.choice.argument)"] } ?? [])
      + (player.isParanoid ? ["--paranoid"] : [])
  }
}

/// `--run-ahead`.
extension RunAhead.Choice: ExpressibleByArgument {
  /// What stands after the option.
  public init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else {
      guard let count = Int(argument), (0...RunAhead.maxFrames).contains(count) else { return nil }
      self = .frames(count)
    }
  }

  fileprivate var argument: String {
    switch self {
    case .automatic: "auto"
    case .frames(let count): "\(count)"
    }
  }
}
