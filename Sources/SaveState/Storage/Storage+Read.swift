import Glibc

extension Storage {
  /// The file's bytes, up to one more than `limit`, so that the caller can tell a file that is
  /// too large. `-` is standard input.
  public static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    try Input(path).bytes(atMost: limit + 1)
  }

  /// The bytes of a regular file, nil if there is none. Pipes and devices are refused, so it never blocks; so is
  /// a file of more than `limit` bytes.
  public static func readRegular(_ path: String, limit: Int) throws(StorageError) -> [UInt8]? {
    do throws(StorageError) {
      let file = try RegularFile(path)
      guard file.byteCount <= limit else {
        throw StorageError(reason: .read, path: path, code: EFBIG)
      }
      return try file.bytes(file.byteCount, from: 0)
    } catch {
      guard error.isMissingFile else { throw error }
      return nil
    }
  }

  /// The bytes of a file in memory that ``Reexec`` has handed to this process; it is closed.
  ///
  /// - Parameter path: how it is called in a message.
  public static func readHanded(
    _ descriptor: Int32, path: String, limit: Int
  ) throws(StorageError) -> [UInt8] {
    try Input(handed: descriptor, path).bytes(atMost: limit + 1)
  }

  /// The last bytes of a file, at most `limit` of them. A pipe has no end to go to: it is read as
  /// ``read(_:limit:)`` does. `-` is standard input.
  public static func readEnd(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    try Input(path).end(limit)
  }
}

/// A file that is open for reading.
struct Input: ~Copyable {
  private static let chunkByteCount = 1 << 16

  private let path: String
  private let descriptor: Int32
  /// Which regular file it is; nil for anything else.
  let identity: FileIdentity?
  /// How many bytes there are from here to the end, nil for anything but a regular file. A guess:
  /// files grow and shrink, and those of /proc say 0.
  private let byteCount: Int?

  init(_ path: String) throws(StorageError) {
    let isStandardInput = path == "-"
    let descriptor =
      isStandardInput ? STDIN_FILENO : Storage.retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw StorageError(.read, path) }
    self.init(descriptor, path)
  }

  init(handed descriptor: Int32, _ path: String) throws(StorageError) {
    guard descriptor > STDERR_FILENO, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw StorageError(.read, path)
    }
    self.init(descriptor, path)
  }

  private init(_ descriptor: Int32, _ path: String) {
    let status = Storage.status(of: descriptor).flatMap { $0.kind == .regular ? $0 : nil }
    self.path = path
    self.descriptor = descriptor
    identity = status?.identity
    byteCount = status.map { max(0, $0.byteCount - lseek(descriptor, 0, SEEK_CUR)) }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// The last bytes of a regular file, or the first of anything else, and one more than `limit`.
  func end(_ limit: Int) throws(StorageError) -> [UInt8] {
    guard let byteCount else { return try bytes(atMost: limit + 1) }
    guard byteCount <= limit || lseek(descriptor, byteCount - limit, SEEK_CUR) >= 0 else {
      throw StorageError(.read, path)
    }
    return try bytes(atMost: limit)
  }

  /// The bytes from here on. The memory that this takes is that of the bytes and of one chunk.
  func bytes(atMost limit: Int) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(limit, byteCount ?? Input.chunkByteCount))
    // One byte more shows that the file ends.
    let guess = byteCount.map { min($0 + 1, Input.chunkByteCount) } ?? Input.chunkByteCount
    var chunk = [UInt8](repeating: 0, count: min(limit, guess))
    while bytes.count < limit {
      let count = Storage.transferring(descriptor, POLLIN) {
        read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
      }
      guard count >= 0 else { throw StorageError(.read, path) }
      if count == 0 { break }
      // Once, instead of doubling again and again: what is not written to takes no memory.
      if bytes.count + count > bytes.capacity { bytes.reserveCapacity(limit) }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }
}
