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
  ///   - save: where it was saved, if it was. It stays there if it is taken over, or if that is unknown.
  func takeOver(_ image: Image, savedAs save: (any ProvisionalSave)?) throws {
    do throws(AcknowledgementError) {
      try channel.acknowledge(image, as: Chip8.self)
    } catch {
      guard let save else { throw error }
      if case .unknown = error {
        save.keep()
        throw Failure(message: "the machine is in \(save.path), but \(error)", code: EX_TEMPFAIL)
      }
      save.withdrawOrWarn()
      throw error
    }
    // One that will be sent on may not stay.
    if !move { save?.keep() }
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

extension ProvisionalSave {
  /// Removes the save of a machine that is not here, or warns that it stays.
  func withdrawOrWarn() {
    do { try withdraw() } catch {
      printError("warning: \(error), so it may still hold a machine that is not here")
    }
  }
}
