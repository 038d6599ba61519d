import Chip8Core
import SaveState

/// The journal, in which what is played is kept: docs/TIMELINE.md.
extension PlaySession {
  /// What is known of the journal of the session.
  struct JournalProgress {
    let keeper: JournalKeeper
    var mark = JournalMark()
    /// Where the machine was at first: as long as it is there, nothing has been played.
    let start: Position
    var hasBegun = false
    var nextWrite: UInt64 = 0
    /// When to look again what other processes have played; nil while looking.
    var nextLook: UInt64?
    /// Whether it is known what was played before the session.
    var hasLooked = false
  }

  /// From now on keeps the journal of this machine's program, and finds out what was played of it before.
  /// Programs that are being written have none.
  func beginJournal() {
    guard let limit = options.journalByteLimit, !isWatching else {
      player.timeline.isJournaled = false
      journal = nil
      return
    }
    let program = player.machine.program.sha1
    let keeper = JournalKeeper(
      Journal(root: options.slotsRoot, program: program), byteLimit: limit)
    player.timeline.isJournaled = true
    journal = JournalProgress(keeper: keeper, start: player.machine.position)
    lookAtJournal()
  }

  /// Looks what others have played of the program, for ``leaves``.
  public func lookAtJournal() {
    guard let keeper = journal?.keeper else { return }
    journal?.nextLook = nil
    work.begin {
      let (tree, notices) = keeper.read()
      return { $0.collect(tree, notices, of: keeper) }
    }
  }

  /// Looks again if that was long ago.
  func lookAtJournalIfDue() {
    if let due = journal?.nextLook, MonotonicClock.now >= due { lookAtJournal() }
  }

  private func collect(
    _ tree: JournalTree<Chip8>?, _ notices: [Notice], of keeper: JournalKeeper
  ) {
    for notice in notices { report(notice) }
    guard journal?.keeper === keeper else { return }
    // Nothing happens to the timeline before what a motion comes to has taken its place.
    guard !isMoving else {
      return debugging.waiting.append { $0.collect(tree, [], of: keeper) }
    }
    let isFirst = journal?.hasLooked == false
    journal?.hasLooked = true
    journal?.nextLook = MonotonicClock.now + JournalKeeper.lookInterval
    guard let tree else { return }
    // Each branch that is there has to be known first.
    takeChanges()
    guard var mark = journal?.mark else { return }
    player.recall(tree, &mark, continues: isFirst)
    journal?.mark = mark
  }

  /// Writes what was played since the last time, if that is long ago.
  func writeJournalIfDue() {
    guard let due = journal?.nextWrite else { return }
    let now = MonotonicClock.now
    guard now >= due else { return }
    journal?.nextWrite = now + JournalKeeper.interval
    writeJournal()
  }

  /// Writes what was played since the last time.
  func writeJournal() {
    guard let progress = journal, progress.hasBegun || player.machine.position != progress.start
    else { return }
    takeChanges()
  }

  /// Hands to the other thread what has happened.
  private func takeChanges() {
    guard var progress = journal, let changes = player.timeline.changes(since: &progress.mark)
    else { return }
    // What was not played has no place in a journal, but is needed as soon as something was.
    progress.hasBegun = progress.hasBegun || player.machine.position != progress.start
    journal = progress
    let (keeper, time, isWanted) = (progress.keeper, WallClock.now(), progress.hasBegun)
    work.begin {
      guard isWanted else {
        keeper.keep(changes, time: time)
        return nil
      }
      guard let notice = keeper.write(changes, time: time) else { return nil }
      return { $0.report(notice) }
    }
  }
}
