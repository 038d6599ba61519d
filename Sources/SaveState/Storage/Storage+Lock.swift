// Waiting for a lock, but not forever: a process that is stopped keeps its locks.

import Glibc

extension Storage {
  /// For how many milliseconds a lock is waited for. A change of slots holds it for the time of a save.
  private static let maxLockWait = 10_000

  /// Locks an open file.
  ///
  /// - Parameter milliseconds: how long to wait for another holder's lock.
  static func lock(
    _ descriptor: Int32, _ path: String, timeout milliseconds: Int = maxLockWait
  ) throws(StorageError) {
    guard !lock(descriptor, timeout: milliseconds) else { return }
    guard errno == EWOULDBLOCK else { throw StorageError(.write, path) }
    throw StorageError(
      reason: .lock(lockHolder(of: descriptor)), path: path, code: EWOULDBLOCK)
  }

  /// Locks a directory or file that is open, until it is unlocked or closed.
  ///
  /// - Parameter milliseconds: how long to wait for another holder's lock.
  /// - Returns: whether it is locked.
  static func lock(_ descriptor: Int32, timeout milliseconds: Int) -> Bool {
    let deadline = MonotonicClock.now + UInt64(milliseconds) * 1_000_000
    while retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) != 0 {
      let code = errno
      guard code == EWOULDBLOCK, MonotonicClock.now < deadline else {
        errno = code
        return false
      }
      usleep(1000)
    }
    return true
  }

  /// The process that has locked an open file, as far as the operating system tells.
  private static func lockHolder(of descriptor: Int32) -> StorageError.LockHolder? {
    var status = stat()
    guard
      fstat(descriptor, &status) == 0, let locks = try? read("/proc/locks", limit: 1 << 20)
    else { return nil }
    // A line is `1: FLOCK ADVISORY WRITE PROCESS MAJOR:MINOR:INODE 0 EOF`.
    let lines = locks.split(separator: UInt8(ascii: "\n"))
      .map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
    // Linux's own split of a device's number, which C has macros for.
    let device = UInt64(status.st_dev)
    let numbers = [
      device >> 8 & 0xFFF | device >> 32 & ~0xFFF, device & 0xFF | device >> 12 & ~0xFF,
    ].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let file = "\(numbers[0]):\(numbers[1]):\(status.st_ino)"
    let line = lines.first { $0.count > 5 && $0[1] == "FLOCK" && $0[5] == file }
    guard let line, let process = Int32(decimal: line[4]), process > 0 else { return nil }
    return StorageError.LockHolder(process: process, isStopped: isStopped(process))
  }

  private static func isStopped(_ process: Int32) -> Bool {
    guard let bytes = try? read("/proc/\(process)/stat", limit: 4096) else { return false }
    // The state comes after the name, which is in parentheses and can be anything.
    let rest = bytes.suffix(from: bytes.lastIndex(of: UInt8(ascii: ")")) ?? 0)
    return rest.dropFirst(2).first.map { [UInt8(ascii: "T"), UInt8(ascii: "t")].contains($0) }
      ?? false
  }
}
