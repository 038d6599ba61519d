// What was read, so that it is not overwritten: docs/FILES.md.

import Glibc

/// The input files of a run, which its outputs must not replace.
public struct InputFiles: Sendable {
  /// What a file is for.
  public enum Use: Sendable {
    /// It is what is worked on: if it holds a saved state, another one may be saved over it.
    case subject
    /// It must not change.
    case dependency
    /// The parent of a delta that will be saved; a whole state has none.
    case parent
  }

  private struct Entry: Sendable {
    let path: String
    var use: Use
    /// Nil for anything but a regular file.
    let identity: FileIdentity?
    let place: FilePlace?

    /// Whether it still is the file of that identity: one that is gone leaves its inode to others.
    var exists: Bool {
      if path == "-" { return true }
      let status = try? Storage.anyStatus(of: path, followsLinks: true, .read)
      return status?.identity == identity
    }
  }

  private var entries: [Entry] = []

  /// No files.
  public init() {}

  /// Their paths, in the order in which they were read.
  public var paths: [String] { entries.map(\.path) }

  /// Reads a file, as ``Storage/read(_:limit:)`` does.
  public mutating func read(
    _ path: String, limit: Int, for use: Use = .dependency
  ) throws(StorageError) -> [UInt8] {
    let input = try Input(path)
    add(path, input.identity, use)
    return try input.bytes(atMost: limit + 1)
  }

  /// Reads the end of a file, as ``Storage/readEnd(_:limit:)`` does.
  public mutating func readEnd(
    _ path: String, limit: Int, for use: Use = .dependency
  ) throws(StorageError) -> [UInt8] {
    let input = try Input(path)
    add(path, input.identity, use)
    return try input.end(limit)
  }

  /// Reads a regular file below a directory. Links are not followed on the way there from it.
  ///
  /// - Parameter path: names, separated by `/`, none of which is empty, `.` or `..`.
  public mutating func read(
    _ path: String, below directory: String, limit: Int
  ) throws(SandboxedDirectory.Refusal) -> [UInt8] {
    var names = path.split(separator: "/").map(String.init)
    guard let name = names.popLast() else { throw .noSuchFile }
    var current: SandboxedDirectory
    do throws(StorageError) {
      current = try SandboxedDirectory(directory)
    } catch { throw .notRead }
    for name in names { current = try current.directory(name) }
    return try current.read(name, limit: limit, &self)
  }

  /// Remembers a file that was read by other means.
  mutating func add(_ path: String, _ identity: FileIdentity?, _ use: Use = .dependency) {
    let place = path == "-" ? nil : Storage.place(of: path)
    entries.append(Entry(path: path, use: use, identity: identity, place: place))
  }

  /// Remembers a file whose contents have come by another way, as it is now.
  public mutating func remember(_ path: String, for use: Use) {
    let status = try? Storage.anyStatus(of: path, followsLinks: true, .read)
    add(path, status?.identity, use)
  }

  /// Remembers a place that something else is written to: it stays free for that.
  public mutating func reserve(_ path: String) { add(path, nil) }

  /// What is worked on has to stay as it is, too: it is needed for what will be written.
  public mutating func protectSubject() {
    for index in entries.indices where entries[index].use == .subject {
      entries[index].use = .dependency
    }
  }

  /// Remembers what others have read too.
  public mutating func add(_ others: InputFiles) { entries += others.entries }

  /// The path of a file that would be lost if a file was replaced; nil if none would be.
  ///
  /// - Parameters:
  ///   - identity: which file is replaced, if there is one.
  ///   - place: where it is or would be.
  func lost(
    _ identity: FileIdentity?, at place: FilePlace?, by content: Content
  ) -> String? {
    let lost = entries.first { entry in
      switch entry.use {
      case .dependency: break
      case .parent: if content == .wholeState { return false }
      case .subject: if content != .other { return false }
      }
      return place != nil && place == entry.place
        || identity != nil && identity == entry.identity && entry.exists
    }
    return lost?.path
  }
}

/// An output file.
public struct Output: Sendable {
  private let path: String
  private let content: Content
  private let inputs: InputFiles

  /// - Parameters:
  ///   - path: `-` is standard output.
  ///   - content: what it will hold.
  ///   - inputs: what that is made of.
  public init(_ path: String, _ content: Content, apartFrom inputs: InputFiles) {
    (self.path, self.content, self.inputs) = (path, content, inputs)
  }

  /// Refuses outputs of which one may not be written, or two would be one file. Nothing is written,
  /// and each of them is checked again when it is.
  public static func check(_ outputs: [Output]) throws(StorageError) {
    var identities: Set<FileIdentity> = []
    var places: Set<FilePlace> = []
    for output in outputs {
      // The directory of a slot is made by its first save.
      if output.content == .slot, !Storage.isDirectory(Storage.directory(of: output.path) ?? ".") {
        continue
      }
      guard
        let replacement = try Storage.replacement(
          of: output.path, as: output.content, apartFrom: output.inputs)
      else { continue }
      let isNew = replacement.old.map { identities.insert($0.identity).inserted } ?? true
      guard places.insert(replacement.place).inserted, isNew else {
        throw StorageError(refusing: .twice, output.path)
      }
    }
  }
}

extension Storage {
  /// Where a file is, links followed; nil if that is unknown.
  fileprivate static func place(of path: String) -> FilePlace? {
    guard let place = try? linkTarget(path) ?? path else { return nil }
    var status = stat()
    guard stat(directory(of: place) ?? ".", &status) == 0 else { return nil }
    return FilePlace(directory: FileIdentity(status), name: basename(of: place))
  }
}
