import Chip8Core
import SaveState

/// Other programs to play, and the ends of the session's own timeline.
extension PlaySession {
  // MARK: Programs

  /// Reads the list of programs, for ``library``.
  package func listLibrary() {
    let library = Library(root: options.slotsRoot)
    work.begin {
      do throws(StorageError) {
        let entries = try library.entries()
        return { $0.library = entries }
      } catch {
        return { session in
          session.library = Library.bundled
          session.report(.failed(.list, error))
        }
      }
    }
  }

  /// Plays a program from where it was left, or from its start.
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

  /// The end of a branch.
  package struct BranchEnd: Hashable, Sendable {
    package let branch: Int
    /// Why it began.
    package let edge: Timeline<Chip8>.Edge
    /// How many branches down the tree it is.
    package let depth: Int
    /// When it began and ended, in the machine's own time.
    package let start: String
    package let end: String
    /// Whether the machine is on it.
    package let isCurrent: Bool
    /// What the screen shows there; nil until that is known.
    package let screen: Screen?
  }

  /// The screen at the end of a branch.
  struct Preview: Sendable {
    let end: Position
    let screen: Screen?
  }

  /// The ends of all branches, as a tree: each is followed by the branches that left it.
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

  /// Finds the screen of the next end without one, on the other thread, one at a time. One that cannot be
  /// reached stays without, and says why if it is gone to.
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

  package func go(toEndOf branch: Int) {
    guard player.timeline.leaves.contains(where: { $0.branch == branch }) else { return }
    let isReached = jump(orElse: { $0.go(toEndOf: branch) }) { player throws(SeekError) in
      try player.seek(toEndOf: branch)
    }
    if isReached { report(.wentToEnd) }
  }
}
