import ArgumentParser
import Chip8Player

/// What is seen of the timeline, and whether it is checked: docs/TIMELINE.md.
struct TimelineOptions: ParsableArguments {
  @Flag(
    name: .customLong("paranoid"),
    help: "Check determinism: replay every frame, exit with 70 on a mismatch.")
  var isParanoid = false

  /// What another process does the same with.
  static func arguments(for player: Player) -> [String] {
    (player.runAhead.map { ["--run-ahead=\($0.choice.argument)"] } ?? [])
      + (player.isParanoid ? ["--paranoid"] : [])
  }
}

extension RunAhead.Choice {
  fileprivate var argument: String {
    switch self {
    case .automatic: "auto"
    case .frames(let count): "\(count)"
    }
  }
}
