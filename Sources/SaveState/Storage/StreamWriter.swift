import Glibc

/// Writes a file piece by piece, for what grows while a machine runs: in place, where it can be watched
/// growing, or to take the place of the old file when it is finished.
public final class StreamWriter {
  /// Where the bytes go until there are no more.
  public enum Course: Sendable {
    /// To the file itself, which is emptied when the first of them come. They are not synced.
    case inPlace
    /// To a file without a name. The old file stays until ``StreamWriter/finish()``, and for good if that
    /// is never called.
    case apart
  }

  private static let bufferByteCount = 1 << 16
  private static let checkByteCount = 4096

  private let path: String
  private let descriptor: Int32
  private let inputs: InputFiles
  /// Whether the file is replaced in the end.
  private let isApart: Bool
  private var buffer: [UInt8] = []
  /// Whether what was in the file before is gone.
  private var isEmptied = false

  /// Opens a file or creates it; in place, it is emptied when the first bytes are written to it. `-` is
  /// standard output. That, pipes and devices are always written in place.
  ///
  /// - Parameters:
  ///   - course: where the bytes go until there are no more.
  ///   - inputs: what the bytes are made of, which is not overwritten.
  public init(
    _ path: String, _ course: Course = .inPlace, apartFrom inputs: InputFiles = InputFiles()
  ) throws(StorageError) {
    (self.path, self.inputs) = (path, inputs)
    if let replacement = try Storage.replacement(of: path, as: .other, apartFrom: inputs) {
      isApart = course == .apart
      descriptor = try isApart ? replacement.openScratch() : replacement.openForWriting()
    } else {
      isApart = false
      descriptor = path == "-" ? STDOUT_FILENO : try Storage.openStream(path)
    }
  }

  deinit {
    if descriptor != STDOUT_FILENO { close(descriptor) }
  }

  /// Finds out whether the file takes bytes, before there are any. It may still fail later; what is
  /// in it stays.
  public func check() throws(StorageError) {
    guard let byteCount = try byteCount else {
      return try Storage.checkWriting(to: descriptor, path)
    }
    guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw StorageError(.write, path) }
    defer {
      _ = Storage.retrying { ftruncate(descriptor, off_t(byteCount)) }
      lseek(descriptor, 0, SEEK_SET)
    }
    let bytes = [UInt8](repeating: 0, count: StreamWriter.checkByteCount)
    try Storage.write(bytes, to: descriptor, path)
  }

  /// Appends text.
  public func append(_ text: String) throws(StorageError) { try append(Array(text.utf8)) }

  /// Appends bytes.
  public func append(_ bytes: [UInt8]) throws(StorageError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= StreamWriter.bufferByteCount { try flush() }
  }

  /// Hands everything to the operating system.
  public func flush() throws(StorageError) {
    if !isEmptied {
      if try byteCount != nil { try Replacement.empty(descriptor, path) }
      isEmptied = true
    }
    try Storage.write(buffer, to: descriptor, path)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what is left. A file that was written apart is then put in place, in time that grows with its
  /// size, as by ``Storage/writeAtomically(_:with:as:apartFrom:)``. Nothing may be appended afterwards.
  ///
  /// - Throws: why that failed; the old file is unchanged if this one was written apart.
  public func finish() throws(StorageError) {
    try flush()
    guard isApart else { return }
    guard let replacement = try Storage.replacement(of: path, as: .other, apartFrom: inputs) else {
      throw StorageError(refusing: .notAFile, path)
    }
    try replacement.put(copyOf: descriptor)
  }

  /// How long the file is, nil if it is not one that has a length, or is not ours to empty.
  private var byteCount: Int? {
    get throws(StorageError) {
      guard descriptor != STDOUT_FILENO else { return nil }
      guard let status = Storage.status(of: descriptor) else { throw StorageError(.write, path) }
      return status.kind == .regular ? status.byteCount : nil
    }
  }
}
