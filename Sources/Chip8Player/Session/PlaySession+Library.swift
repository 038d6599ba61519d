import Chip8Core
import SaveState

/// What a session knows of other programs, and of the ends of its own timeline.
extension PlaySession {
  // MARK: Programs

  /// Looks which programs there are, for ``library``.
  package func listLibrary() {
    let library = Library(root: options.slotsRoot)
    work.begin {
      let entries = library.entries()
      return { $0.library = entries }
    }
  }

  /// Plays a program where it was left, or from its beginning.
  package func play(_ entry: Library.Entry, fromStart: Bool = false) {
    if case .saved(let path) = entry.source, !fromStart { return open(path) }
    open(entry.program.name + ".ch8", contents: entry.program.bytes)
  }

  /// Removes a program from the list until it is played again. Its saved states stay.
  package func removeFromLibrary(_ entry: Library.Entry) {
    let library = Library(root: options.slotsRoot)
    begin(.list) {
      try library.remove(entry.program.sha1, time: WallClock.now())
      return nil
    }
    listLibrary()
  }

  // MARK: The timeline

  /// An end of what was played.
  package struct BranchEnd: Hashable, Sendable {
    package let branch: Int
    /// Why it began.
    package let edge: Timeline<Chip8>.Edge
    /// How often what led to it left another course.
    package let depth: Int
    /// When it began and ended, in the machine's own time.
    package let start: String
    package let end: String
    /// Whether the machine is on it.
    package let isCurrent: Bool
    /// What the screen shows there; nil until it was looked at.
    package let screen: Screen?
  }

  /// A look at an end.
  struct Preview: Sendable {
    let end: Position
    let screen: Screen?
  }

  /// The ends of all branches, as a tree: each is followed by those whose course has left its own.
  package var branchEnds: [BranchEnd] {
    let timeline = player.timeline
    let platform = player.machine.state.configuration.platform
    return timeline.leaves.map { leaf in
      let isCurrent = leaf.branch == timeline.branch
      return BranchEnd(
        branch: leaf.branch, edge: leaf.edge, depth: leaf.depth,
        start: platform.time(ofFrames: leaf.start.frame),
        end: platform.time(ofFrames: leaf.end.frame), isCurrent: isCurrent,
        screen: isCurrent && timeline.isAtEnd
          ? screen : previews[leaf.branch].flatMap { $0.end == leaf.end ? $0.screen : nil })
    }
  }

  /// Looks at the next end without a screen, on the other thread, one at a time.
  package func loadPreview() {
    let timeline = player.timeline
    guard !isLoadingPreview,
      let leaf = timeline.leaves.last(where: { previews[$0.branch]?.end != $0.end })
    else { return }
    isLoadingPreview = true
    let (detached, machine) = (timeline.detached, machineCount)
    work.begin {
      var looking = detached
      let hasCome: Void? = try? looking.seek(toEndOf: leaf.branch)
      let screen = hasCome == nil ? nil : looking.machine.state.screen
      return { session in
        session.isLoadingPreview = false
        guard session.machineCount == machine else { return }
        session.previews[leaf.branch] = Preview(end: leaf.end, screen: screen)
      }
    }
  }

  /// Goes to the end of a branch.
  package func go(toEndOf branch: Int) {
    guard player.timeline.leaves.contains(where: { $0.branch == branch }) else { return }
    let isReached = jump(orElse: { $0.go(toEndOf: branch) }) { player throws(SeekError) in
      try player.seek(toEndOf: branch)
    }
    if isReached { report(.wentToEnd) }
  }
}
