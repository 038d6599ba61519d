// What a machine remembers while it is switched off. The file, byte by byte: docs/FLAGS.md.

/// A few bytes of a program that outlive its machine, as those in the battery-backed memory of a
/// console do: a small file beside the program's slots.
///
/// Any number of threads and processes may use the same one. Writing waits for others by the lock of
/// the slots; reading never waits, for the file is whole at any time.
public struct NonVolatileMemory: Sendable {
  static let magic: [UInt8] = [0x89, 0x4E, 0x56, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A]
  static let version: UInt16 = 1
  private static let headerByteCount = 32
  private static let checksumByteCount = 4
  /// More than any version has.
  private static let maxFileByteCount = 1 << 17

  /// Whose memory this is.
  public let program: Digest
  /// How many bytes there are.
  public let byteCount: Int
  /// The file. It is created when something is written for the first time.
  public let path: String
  /// The directory of the program, where its slots are too.
  private let directory: String

  /// The memory of a program below a directory that all programs share.
  ///
  /// - Parameters:
  ///   - name: the file's name, which is not that of a slot.
  ///   - byteCount: how many bytes there are.
  public init(root: String, program: Digest, name: String, byteCount: Int) {
    precondition((1...Int(UInt16.max)).contains(byteCount), "the file has 16 bits for it")
    self.program = program
    self.byteCount = byteCount
    directory = "\(root)/\(program)"
    path = "\(directory)/\(name)"
  }

  /// The bytes that were written last; nil if none were.
  public func read() throws(StorageError) -> [UInt8]? {
    try expectFile()
    let file: [UInt8]
    do throws(StorageError) {
      file = try RegularFile(path).suffix(NonVolatileMemory.maxFileByteCount)
    } catch {
      guard error.isMissingFile else { throw error }
      return nil
    }
    return try decode(file)
  }

  /// Writes the first bytes and leaves the rest as it is, zero in a new file. Whatever happens, there
  /// is the old file or the new one. A file that cannot be used is not written to.
  public func write(_ bytes: [UInt8]) throws(StorageError) {
    precondition(bytes.count <= byteCount, "more bytes than there are")
    try Storage.createDirectory(directory)
    try locking { () throws(StorageError) in
      let old = try read()
      let new = bytes + (old ?? Array(repeating: 0, count: byteCount)).dropFirst(bytes.count)
      guard new != old else { return }
      try Storage.writeAtomically(path, with: encode(new), as: .other)
    }
  }

  /// Removes the file, whatever is in it, unless it is protected against changes.
  ///
  /// - Returns: whether there was one.
  public func clear() throws(StorageError) -> Bool {
    do throws(StorageError) {
      return try locking { () throws(StorageError) in
        let status = try Storage.status(of: path, followsLinks: false)
        guard status?.isWritable != false else {
          throw StorageError(refusing: .writeProtected, path)
        }
        try Storage.remove(path)
        try Storage.synchronize(directoryOf: path)
        return true
      }
    } catch let error where error.isMissingFile {
      return false
    }
  }

  /// Finds out whether the file could be written, before there is anything to write. The directory
  /// that all programs share has to be there.
  public func checkWriting() throws(StorageError) {
    // A directory that is missing is made in the shared one.
    try Storage.checkReplacing(
      Storage.isDirectory(directory) ? path : directory,
      with: encode(Array(repeating: 0, count: byteCount)), as: .other)
  }

  /// The file as an output of a run, so that nothing else is written to it; nil where its directory
  /// is missing.
  ///
  /// - Throws: if there is something that cannot be used.
  public func output() throws(StorageError) -> Output? {
    _ = try read()
    return Storage.isDirectory(directory) ? Output(path, .other, apartFrom: InputFiles()) : nil
  }

  // MARK: The file

  /// A link could lead anywhere, and a pipe could make us wait forever.
  private func expectFile() throws(StorageError) {
    do throws(StorageError) { try Storage.expectFile(path) } catch {
      throw .memory(path, .notAFile)
    }
  }

  private var fileByteCount: Int {
    NonVolatileMemory.headerByteCount + byteCount + NonVolatileMemory.checksumByteCount
  }

  private func encode(_ bytes: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(reserving: fileByteCount)
    writer.append(contentsOf: NonVolatileMemory.magic)
    writer.append(NonVolatileMemory.version)
    writer.append(UInt16(byteCount))
    writer.append(contentsOf: program.bytes)
    writer.append(contentsOf: bytes)
    writer.append(crc(writer.bytes[...]))
    return writer.bytes
  }

  private func decode(_ file: [UInt8]) throws(StorageError) -> [UInt8] {
    var reader = ByteReader(file)
    guard let magic = reader.take(8), Array(magic) == NonVolatileMemory.magic,
      let version = reader.next(UInt16.self)
    else { throw .memory(path, .damaged) }
    guard version == NonVolatileMemory.version else {
      throw .memory(path, .unknownVersion(version))
    }
    guard file.count == fileByteCount, reader.next(UInt16.self) == UInt16(byteCount),
      let owner = reader.take(20), let bytes = reader.take(byteCount),
      reader.next(UInt32.self) == crc(file.dropLast(NonVolatileMemory.checksumByteCount))
    else { throw .memory(path, .damaged) }
    guard Array(owner) == program.bytes else {
      throw .memory(path, .otherProgram(Digest(bytes: Array(owner))))
    }
    return Array(bytes)
  }

  private func locking<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try Storage.locking("\(directory)/.lock", body)
  }
}

/// Why the file of a program's memory could not be used.
public enum MemoryRefusal: Equatable, Sendable, CustomStringConvertible {
  /// It is not a regular file.
  case notAFile
  /// It does not hold what was written to it.
  case damaged
  /// It is of a version that this one does not know.
  case unknownVersion(UInt16)
  /// It is of the program with this SHA-1.
  case otherProgram(Digest)

  /// How a sentence continues after the file's name.
  public var description: String {
    switch self {
    case .notAFile: "not a regular file"
    case .damaged: "the file is damaged"
    case .unknownVersion(let version):
      "the file has version \(version); only version \(NonVolatileMemory.version) is supported"
    case .otherProgram(let program): "the file belongs to another program (SHA-1 \(program))"
    }
  }
}

extension StorageError {
  /// The file at a path is not that of a memory that can be used: removing it helps.
  package static func memory(_ path: String, _ refusal: MemoryRefusal) -> StorageError {
    StorageError(reason: .memory(refusal), path: path, code: 0)
  }
}
