import Chip8Core
import SaveState

/// The journal, which records what is played: docs/TIMELINE.md.
extension PlaySession {
  /// The state of the session's journal.
  struct JournalProgress {
    let keeper: JournalKeeper
    var mark = JournalMark()
    /// Where the machine started: while it is there, nothing has been played.
    let start: Position
    var hasBegun = false
    var nextWrite: UInt64 = 0
    /// When to read other processes' journals again; nil while that is in progress.
    var nextRead: UInt64?
    /// Whether earlier sessions were read.
    var hasRead = false
  }

  /// Starts the journal of the current program, and reads what was played of it before. Watched programs have
  /// no journal.
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
    readJournal()
  }

  /// Reads what was played of the program elsewhere, for ``leaves``.
  public func readJournal() {
    guard let keeper = journal?.keeper else { return }
    journal?.nextRead = nil
    work.begin {
      let (tree, notices) = keeper.read()
      return { $0.collect(tree, notices, of: keeper) }
    }
  }

  /// Reads it again if it is time.
  func readJournalIfDue() {
    if let due = journal?.nextRead, MonotonicClock.now >= due { readJournal() }
  }

  private func collect(
    _ tree: JournalTree<Chip8>?, _ notices: [Notice], of keeper: JournalKeeper
  ) {
    for notice in notices { report(notice) }
    guard journal?.keeper === keeper else { return }
    // A motion's result replaces the timeline, so changes have to wait for it.
    guard !isMoving else {
      return debugging.waiting.append { $0.collect(tree, [], of: keeper) }
    }
    let isFirst = journal?.hasRead == false
    journal?.hasRead = true
    journal?.nextRead = MonotonicClock.now + JournalKeeper.readInterval
    guard let tree else { return }
    // The journal has to know all branches first.
    takeChanges()
    guard var mark = journal?.mark else { return }
    player.recall(tree, &mark, continues: isFirst)
    journal?.mark = mark
  }

  /// Writes what was played since the last time, if it is time.
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

  /// Passes what has happened to the other thread.
  private func takeChanges() {
    guard var progress = journal, let changes = player.timeline.changes(since: &progress.mark)
    else { return }
    // A session that was never played is not recorded, but its beginning is needed once it is.
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
