import ArgumentParser
import Chip8Player
import SaveState

/// `--keep-flags`.
struct FlagOptions: ParsableArguments {
  @Option(
    help: .value(
      "DIR|off",
      "Directory of the user flags (Fx75); by default that of the slots in a window, off headless.")
  )
  var keepFlags: String?

  func validateCombination() throws {
    if keepFlags == "" { throw ValidationError("--keep-flags takes a directory, or off.") }
  }

  /// Where flags are kept, if they are.
  ///
  /// - Parameter input: what is replayed, if anything.
  func kept(
    besideSlotsIn slotsRoot: String, isHeadless: Bool, replaying input: InputFile?
  ) throws(Failure) -> KeptFlags? {
    guard keepFlags != "off" else { return nil }
    guard let keepFlags else {
      // A movie has the flags that it began with, and those at its end are not kept.
      return isHeadless || input?.movie != nil ? nil : KeptFlags(root: slotsRoot, isNamed: false)
    }
    if let input, input.movie != nil || input.recording?.isSession == true {
      throw .usage(
        "--keep-flags cannot be combined with \(inputName(input.path)), which has the recorded run's "
          + "flags")
    }
    return KeptFlags(root: keepFlags)
  }
}
