// What precedes an image in its file: a program that runs it. The engine never executes it, and only
// its first bytes tell whether it is one that may stay there: docs/FILES.md.

import Glibc

extension Image {
  /// How each script begins that runs the image after it. Whose machine it is comes next.
  public static let scriptHead = "#!/bin/sh\n# A saved state of "

  /// What is somewhere in each executable that can stand alone with an image; in one that does, the
  /// byte after it is 1.
  public static let standaloneMark: [UInt8] =
    [0x89] + Array("ALONE\r\n".utf8) + [0x1A, 0x0A, 0xC8, 0x1D, 0x5E, 0xA7, 0x93, 0x0B]

  /// What precedes the image in a file, and whose it is.
  public struct Prelude: Sendable {
    let bytes: [UInt8]
    /// Whether it is a program of ours: a script that looks for an emulator, or a whole one.
    let isOurs: Bool
    /// Whether its file belongs to the user that this process runs as.
    let isUsers: Bool
    /// Whether its file is executable.
    let isExecutable: Bool

    /// Whether it is a whole emulator of ours.
    public var isEmulator: Bool { isOurs && bytes.starts(with: Image.executableMagic) }
  }

  fileprivate static let executableMagic = [0x7F] + Array("ELF".utf8)

  /// The bytes that precede the image in a file; none if there is no such file, or no image in it.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, or they are more than 256 MiB.
  public static func prelude(at path: String) throws(StorageError) -> ArraySlice<UInt8> {
    try Prelude(at: path)?.bytes[...] ?? []
  }

  // MARK: Saving

  /// Writes the image to a file, by the rule of docs/FILES.md. A program of ours in a file of the
  /// user's stays before it.
  ///
  /// - Parameter inputs: what the image was made of, which is not replaced.
  /// - Throws: ``StorageError``; the file is unchanged then.
  public func save(to path: String, apartFrom inputs: InputFiles = InputFiles())
    throws(StorageError)
  {
    try write(to: path, inputs) { place throws(StorageError) in try place.ownProgram() }
  }

  /// Writes the image to a file that everyone who may read it may run.
  ///
  /// - Parameters:
  ///   - prelude: the program that runs it.
  ///   - inputs: what the image was made of, which is not replaced.
  /// - Throws: ``StorageError``; the file is unchanged then.
  public func save(
    to path: String, after prelude: [UInt8], apartFrom inputs: InputFiles = InputFiles()
  ) throws(StorageError) {
    try write(to: path, inputs, after: prelude) { _ throws(StorageError) in (prelude, .readers) }
  }

  /// Writes the image to a file, with what precedes another one if that is a program of ours in a file
  /// of the user's; else as ``save(to:apartFrom:)`` does.
  public func save(
    to path: String, after prelude: Prelude?, apartFrom inputs: InputFiles
  ) throws(StorageError) {
    guard let prelude, prelude.isOurs, prelude.isUsers else {
      return try save(to: path, apartFrom: inputs)
    }
    try write(to: path, inputs, after: prelude.bytes) { _ throws(StorageError) in
      (prelude.bytes, prelude.isExecutable ? .readers : .notExecutable)
    }
  }

  /// What becomes of the program that precedes an image which is changed in its file.
  public enum ProgramChange: Sendable {
    case keep
    /// Another one takes its place, executable for all readers of the file.
    case becomes([UInt8])
    case remove
  }

  /// Writes the image in the place of the one that it was made of. Whatever precedes that stays in a
  /// file of the user's; what is not ours and could not stay is a reason to refuse.
  ///
  /// - Throws: ``StorageError``; the file is unchanged then.
  public func rewrite(
    _ path: String, program change: ProgramChange = .keep, apartFrom inputs: InputFiles
  ) throws(StorageError) {
    try write(to: path, inputs) { place throws(StorageError) in
      let prelude = try place.prelude()
      let stays = if case .keep = change { prelude?.isUsers == true } else { false }
      guard prelude == nil || stays || prelude?.isOurs == true else {
        throw StorageError(refusing: .foreignProgram, path)
      }
      return switch change {
      case .becomes(let program): (program, .readers)
      case .keep, .remove: stays ? (prelude?.bytes ?? [], .asBefore) : ([], .notExecutable)
      }
    }
  }

  /// - Parameters:
  ///   - prelude: what precedes it where nothing is replaced.
  ///   - choose: what precedes it in the place of a file, and who may execute that.
  private func write(
    to path: String, _ inputs: InputFiles, after prelude: [UInt8] = [],
    _ choose: (borrowing Replacement) throws(StorageError) -> ([UInt8], Storage.Execution)
  ) throws(StorageError) {
    let place = try Storage.replacement(
      of: path, as: (try? isComplete()) == true ? .wholeState : .savedState, apartFrom: inputs)
    guard let place else { return try Storage.writeStream(path, prelude + bytes) }
    let (prelude, execution) = try choose(place)
    try place.put(prelude + bytes, execution)
  }
}

extension Image.Prelude {
  /// How large one may be: an emulator with all that it needs is a tenth of that.
  private static let maxByteCount = 256 << 20

  /// Reads what precedes the image in a file. There is no prelude if the image comes first, or if
  /// there is no such file.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, or this is larger than 256 MiB.
  public init?(at path: String) throws(StorageError) {
    guard path != "-", try Storage.status(of: path) != nil else { return nil }
    try self.init(in: RegularFile(path), path)
  }

  /// - Parameter path: how the file is called.
  init?(in file: borrowing RegularFile, _ path: String) throws(StorageError) {
    let footer = try file.suffix(Image.footerByteCount)
    guard let length = Image.lengthInFooter(of: footer), length < file.byteCount else { return nil }
    let byteCount = file.byteCount - length
    guard byteCount <= Image.Prelude.maxByteCount else { throw .image(path, .preludeTooLarge) }
    bytes = try file.bytes(byteCount, from: 0)
    let isScript = bytes.starts(with: Image.scriptHead.utf8)
    let isExecutable = bytes.starts(with: Image.executableMagic)
    isOurs = isScript || isExecutable && bytes.holds(Image.standaloneMark + [1])
    isUsers = file.status.owner == geteuid()
    self.isExecutable = file.status.mode & 0o111 != 0
  }
}

extension [UInt8] {
  /// Whether some bytes are somewhere in these.
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    withUnsafeBytes { all in
      var rest = all
      while rest.count >= part.count, let start = rest.baseAddress {
        let first = memchr(start, Int32(part[0]), rest.count - part.count + 1)
        guard let first else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(first) - start)...])
        if rest.starts(with: part) { return true }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
      }
      return false
    }
  }
}
