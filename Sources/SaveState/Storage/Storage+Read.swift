import Glibc

extension Storage {
  /// The file's bytes, up to one more than `limit`, so that the caller can tell a file that is
  /// too large. `-` is standard input.
  public static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    try Input(path).bytes(atMost: limit + 1)
  }

  /// The last bytes of a file, at most `limit` of them. A pipe has no end to go to: it is read as
  /// ``read(_:limit:)`` does. `-` is standard input.
  public static func readEnd(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    let input = try Input(path)
    guard let byteCount = input.byteCount else { return try input.bytes(atMost: limit + 1) }
    try input.skip(byteCount - limit)
    return try input.bytes(atMost: limit)
  }
}

/// A file that is open for reading.
private struct Input: ~Copyable {
  private static let chunkByteCount = 1 << 16

  private let path: String
  private let descriptor: Int32
  /// How many bytes there are from here to the end, nil for anything but a regular file. A guess:
  /// files grow and shrink, and those of /proc say 0.
  let byteCount: Int?

  init(_ path: String) throws(StorageError) {
    let isStandardInput = path == "-"
    let descriptor =
      isStandardInput ? STDIN_FILENO : Storage.retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw StorageError(.read, path) }
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    self.path = path
    self.descriptor = descriptor
    byteCount = isRegular ? max(0, Int(status.st_size) - lseek(descriptor, 0, SEEK_CUR)) : nil
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// Leaves out bytes; a negative number leaves out none.
  func skip(_ count: Int) throws(StorageError) {
    guard count <= 0 || lseek(descriptor, count, SEEK_CUR) >= 0 else {
      throw StorageError(.read, path)
    }
  }

  /// The bytes from here on. The memory that this takes is that of the bytes and of one chunk.
  func bytes(atMost limit: Int) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(limit, byteCount ?? Input.chunkByteCount))
    var chunk = [UInt8](repeating: 0, count: min(limit, Input.chunkByteCount))
    while bytes.count < limit {
      let count = Storage.transferring(descriptor, POLLIN) {
        read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
      }
      guard count >= 0 else { throw StorageError(.read, path) }
      if count == 0 { break }
      // Once, and not by and by to twice as much: what is not written to takes no memory.
      if bytes.count + count > bytes.capacity { bytes.reserveCapacity(limit) }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }
}
