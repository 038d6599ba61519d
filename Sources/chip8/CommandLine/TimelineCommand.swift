import ArgumentParser
import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState

/// `chip8 timeline`: the recorded sessions of a program, as its journal has them.
struct TimelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "List, show, export or remove recorded sessions of a program.",
    usage: "chip8 timeline COMMAND PROGRAM [LEAF] [options]",
    discussion: """
      Windows record what is played. PROGRAM is a program's file, one of its saved states, or its \
      SHA-1. LEAF is the end of a branch: its name, or its number in the list.
      """,
    subcommands: [List.self, Show.self, Export.self, Prune.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List all branch ends, most recent first.",
      usage: "chip8 timeline list PROGRAM [--slots DIR] [--json]")

    @OptionGroup var arguments: ProgramArguments

    func run() throws {
      let report = try TimelineReport(
        NamedProgram(arguments.program), root: arguments.options.root)
      for damage in report.damage { printError(damage.text) }
      try arguments.options.print(try report.lines(), or: report.json())
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the end of a branch, with its screen.",
      usage: "chip8 timeline show PROGRAM LEAF [--slots DIR] [--json]")

    @OptionGroup var arguments: LeafArguments

    func run() throws {
      let (report, leaf) = try arguments.resolved()
      let machine = try report.timeline(at: leaf).machine
      try arguments.owner.options.print(
        report.lines(of: leaf, machine), or: report.json(of: leaf, machine))
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Save the end of a branch as an image, with its past.",
      usage: "chip8 timeline export PROGRAM LEAF FILE [--slots DIR] [--json]")

    @OptionGroup var arguments: LeafArguments

    @Argument(help: .value("FILE", "The image; - is standard output.")) var file: String

    func run() throws {
      let (report, leaf) = try arguments.resolved()
      let timeline = try report.timeline(at: leaf)
      try report.image(of: timeline, at: leaf).save(to: file, apartFrom: report.inputs)
      guard file != "-" else { return }
      try arguments.owner.options.print(
        ["exported \(leaf.reference) to \(file)"],
        or: report.json(of: leaf, timeline.machine).adding(["path": file]))
    }
  }

  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove the oldest files of the journal.",
      usage: "chip8 timeline prune PROGRAM [--keep BYTES] [--slots DIR] [--json]")

    @OptionGroup var arguments: ProgramArguments

    @Option(
      parsing: .unconditional,
      help: .value("BYTES", "Bytes to keep; 0 removes all."))
    var keep = Journal.defaultByteLimit

    func validate() throws {
      if keep < 0 { throw ValidationError("--keep takes a number of bytes, not \(keep).") }
    }

    func run() throws {
      let program = try NamedProgram(arguments.program)
      let journal = Journal(root: arguments.options.root, program: program.sha1)
      let removed = try journal.prune(toByteCount: keep)
      let rest = try journal.files().reduce(0) { $0 + $1.byteCount }
      try arguments.options.print(
        [removed.isEmpty ? "nothing to remove" : text(ofPruned: removed)],
        or: [
          "program": program.name, "sha1": "\(program.sha1)", "removed": removed.map(\.path),
          "bytes": rest,
        ])
    }
  }
}

/// The program and the end that a command is about.
struct LeafArguments: ParsableArguments {
  @OptionGroup var owner: ProgramArguments

  @Argument(help: .value("LEAF", "The end of a branch: its name, or its number.")) var leaf: String

  /// What is reported of the program, and the end that is named.
  func resolved() throws -> (TimelineReport, JournalTree<Chip8>.Leaf) {
    let report = try TimelineReport(NamedProgram(owner.program), root: owner.options.root)
    guard let leaf = report.leaf(leaf) else {
      throw Failure(
        message: "\(report.title): no such leaf: \(leaf); chip8 timeline list shows all",
        code: EX_NOINPUT)
    }
    return (report, leaf)
  }
}

extension TimelineReport {
  /// A line for each end, below the headings.
  func lines() throws -> [String] {
    if leaves.isEmpty { return ["nothing recorded"] }
    let head = ["", "played until", "time", "frames", "by", "platform", "name"]
    return try table(
      [head]
        + all().enumerated().map { index, row in
          [
            "\(index + 1)", WallClock.text(row.leaf.ended), row.machine?.machineTime ?? "-",
            "\(row.leaf.start.frame)–\(row.leaf.end.frame)", row.leaf.edge.name,
            row.machine?.state.configuration.platform.rawValue ?? "damaged",
            "\(row.leaf.reference)",
          ]
        })
  }

  func lines(of leaf: JournalTree<Chip8>.Leaf, _ machine: Chip8) -> [String] {
    [
      "\(leaf.reference) of \(title)",
      "played \(WallClock.text(leaf.began)) to \(WallClock.text(leaf.ended)), after a \(leaf.edge.name)",
      "time \(machine.machineTime) on \(machine.state.configuration.platform.title): frames "
        + "\(leaf.start.frame) to \(leaf.end.frame)", "",
    ] + machine.state.screen.lines
  }
}
