import ArgumentParser
import Chip8Core
import Chip8Player
import SaveState

struct HeadlessOptions: ParsableArguments {
  @Flag(name: .customLong("headless"), help: "No window, no sound, as fast as possible.")
  var isHeadless = false

  @Option(parsing: .unconditional, help: .value("N", "Stop after N frames of this run."))
  var frames: Int?

  @Option(
    parsing: .unconditional, help: .value("N", "Stop after exactly N instructions of this run."))
  var instructions: Int?

  @Option(
    help: .value(
      "halt|key-wait|pc=ADDR|pc=LABEL|screen=SHA1",
      "Stop at a halt, a key wait, an address or a screen."))
  var until: [StopCondition] = []

  @Option(help: .value("FROM-TO:KEYS[,...]", "Hold keys from frame FROM until before frame TO."))
  var keys: KeyScript?

  @OptionGroup(title: "Movies")
  var movie: MovieOptions

  @Option(help: .value("FILE", "Save an image of the machine when the run stops."))
  var save: String?

  @Option(help: .value("NAME", "Save the machine to a slot when the run stops."))
  var saveSlot: String?

  @Flag(help: "Make the saved file executable: running it resumes the machine.")
  var executable = false

  @Option(
    parsing: .unconditional, help: .value("OPTIONS", "With --executable: options to run it with."))
  var with: String?

  @Flag(name: .customLong("no-rom"), help: "Leave the program out of the image.")
  var leavesOutProgram = false

  @Option(
    help: .value(
      "IMAGE", "Save only the delta from another image, which is needed to load this one."))
  var base: String?

  @Option(help: .value("FILE.png", "Write the screen as a PNG.")) var screenshot: String?

  @Option(parsing: .unconditional, help: .value("N", "Scale factor.")) var scale: Int?

  @Option(help: "Print the final state as text.")
  var print: [Printed] = []

  @Flag(help: "Print one JSON object and nothing else.")
  var json = false

  @Option(help: .value("FILE", "Write one line per instruction.")) var trace: String?

  func validateCombination() throws {
    if !isHeadless, let option = headlessOption {
      throw ValidationError("\(option) requires --headless.")
    }
    if let frames, frames < 0 { throw ValidationError("--frames must not be negative.") }
    if let instructions, instructions < 0 {
      throw ValidationError("--instructions must not be negative.")
    }
    do throws(Failure) { _ = try slot() } catch { throw ValidationError(error.message + ".") }
    if keys != nil, movie.input != nil {
      throw ValidationError("--keys and --input cannot be combined.")
    }
    if executable, save == nil {
      throw ValidationError("--executable requires --save FILE.")
    }
    if with != nil, !executable { throw ValidationError("--with requires --executable.") }
    try validatePicture(screenshot, scale)
    if save == nil, leavesOutProgram || base != nil {
      let option = leavesOutProgram ? "--no-rom" : "--base"
      throw ValidationError("\(option) requires --save FILE.")
    }
    if base == "-" { throw ValidationError("--base must be a file, not standard input.") }
    if json, !print.isEmpty {
      throw ValidationError("--json and --print cannot be combined.")
    }
    try checkStandardOutput(
      [save, screenshot, trace, movie.record], andText: json || !print.isEmpty)
  }

  /// The files that are written, but for the slot.
  func outputs(apartFrom inputs: InputFiles) -> [Output] {
    let files: [(String?, Content)] = [
      (save, .savedState), (screenshot, .other), (trace, .other),
      (movie.record, movie.recordedContent),
    ]
    return files.compactMap { path, content in
      path.map { Output($0, content, apartFrom: inputs) }
    }
  }

  /// Whether the machine is saved as it stops.
  var saves: Bool { save != nil || saveSlot != nil }

  /// The slot that the machine is saved in, if it is.
  func slot() throws(Failure) -> SlotName? {
    guard let slot = try saveSlot.map(slotName) else { return nil }
    guard !slot.isAutosave else { throw .usage(StorageError.slot(slot, .autosave).description) }
    return slot
  }

  /// Whether anything but an image is written to standard output.
  var writesText: Bool {
    json || !print.isEmpty || [screenshot, trace, movie.record].contains("-")
  }

  /// The first option given that only a headless run has.
  private var headlessOption: String? {
    let given: [(String, Bool)] = [
      ("--frames", frames != nil), ("--instructions", instructions != nil),
      ("--until", !until.isEmpty), ("--keys", keys != nil), ("--save", save != nil),
      ("--save-slot", saveSlot != nil),
      ("--executable", executable), ("--no-rom", leavesOutProgram), ("--base", base != nil),
      ("--screenshot", screenshot != nil), ("--scale", scale != nil),
      ("--print", !print.isEmpty), ("--json", json), ("--trace", trace != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
