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
      let report = try TimelineReport(arguments)
      for damage in report.damage {
        printError("\(fileName(damage.path)): warning: \(damage.reason)")
      }
      try arguments.options.print(try report.lines(), or: report.json())
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the end of a branch, with its screen.",
      usage: "chip8 timeline show PROGRAM LEAF [--slots DIR] [--json]")

    @OptionGroup var arguments: LeafArguments

    func run() throws {
      let report = try TimelineReport(arguments.owner)
      let leaf = try report.leaf(arguments.leaf)
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
      let report = try TimelineReport(arguments.owner)
      let leaf = try report.leaf(arguments.leaf)
      let timeline = try report.timeline(at: leaf)
      var image = Image(of: timeline.machine)
      image.setTime(leaf.ended)
      image.setPast(timeline.past(byteLimit: Player.defaultPastByteLimit))
      try image.save(to: file, apartFrom: report.inputs)
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
}

/// What is reported of a journal: as JSON objects (docs/TIMELINE.md) and as text.
struct TimelineReport {
  let damage: [Journal.Damage]
  let inputs: InputFiles
  private let name: String?
  private let journal: Journal
  private let byteCount: Int
  private let tree: JournalTree<Chip8>?
  private let leaves: [JournalTree<Chip8>.Leaf]

  init(_ arguments: ProgramArguments) throws {
    let program = try NamedProgram(arguments.program)
    inputs = program.inputs
    journal = Journal(root: arguments.options.root, program: program.sha1)
    byteCount = try journal.files().reduce(0) { $0 + $1.byteCount }
    (tree, damage) = try journal.read()
    name = program.name ?? tree?.program.name
    leaves = tree?.leaves ?? []
  }

  private var title: String { name ?? "\(journal.program)" }

  /// The end that is named.
  func leaf(_ text: String) throws(Failure) -> JournalTree<Chip8>.Leaf {
    if let number = Int(decimal: text), leaves.indices.contains(number - 1) {
      return leaves[number - 1]
    }
    if let reference = JournalReference(text),
      let leaf = leaves.first(where: { $0.reference == reference })
    {
      return leaf
    }
    throw Failure(
      message: "\(title): no such leaf: \(text); chip8 timeline list shows all",
      code: EX_NOINPUT)
  }

  /// The session as it was there.
  func timeline(at leaf: JournalTree<Chip8>.Leaf) throws(Failure) -> Timeline<Chip8> {
    do throws(SeekError) {
      guard let tree else { throw .nowhere(leaf.end) }
      return try Timeline(tree, at: leaf)
    } catch {
      throw .data("\(title), \(leaf.reference)", MomentError(error: error, hasPast: true))
    }
  }

  /// Each end with its machine; one that cannot be reached has none.
  private func all() throws(Failure) -> [(leaf: JournalTree<Chip8>.Leaf, machine: Chip8?)] {
    guard let first = leaves.first else { return [] }
    var timeline = try timeline(at: first)
    var all: [(leaf: JournalTree<Chip8>.Leaf, machine: Chip8?)] = []
    for leaf in leaves {
      let isReached: Void? = try? timeline.seek(to: leaf)
      all.append((leaf, isReached == nil ? nil : timeline.machine))
    }
    return all
  }

  // MARK: JSON

  func json() throws -> JSONObject {
    let rows = try all().map { json(of: $0.leaf, $0.machine) }
    return [
      "program": name, "sha1": "\(journal.program)", "directory": journal.directory,
      "bytes": byteCount, "leaves": rows,
      "damage": damage.map { ["path": $0.path, "reason": $0.reason] as JSONObject },
    ]
  }

  func json(of leaf: JournalTree<Chip8>.Leaf, _ machine: Chip8?) -> JSONObject {
    [
      "leaf": "\(leaf.reference)", "edge": leaf.edge.name, "began": WallClock.utc(leaf.began),
      "ended": WallClock.utc(leaf.ended), "start": leaf.start.json, "end": leaf.end.json,
      "machineTime": machine?.machineTime,
      "platform": machine?.state.configuration.platform.rawValue,
      "state": (machine?.stateDigest.description).map { ["sha256": $0] as JSONObject },
      "screen": machine?.state.screen.json,
    ]
  }

  // MARK: Text

  /// A line for each end, below a line that says what stands where.
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

extension Timeline<Chip8>.Edge {
  /// The word in lists and JSON, which scripts rely on.
  fileprivate var name: String {
    switch self {
    case .powerOn: "power-on"
    case .load, .past: "load"
    case .rewind: "rewind"
    case .program: "program"
    }
  }
}

extension Position {
  fileprivate var json: JSONObject { ["frame": frame, "instruction": instruction] }
}
