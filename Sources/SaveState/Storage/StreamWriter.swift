import Glibc

/// Writes a file bit by bit, for what grows while a machine runs. Not durable, and not replacing
/// as a whole: ``Storage/replace(_:with:execution:)`` is for that.
public final class StreamWriter {
  private static let bufferByteCount = 1 << 16

  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// Empties a file or creates it. `-` is standard output.
  public init(_ path: String) throws(StorageError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    descriptor = path == "-" ? STDOUT_FILENO : Storage.retrying { open(path, flags, 0o666) }
    guard descriptor >= 0 else { throw StorageError(.create, path) }
  }

  deinit {
    if descriptor != STDOUT_FILENO { close(descriptor) }
  }

  /// Appends text.
  public func append(_ text: String) throws(StorageError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= StreamWriter.bufferByteCount { try flush() }
  }

  /// Hands everything to the operating system.
  public func flush() throws(StorageError) {
    try Storage.write(buffer, to: descriptor, path)
    buffer.removeAll(keepingCapacity: true)
  }
}
