// Where a machine is while it moves: in a file that outlives this process.

import Glibc

/// A machine that was saved before it is certain that it stays.
public protocol ProvisionalSave: Sendable {
  /// The file that it is in.
  var path: String { get }

  /// It stays, in place of what was there before.
  func keep()

  /// It is elsewhere: what was there before comes back, unless another process has put something there
  /// since.
  func withdraw() throws
}

extension ProvisionalSave {
  /// The same where that cannot fail.
  ///
  /// - Parameter remains: called if it has failed.
  public func withdraw(orElse remains: (any Error) -> Void) {
    do { try withdraw() } catch { remains(error) }
  }
}

/// The file that a machine on the move is kept in. What was in the file before is kept beside it
/// until it is certain which of the two stays.
///
/// Whatever ends the process, the machine is in the file from the first ``update(_:)`` on.
public struct SafeCopy: ProvisionalSave {
  /// How large a file may be whose contents have to be copied, where it can have no second name.
  private static let maxByteCount = 256 << 20

  /// The file, as the user has named it.
  public let path: String
  /// The file itself, if the path leads to it by links.
  private let place: String
  /// A second name for what was there before, hidden beside it; nil if nothing was.
  private let previous: String?
  /// The file that was there before, and the one that was put there, which another process may have
  /// replaced since.
  private let before: Storage.Stamp?
  private var stamp: Storage.Stamp?

  /// Keeps what is in a file now. The file is not touched.
  ///
  /// - Throws: also if the path is that of a directory, a device or a pipe, which keeps nothing.
  public init(at path: String) throws(StorageError) {
    self.path = path
    place = try Storage.linkTarget(path) ?? path
    guard try Storage.canBeFile(place) else {
      throw StorageError(reason: .create, path: path, code: EEXIST)
    }
    before = Storage.stamp(of: place)
    let name = Storage.basename(of: place)
    let previous = Storage.path(
      Storage.directory(of: place) ?? ".", ".before-\(Digest.sha1(Array(name.utf8)).prefix)")
    // A process that was killed may have left it.
    unlink(previous)
    guard try Storage.status(of: place) != nil else {
      self.previous = nil
      return
    }
    do throws(StorageError) {
      try Storage.duplicate(place, as: previous, limit: SafeCopy.maxByteCount)
    } catch {
      unlink(previous)
      throw StorageError(reason: .create, path: path, code: error.code)
    }
    self.previous = previous
  }

  /// Writes the machine to the file, any number of times.
  ///
  /// - Parameter save: replaces the file as a whole.
  public mutating func update<Failure: Error>(
    _ save: () throws(Failure) -> Void
  ) throws(Failure) {
    defer {
      // One that could not be brought to the disk is there all the same.
      let now = Storage.stamp(of: place)
      if now != before { stamp = now }
    }
    try save()
  }

  /// The machine stays in the file, in place of what was there before.
  public func keep() {
    if let previous { unlink(previous) }
  }

  /// The machine is elsewhere: restores what was in the file before, unless another process has
  /// put something there since.
  public func withdraw() throws(StorageError) {
    guard let stamp, stamp == Storage.stamp(of: place) else { return keep() }
    do throws(StorageError) {
      if let previous {
        try Storage.move(previous, over: place)
      } else {
        try Storage.remove(place)
      }
      try Storage.synchronize(directoryOf: place)
    } catch { throw StorageError(reason: .write, path: path, code: error.code) }
  }
}

extension Digest {
  /// Enough of it to tell the files of one directory apart.
  fileprivate var prefix: Substring { description.prefix(16) }
}
