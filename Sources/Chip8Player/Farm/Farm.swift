import JSON
import SaveState
import Synchronization

/// Many jobs, run by several threads, with their rows in the order of the jobs.
public final class Farm: Sendable {
  /// How many jobs a thread takes at a time.
  private static let batchCount = 32
  /// How many batches may wait for those before them, for each thread.
  private static let waitingCount = 8

  private let jobs: FarmJobs
  private let options: FarmOptions
  private let isInterrupted: @Sendable () -> Bool
  private let write: @Sendable ([UInt8], FarmProgress) throws -> Void
  private let state: Mutex<State>
  private let room: Semaphore

  private struct State {
    var next: Int
    var rows: [Int: Batch] = [:]
    /// The first job whose row was not written.
    var written: Int
    var errorCount: Int
    var error: (any Error)?
  }

  private struct Batch {
    let count: Int
    let text: [UInt8]
    let errorCount: Int
  }

  private init(
    _ jobs: FarmJobs, _ options: FarmOptions, threads: Int, after done: FarmProgress,
    isInterrupted: @escaping @Sendable () -> Bool,
    _ write: @escaping @Sendable ([UInt8], FarmProgress) throws -> Void
  ) {
    (self.jobs, self.options, self.isInterrupted, self.write) = (
      jobs, options, isInterrupted, write
    )
    state = Mutex(
      State(next: done.jobCount, written: done.jobCount, errorCount: done.errorCount))
    room = Semaphore(value: threads * Farm.waitingCount)
  }

  /// Runs jobs, and comes back when all have ended, or when it was interrupted and those that had begun
  /// have ended.
  ///
  /// - Parameters:
  ///   - threads: how many threads run them, at least one.
  ///   - done: how many of the first jobs have rows already.
  ///   - isInterrupted: asked before jobs are begun.
  ///   - write: takes rows, each with a line feed, in the order of the jobs; on any thread, but not on
  ///     two at once.
  /// - Throws: what `write` does.
  public static func run(
    _ jobs: FarmJobs, _ options: FarmOptions, threads: Int,
    after done: FarmProgress = FarmProgress(),
    isInterrupted: @escaping @Sendable () -> Bool = { false },
    _ write: @escaping @Sendable ([UInt8], FarmProgress) throws -> Void
  ) throws -> FarmProgress {
    let farm = Farm(
      jobs, options, threads: threads, after: done, isInterrupted: isInterrupted, write)
    perform(threads: threads) { farm.work() }
    return try farm.state.withLock { state in
      if let error = state.error { throw error }
      return FarmProgress(jobCount: state.written, errorCount: state.errorCount)
    }
  }

  private func work() {
    var worker = FarmWorker(options)
    while let range = claim() {
      let (text, errorCount) = worker.rows(of: jobs, range)
      finish(range, Batch(count: range.count, text: text, errorCount: errorCount))
    }
  }

  /// Takes the next jobs. It waits until there is room for their rows, as those of a long job keep
  /// others from being written.
  private func claim() -> Range<Int>? {
    room.wait()
    let range: Range<Int>? = state.withLock { state in
      guard state.next < jobs.count, state.error == nil, !isInterrupted() else { return nil }
      let end = min(jobs.count, state.next + Farm.batchCount)
      defer { state.next = end }
      return state.next..<end
    }
    // The other threads find that out, too.
    if range == nil { room.signal() }
    return range
  }

  private func finish(_ range: Range<Int>, _ batch: Batch) {
    state.withLock { state in
      state.rows[range.lowerBound] = batch
      while state.error == nil, let batch = state.rows.removeValue(forKey: state.written) {
        let progress = FarmProgress(
          jobCount: state.written + batch.count, errorCount: state.errorCount + batch.errorCount)
        do { try write(batch.text, progress) } catch { state.error = error }
        (state.written, state.errorCount) = (progress.jobCount, progress.errorCount)
        room.signal()
      }
      if state.error != nil { room.signal() }
    }
  }
}

/// How far a farm is.
public struct FarmProgress: Sendable, Equatable {
  /// How many of the first jobs have rows.
  public var jobCount = 0
  /// How many of those could not be run.
  public var errorCount = 0

  /// At the beginning.
  public init(jobCount: Int = 0, errorCount: Int = 0) {
    (self.jobCount, self.errorCount) = (jobCount, errorCount)
  }
}

/// The lines of a job file.
public struct FarmJobs: Sendable {
  private let text: [UInt8]
  /// Where they begin and end.
  private var lines: [Range<Int>] = []

  /// The jobs in a text: its lines that are not empty.
  public init(_ text: [UInt8]) {
    self.text = text
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      if !text[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        lines.append(start..<end)
      }
      start = end + 1
    }
  }

  /// How many there are.
  public var count: Int { lines.count }

  /// The line of a job.
  public subscript(index: Int) -> [UInt8] { Array(text[lines[index]]) }

  /// Which jobs these are: the SHA-256 of the text.
  public var digest: Digest { Digest.sha256(text) }

  /// A part of the jobs.
  ///
  /// - Parameters:
  ///   - number: which one, from 1 on.
  ///   - count: of how many, which differ by one job at most.
  public func shard(_ number: Int, of count: Int) -> FarmJobs {
    func start(_ part: Int) -> Int {
      lines.count / count * part + lines.count % count * part / count
    }
    var jobs = self
    jobs.lines = Array(lines[start(number - 1)..<start(number)])
    return jobs
  }

  /// Whether a line is the row of a job: it has its name. Those of jobs that are not objects have none.
  public func isRow(_ line: [UInt8], of index: Int) -> Bool {
    guard let row = try? JSONMembers(document: line) else { return false }
    return row.id == (try? JSONMembers(document: self[index]))?.id
  }
}
