import Chip8Core
import JSON
import SaveState

/// What is reported of a journal: docs/TIMELINE.md.
package struct TimelineReport {
  package let damage: [Journal.Damage]
  package let inputs: InputFiles
  private let name: String?
  private let journal: Journal
  private let byteCount: Int
  private let tree: JournalTree<Chip8>?
  /// The ends of all branches, those that were played last first.
  package let leaves: [JournalTree<Chip8>.Leaf]

  /// - Parameter root: where the slots and journals of all programs are.
  package init(_ program: NamedProgram, root: String) throws {
    inputs = program.inputs
    journal = Journal(root: root, program: program.sha1)
    byteCount = try journal.files().reduce(0) { $0 + $1.byteCount }
    (tree, damage) = try journal.read()
    name = program.name ?? tree?.program.name
    leaves = tree?.leaves ?? []
  }

  /// What to call the program in a message.
  package var title: String { name ?? "\(journal.program)" }

  /// The end with a name, or a number in the list.
  package func leaf(_ text: String) -> JournalTree<Chip8>.Leaf? {
    if let number = Int(decimal: text), leaves.indices.contains(number - 1) {
      return leaves[number - 1]
    }
    return JournalReference(text).flatMap { reference in
      leaves.first { $0.reference == reference }
    }
  }

  /// The session as it was there.
  package func timeline(
    at leaf: JournalTree<Chip8>.Leaf
  ) throws(PlayerError) -> Timeline<Chip8> {
    do throws(SeekError) {
      guard let tree else { throw .nowhere(leaf.end) }
      return try Timeline(tree, at: leaf)
    } catch {
      throw .contents(
        path: "\(title), \(leaf.reference)", MomentError(error: error, hasPast: true))
    }
  }

  /// The machine at an end as an image, with its past.
  package func image(of timeline: Timeline<Chip8>, at leaf: JournalTree<Chip8>.Leaf) throws -> Image
  {
    try SavedMoment(timeline: timeline).image(time: leaf.ended)
  }

  /// Each end with its machine; one that cannot be reached has none.
  package func all() throws(PlayerError) -> [(leaf: JournalTree<Chip8>.Leaf, machine: Chip8?)] {
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

  package func json() throws(PlayerError) -> JSONObject {
    let rows = try all().map { json(of: $0.leaf, $0.machine) }
    return [
      "program": name, "sha1": "\(journal.program)", "directory": journal.directory,
      "bytes": byteCount, "leaves": rows,
      "damage": damage.map { ["path": $0.path, "reason": "\($0.reason)"] as JSONObject },
    ]
  }

  package func json(of leaf: JournalTree<Chip8>.Leaf, _ machine: Chip8?) -> JSONObject {
    [
      "leaf": "\(leaf.reference)", "edge": leaf.edge.name, "began": WallClock.utc(leaf.began),
      "ended": WallClock.utc(leaf.ended), "start": leaf.start.json, "end": leaf.end.json,
      "machineTime": machine?.machineTime,
      "platform": machine?.state.configuration.platform.rawValue,
      "state": (machine?.stateDigest.description).map { ["sha256": $0] as JSONObject },
      "screen": machine?.state.screen.json,
    ]
  }
}

extension Timeline<Chip8>.Edge {
  /// The word in lists and JSON, which scripts rely on.
  package var name: String {
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
