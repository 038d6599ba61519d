// Files that are replaced: which may be is said in docs/FILES.md and here, and nowhere else.

import Glibc

/// What a file is to hold, which decides what it may take the place of.
public enum Content: Sendable {
  /// A saved state: replaces others, damaged ones too, and empty files.
  case savedState
  /// A saved state that needs no other: takes the place also of what it could have been saved as the
  /// difference from.
  case wholeState
  /// A saved state in a slot: replaces any file, since the old one is kept as a version.
  case slot
  /// Anything else: replaces any file but a saved state.
  case other

  /// Whether it is a saved state, and not in a slot.
  var isSavedState: Bool { self == .savedState || self == .wholeState }
}

extension Storage {
  /// Who may execute a new file.
  enum Execution: Sendable {
    case notExecutable
    /// Everyone who may read it.
    case readers
    /// Everyone who may execute the old one.
    case asBefore
  }

  /// Puts a file in place so that, whatever happens, there is the old file or the new one, whole:
  /// written without a name, brought to the disk, named, and the directory brought to the disk too.
  /// The read and write permissions of an existing file are kept; it is not executable. Where `path`
  /// is a link, what it leads to is replaced and not the link. A pipe or a character device is written
  /// to, for replacing it is not what the user meant. `-` is standard output.
  ///
  /// Any number of processes may replace the same file: each one's file is there for a moment, and
  /// in the end that of one of them.
  ///
  /// - Parameter inputs: what the bytes were made of, which is not replaced.
  /// - Throws: why it may not be replaced, or could not be; it is unchanged then.
  public static func writeAtomically(
    _ path: String, with bytes: [UInt8], as content: Content,
    apartFrom inputs: InputFiles = InputFiles()
  ) throws(StorageError) {
    guard let replacement = try replacement(of: path, as: content, apartFrom: inputs) else {
      return try writeStream(path, bytes)
    }
    try replacement.put(bytes, .notExecutable)
  }

  /// Finds out whether a file could be put in place, before it is known what will be put there. It may
  /// still fail later; what is there is not touched.
  ///
  /// - Parameter bytes: what could be put there, for only a disk that has taken some bytes has room.
  public static func checkReplacing(
    _ path: String, with bytes: [UInt8], as content: Content,
    apartFrom inputs: InputFiles = InputFiles()
  ) throws(StorageError) {
    if let replacement = try replacement(of: path, as: content, apartFrom: inputs) {
      return try replacement.checkDirectory(bytes)
    }
    // To open and close a pipe would show its reader the end.
    guard
      path != "-", try anyStatus(of: path, followsLinks: true, .create)?.kind == .device
    else { return }
    let descriptor = retrying { open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    defer { close(descriptor) }
    try checkWriting(to: descriptor, path)
  }

  /// Whether a device or a pipe that is open takes anything, without writing anything.
  static func checkWriting(to descriptor: Int32, _ path: String) throws(StorageError) {
    guard retrying({ Glibc.write(descriptor, "", 0) }) == 0 else {
      throw StorageError(.write, path)
    }
  }

  /// Whether there is a regular file of this name, or nothing that would stand in the way of one.
  public static func canBeFile(_ path: String) throws(StorageError) -> Bool {
    try anyStatus(of: path, followsLinks: true, .create).map { $0.kind == .regular } ?? true
  }

  /// A file on its way to its place, after it was found that it may go there.
  ///
  /// - Returns: nil for what is written to and not replaced: standard output, a pipe, a character
  ///   device.
  static func replacement(
    of path: String, as content: Content, apartFrom inputs: InputFiles
  ) throws(StorageError) -> Replacement? {
    if path == "-" {
      let output = status(of: STDOUT_FILENO).flatMap { $0.kind == .regular ? $0 : nil }
      // It would become longer, and so even a saved state would not take the place of the old one.
      if let output, let lost = inputs.lost(output.identity, at: nil, by: .other) {
        throw StorageError(refusing: .input(lost), path)
      }
      return nil
    }
    if try anyStatus(of: path, followsLinks: true, .create)?.isStream == true { return nil }
    let replacement = try Replacement(of: path)
    try replacement.check(content, apartFrom: inputs)
    return replacement
  }

  /// Writes to what is not replaced.
  static func writeStream(_ path: String, _ bytes: [UInt8]) throws(StorageError) {
    if path == "-" { return try write(bytes, to: STDOUT_FILENO, path) }
    let descriptor = try openStream(path)
    defer { close(descriptor) }
    try write(bytes, to: descriptor, path)
  }

  /// Opens a pipe or a character device for writing.
  static func openStream(_ path: String) throws(StorageError) -> Int32 {
    let descriptor = retrying { open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw StorageError(.write, path) }
    guard status(of: descriptor)?.isStream == true else {
      // It was replaced in the meantime.
      close(descriptor)
      throw StorageError(refusing: .notAFile, path)
    }
    return descriptor
  }

  /// Refuses a path that the user has not named where there is no regular file but something else: a
  /// link could lead anywhere, a pipe could make us wait forever, and what is written to a device is
  /// not kept.
  static func expectFile(_ path: String) throws(StorageError) {
    let status = try anyStatus(of: path, followsLinks: false, .read)
    guard status.map({ $0.kind == .regular }) ?? true else {
      throw StorageError(refusing: .notAFile, path)
    }
  }

  /// Refuses a path where there is something.
  static func expectNothing(_ path: String) throws(StorageError) {
    guard try anyStatus(of: path, followsLinks: false, .read) == nil else { throw .taken(path) }
  }

  static func linkTarget(_ path: String) throws(StorageError) -> String? {
    guard try anyStatus(of: path, followsLinks: false, .write)?.kind == .link else { return nil }
    guard let target = retrying({ realpath(path, nil) }) else {
      guard errno == ENOENT else { throw StorageError(.write, path) }
      throw StorageError(refusing: .deadLink, path)
    }
    defer { free(target) }
    return String(cString: target)
  }
}

extension StorageError {
  /// There is something else of that name.
  static func taken(_ path: String) -> StorageError {
    StorageError(reason: .create, path: path, code: EEXIST)
  }
}
