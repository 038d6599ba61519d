import Glibc

/// A file that only grows, a line after the other, by one process at a time: what was written stays,
/// whatever happens to the process.
public final class GrowingFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens a file for which the rule of docs/FILES.md allows it, or creates it, and locks it.
  ///
  /// - Throws: `StorageError` if another process has it locked, or it is not a regular file.
  public init(_ path: String, apartFrom inputs: InputFiles = InputFiles()) throws(StorageError) {
    self.path = path
    // The same rule as for what is replaced, and the same sentences.
    _ = try Storage.replacement(of: path, as: .other, apartFrom: inputs)
    descriptor = Storage.retrying { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw StorageError(.create, path) }
    guard Storage.status(of: descriptor)?.kind == .regular else {
      throw StorageError(refusing: .notAFile, path)
    }
    // Who writes it does so for long.
    try Storage.lock(descriptor, path, timeout: 100)
  }

  deinit { close(descriptor) }

  /// Calls with each whole line that there is, without its end; from the first for which that says
  /// no, or that has no end, everything is removed.
  public func keepLines(while isKept: ([UInt8]) throws -> Bool) throws {
    var (kept, buffer, isOver) = (0, [UInt8](), false)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while !isOver {
      let count = Storage.transferring(descriptor, POLLIN) {
        chunk.withUnsafeMutableBytes {
          pread(descriptor, $0.baseAddress, $0.count, kept + buffer.count)
        }
      }
      guard count >= 0 else { throw StorageError(.read, path) }
      if count == 0 { break }
      buffer += chunk[..<count]
      var start = 0
      while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        guard try isKept(Array(buffer[start..<end])) else {
          isOver = true
          break
        }
        start = end + 1
      }
      kept += start
      buffer.removeFirst(start)
    }
    guard Storage.retrying({ ftruncate(descriptor, off_t(kept)) }) == 0 else {
      throw StorageError(.write, path)
    }
  }

  /// Appends bytes.
  public func append(_ bytes: [UInt8]) throws(StorageError) {
    try Storage.write(bytes, to: descriptor, path)
  }

  /// Makes sure that everything is on the disk.
  public func synchronize() throws(StorageError) {
    guard Storage.retrying({ fsync(descriptor) }) == 0 else { throw StorageError(.write, path) }
  }
}
