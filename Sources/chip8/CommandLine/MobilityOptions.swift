import ArgumentParser
import Chip8Core
import Glibc
import SaveState

/// A machine that moves to another process while it runs: it is in one of the two at any time.
struct MobilityOptions: ParsableArguments {
  /// For how many seconds the other side may be silent unless the user says otherwise.
  private static let timeoutDefault = 10

  @Flag(help: "With --save -: move the machine, and exit once it is acknowledged.") var move = false

  @Option(help: .value("FILE", "With --move: file that keeps the machine until it has moved."))
  var elseSave: String?

  @Flag(help: "With --restore -: acknowledge the machine on standard output.")
  var acknowledge = false

  @Option(
    parsing: .unconditional, help: .value("SECONDS", "Timeout for the other side in seconds (10)."))
  var timeout: Int?

  /// Whether a machine comes or goes.
  var isUsed: Bool { move || acknowledge }

  /// The channel to the other side. Once signals are caught, one ends a wait.
  var channel: PeerChannel {
    PeerChannel(
      timeout: timeout ?? MobilityOptions.timeoutDefault, interruption: Interrupt.descriptor)
  }

  /// Takes over a machine from another process, or leaves it there.
  ///
  /// - Parameters:
  ///   - image: the machine, as the other side has sent it.
  ///   - save: where it was saved, if it was.
  func takeOver(_ image: Image, savedAs save: (any ProvisionalSave)?) throws {
    do throws(AcknowledgementError) {
      try channel.acknowledge(
        image, as: Chip8.self, savedAs: save, isSentOn: move, remains: warnOfRemains)
    } catch {
      guard case .unknown = error, let save else { throw error }
      throw Failure(message: "the machine is in \(save.path), but \(error)", code: EX_TEMPFAIL)
    }
  }

  func validateCombination(_ headless: HeadlessOptions, restore: String?) throws {
    if move, headless.save != "-" || elseSave == nil || headless.executable {
      throw ValidationError("--move requires --save - and --else-save FILE.")
    }
    if elseSave != nil, !move { throw ValidationError("--else-save requires --move.") }
    if let elseSave,
      ["-", headless.screenshot, headless.trace, headless.movie.record].contains(elseSave)
    {
      throw ValidationError("--else-save needs a file of its own.")
    }
    if acknowledge, restore != "-" {
      throw ValidationError("--acknowledge requires --restore -.")
    }
    if acknowledge, headless.isHeadless, !move, headless.save == "-" {
      throw ValidationError(
        "--acknowledge requires --save FILE, or --move with --save -.")
    }
    if acknowledge, headless.writesText {
      throw ValidationError("--acknowledge needs standard output for itself.")
    }
    try checkNumber("--timeout", timeout, in: 1...3600, " seconds")
    if timeout != nil, !move, !acknowledge {
      throw ValidationError("--timeout requires --move or --acknowledge.")
    }
  }
}

/// Warns that what was saved of a machine that is not here could not be removed.
func warnOfRemains(_ error: any Error) {
  printError("warning: \(error), so it may still hold a machine that is not here")
}
