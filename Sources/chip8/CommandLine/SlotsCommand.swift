import ArgumentParser
import Chip8Core
import Chip8Player
import JSON
import SaveState

/// `chip8 slots`: what is in the slots of a program, and what users do with them.
struct SlotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slots",
    abstract: "List, rename, lock, copy and restore saved states.",
    usage: "chip8 slots COMMAND PROGRAM [NAME] [options]",
    discussion: """
      PROGRAM is a program's file, one of its saved states, or its SHA-1. NAME is a slot's name; a \
      digit is the slot of that key.
      """,
    subcommands: [
      List.self, Show.self, Rename.self, Note.self, Lock.self, Delete.self, Restore.self,
      Export.self, Import.self, Path.self,
    ])
}

/// What all of the commands take.
struct SlotsOptions: ParsableArguments {
  @Option(help: .value("DIR", "Directory of the slots.")) var slots: String?

  @Flag(help: "Print one JSON object and nothing else.") var json = false

  var root: String { slots ?? Slots.defaultRoot() }

  /// Prints lines, or the object instead if the user wants that.
  func print(_ lines: [String], or object: @autoclosure () throws -> JSONObject) throws {
    if json { try printJSON(try object()) } else { try printLines(lines) }
  }
}

/// The program that a command is about.
struct ProgramArguments: ParsableArguments {
  @Argument(
    help: .value("PROGRAM", "The program: its file, one of its saved states, or its SHA-1."))
  var program: String

  @OptionGroup var options: SlotsOptions
}

/// The program and the slot that a command is about.
struct SlotArguments: ParsableArguments {
  @OptionGroup var owner: ProgramArguments

  @Argument(help: .value("NAME", "The slot; a digit is the slot of that key."))
  var name: String

  var options: SlotsOptions { owner.options }

  /// The slot, those that it is one of, and the file that was read to find them.
  ///
  /// - Parameter needed: files that a change of the slot may not lose.
  func resolved(
    apartFrom needed: InputFiles = InputFiles()
  ) throws -> (slots: Slots, slot: SlotName, inputs: InputFiles) {
    let slot = try slotName(name)
    let program = try NamedProgram(owner.program)
    let slots = Slots(root: options.root, program: program.sha1, apartFrom: needed)
    return (slots, slot, program.inputs)
  }

  /// Changes the slot, and prints what was done, or the slot as it is now.
  ///
  /// - Parameter body: says what was done.
  func change(_ body: (Slots, SlotName) throws -> String) throws {
    let (slots, slot, _) = try resolved()
    try report(try body(slots, slot), slots, slot)
  }

  /// Prints what was done, or the slot as it is now.
  func report(_ text: String, _ slots: Slots, _ slot: SlotName) throws {
    try options.print([text], or: SlotReport(slot, of: slots).json)
  }
}

func slotName(_ text: String) throws(Failure) -> SlotName {
  do throws(SlotNameError) {
    return try SlotName(typed: text)
  } catch { throw .usage("\"\(text)\": \(error)") }
}
