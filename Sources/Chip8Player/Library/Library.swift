import Chip8Core
import SaveState

/// The programs to choose from: those that have saved states, the one played last first, and those that
/// come with chip8. All of it is read from the disk.
package struct Library: Sendable {
  /// A program.
  package struct Entry: Hashable, Sendable {
    /// Where it is.
    package enum Source: Hashable, Sendable {
      /// In a saved state, with which it continues.
      case saved(path: String)
      /// Among those that come with chip8.
      case bundled
    }

    package let program: Program
    package let source: Source
    package let title: String
    /// What its screen showed last.
    package let screen: Screen
    package let colors: [UInt32]
    /// When it was played last, in seconds since 1970; nil if never, or unknown.
    package let time: UInt64?
    /// How long it has been played, in its own time.
    package let machineTime: String
  }

  /// More than a user removes.
  private static let maxRemovalsByteCount = 1 << 20

  /// The directory of the slots of all programs.
  private let root: String

  package init(root: String) { self.root = root }

  /// Every program, without those that were removed and not played since.
  package func entries() throws(StorageError) -> [Entry] {
    let removals = try removals()
    let saved = try Slots.all(root: root).compactMap(Library.entry)
      .filter { entry in removals[entry.program.sha1].map { ($0 < entry.time ?? 0) } ?? true }
      .sorted { ($1.time ?? 0, $0.title) < ($0.time ?? 0, $1.title) }
    let known = Set(saved.map(\.program.sha1)).union(removals.keys)
    return saved + Library.bundled.filter { !known.contains($0.program.sha1) }
  }

  /// The newest state of a program with which it can be continued; what was saved by hand if there is
  /// no other.
  private static func entry(_ slots: Slots) -> Entry? {
    if let found = slots.newestResumable(Chip8.self, in: Autosave.resumable).found {
      return Entry(found.machine, found.image, path: found.path)
    }
    // What cannot be used is left out; the page of the program's slots says why.
    let names = (try? slots.names()) ?? []
    let states = names.compactMap { name -> Entry? in
      guard let image = try? slots.image(name), let machine: Chip8 = try? image.machine() else {
        return nil
      }
      return Entry(machine, image, path: slots.path(name))
    }
    return states.max { ($0.time ?? 0) < ($1.time ?? 0) }
  }

  // MARK: Removed programs

  /// The file that says which programs were removed, and when: a line for each.
  private var removalsPath: String { "\(root)/removed-from-home" }

  private func removals() throws(StorageError) -> [Digest: UInt64] {
    let bytes = try Storage.readRegular(removalsPath, limit: Library.maxRemovalsByteCount)
    let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    return lines.reduce(into: [:]) { removals, line in
      let words = line.split(separator: " ")
      guard words.count == 2, let program = Digest(sha1: String(words[0])) else { return }
      removals[program] = UInt64(decimal: words[1])
    }
  }

  /// Removes a program until it is played again. Its saved states stay.
  package func remove(_ program: Digest, time: UInt64) throws(StorageError) {
    var removals = try removals()
    removals[program] = time
    let lines = removals.map { "\($0.key) \($0.value)\n" }.sorted().joined()
    try Storage.createDirectory(root)
    try Storage.writeAtomically(removalsPath, with: Array(lines.utf8), as: .other)
  }
}

extension Library {
  /// The programs that come with chip8, each as it looks after a moment.
  package static let bundled: [Entry] = [
    ("Schuss", PackageResources.schuss_ch8), ("Swing-by", PackageResources.swingby_ch8),
    ("Backfire", PackageResources.backfire_ch8), ("Hearth", PackageResources.hearth_ch8),
    ("Lace", PackageResources.lace_ch8), ("Loom", PackageResources.loom_ch8),
  ].compactMap { title, bytes in
    let name = title.lowercased().filter { $0 != "-" }
    guard let file = try? LoadedFile("\(name).ch8", contents: bytes),
      var machine = try? LoadedMachine(file).machine
    else { return nil }
    _ = machine.run(frames: 90)
    return Entry(
      program: machine.program, source: .bundled, title: title, screen: machine.state.screen,
      colors: Appearance(for: machine.program).colors, time: nil, machineTime: "")
  }
}

extension Library.Entry {
  fileprivate init(_ machine: Chip8, _ image: Image, path: String) {
    program = machine.program
    source = .saved(path: path)
    title = KnownProgram.find(machine.program)?.title ?? machine.program.name
    screen = machine.state.screen
    colors =
      Appearance(for: machine.program, SessionMetadata(readable: image, of: machine)).colors
    time = try? image.time()
    machineTime = machine.machineTime
  }
}
