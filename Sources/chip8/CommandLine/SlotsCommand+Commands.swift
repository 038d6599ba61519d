import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import SaveState

extension SlotsCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List a program's slots, or the programs that have slots.",
      usage: "chip8 slots list [PROGRAM] [--slots DIR] [--json]")

    @Argument(
      help: .value("PROGRAM", "The program: its file, one of its saved states, or its SHA-1."))
    var program: String?

    @OptionGroup var options: SlotsOptions

    func run() throws {
      if let program {
        let report = try SlotListReport(
          Slots(root: options.root, program: try NamedProgram(program).sha1))
        try options.print(report.lines, or: report.json)
      } else {
        let report = try ProgramListReport(root: options.root)
        try options.print(report.lines, or: report.json)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a slot and its versions.",
      usage: "chip8 slots show PROGRAM NAME [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    func run() throws {
      let (slots, slot, _) = try arguments.resolved()
      let report = try SlotReport(slot, of: slots)
      guard report.current != nil || !report.versions.isEmpty else {
        throw StorageError.slot(slot, .empty)
      }
      try arguments.options.print(report.lines, or: report.json)
    }
  }

  struct Path: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the path of a slot's file.",
      usage: "chip8 slots path PROGRAM NAME [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    func run() throws {
      let (slots, slot, _) = try arguments.resolved()
      guard try slots.file(slot) != nil else { throw StorageError.slot(slot, .empty) }
      let path = slots.path(slot)
      if !arguments.options.json, isatty(STDOUT_FILENO) == 0 {
        // A script gets the path as it is.
        return try Storage.writeAtomically(
          "-", with: Array(path.utf8) + [UInt8(ascii: "\n")], as: .other)
      }
      try arguments.report(path, slots, slot)
    }
  }

  // MARK: Changes

  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rename a slot.",
      usage: "chip8 slots rename PROGRAM NAME NEW [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Argument(help: .value("NEW", "The new name.")) var new: String

    func run() throws {
      let (slots, slot, _) = try arguments.resolved()
      let new = try slotName(new)
      try slots.rename(slot, to: new)
      try arguments.report("renamed \(slot) to \(new)", slots, new)
    }
  }

  struct Note: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set or remove a slot's note.",
      usage: "chip8 slots note PROGRAM NAME TEXT|--off [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Argument(help: .value("TEXT", "The note.")) var text: String?

    @Flag(help: "Remove the note.") var off = false

    func validate() throws {
      guard (text != nil) != off else {
        throw ValidationError("Give the text of the note, or --off to remove it.")
      }
      if let text, text.utf8.count > Image.maxNoteByteCount {
        throw ValidationError(
          "A note has at most \(Image.maxNoteByteCount) bytes, and this one has "
            + "\(text.utf8.count).")
      }
    }

    func run() throws {
      try arguments.change { slots, slot in
        try slots.setNote(slot, text ?? "")
        return "\(off ? "removed" : "set") the note of \(slot)"
      }
    }
  }

  struct Lock: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lock a slot against changes.",
      usage: "chip8 slots lock PROGRAM NAME [--off] [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Flag(help: "Unlock it.") var off = false

    func run() throws {
      try arguments.change { slots, slot in
        try slots.setLocked(slot, !off)
        return "\(slot) is \(off ? "unlocked" : "locked")"
      }
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete a slot's state.",
      usage: "chip8 slots delete PROGRAM NAME [--purge] [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Flag(help: "Delete its versions too, forever.") var purge = false

    func run() throws {
      try arguments.change { slots, slot in
        try "\(slot) is empty\(previous(slots.delete(slot, purging: purge)))"
      }
    }
  }

  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Restore a version of a slot.",
      usage: "chip8 slots restore PROGRAM NAME [--version N] [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Option(help: .value("N", "The version; the newest one by default.")) var version: Int?

    func run() throws {
      let which = version.map { "version \($0)" } ?? "its newest version"
      try arguments.change { slots, slot in
        try "\(slot) holds \(which)\(previous(slots.restore(slot, version: version)))"
      }
    }
  }

  // MARK: Files

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a slot to a file.",
      usage: "chip8 slots export PROGRAM NAME FILE [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Argument(help: .value("FILE", "The file; - is standard output.")) var file: String

    func validate() throws {
      try checkStandardOutput([file], andText: arguments.options.json)
    }

    func run() throws {
      let (slots, slot, inputs) = try arguments.resolved()
      try slots.image(slot).save(to: file, apartFrom: inputs)
      if file != "-" { try arguments.report("\(slot) is in \(file)", slots, slot) }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a saved state into a slot.",
      usage: "chip8 slots import PROGRAM NAME FILE [--slots DIR] [--json]")

    @OptionGroup var arguments: SlotArguments

    @Argument(help: .value("FILE", "The saved state; - is standard input.")) var file: String

    @OptionGroup var dependencies: DependencyOptions

    func validate() throws { try checkStandardInput([file, arguments.owner.program]) }

    func run() throws {
      var opened = try OpenedImage(file, dependencies.paths)
      // What is in a slot needs nothing else.
      let image = try opened.flattened(dependencies.paths)
      let machine = opened.machine
      let (slots, slot, _) = try arguments.resolved(apartFrom: opened.inputs)
      guard machine.program.sha1 == slots.program else {
        throw Failure.data(
          file, "the saved state belongs to another program, \"\(machine.program.name)\"")
      }
      let kept = try slots.save(image, to: slot)
      try arguments.report("\(slot) holds \(inputName(file))\(previous(kept))", slots, slot)
    }
  }
}

/// Where what was there can be found now.
private func previous(_ kept: Int?) -> String {
  kept.map { "; the previous state is version \($0)" } ?? ""
}
