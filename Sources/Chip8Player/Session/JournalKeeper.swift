import Chip8Core
import SaveState
import Synchronization

/// Writes the session's journal on another thread, and reads those of earlier sessions.
final class JournalKeeper: Sendable {
  /// How often it is written, in nanoseconds: a crash loses no more than a second.
  static let interval: UInt64 = 500_000_000
  /// How often other processes' journals are read, in nanoseconds.
  static let readInterval: UInt64 = 2_000_000_000
  /// How much of earlier sessions is read: at least a day's play.
  private static let maxReadByteCount = 48 << 20

  private struct Progress {
    var writer: JournalWriter<Chip8>
    var reader: JournalReader<Chip8>
    /// The last error, which is reported once and not at every attempt.
    var error: StorageError?
  }

  private let progress: Mutex<Progress>

  init(_ journal: Journal, byteLimit: Int) {
    progress = Mutex(
      Progress(
        writer: JournalWriter(journal, byteLimit: byteLimit) {
          UInt64.random(in: 1...UInt64.max)
        }, reader: JournalReader(journal)))
  }

  /// What was played before, or in other windows since the last call, if anything was; and what to report.
  func read() -> (tree: JournalTree<Chip8>?, notices: [Notice]) {
    progress.withLock { progress in
      do throws(StorageError) {
        let (tree, damage) = try progress.reader.read(
          byteLimit: JournalKeeper.maxReadByteCount, besides: progress.writer)
        return (tree, damage.map(Notice.journalDamaged))
      } catch {
        defer { progress.error = error }
        return (nil, progress.error == error ? [] : [.journalFailed(error)])
      }
    }
  }

  /// Keeps changes until something is written.
  func keep(_ changes: JournalChanges<Chip8>, time: UInt64) {
    progress.withLock { $0.writer.keep(changes, time: time) }
  }

  /// - Returns: what to report, if anything.
  func write(_ changes: JournalChanges<Chip8>, time: UInt64) -> Notice? {
    progress.withLock { progress in
      do throws(StorageError) {
        let removed = try progress.writer.write(changes, time: time)
        progress.error = nil
        return removed.isEmpty ? nil : .journalPruned(removed)
      } catch {
        defer { progress.error = error }
        return progress.error == error ? nil : .journalFailed(error)
      }
    }
  }

  /// Waits until everything is on the disk.
  ///
  /// - Returns: what there is to say about it.
  func synchronize() -> Notice? {
    progress.withLock { progress in
      do throws(StorageError) { try progress.writer.synchronize() } catch {
        return .journalFailed(error)
      }
      return nil
    }
  }
}
