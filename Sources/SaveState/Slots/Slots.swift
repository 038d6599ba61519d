// Where a program's saved states are kept. What is promised: docs/SLOTS.md.

/// The saved states of one program: a file for each slot, in a directory named by the program's SHA-1,
/// so that renaming a program loses nothing, and beside them what was in the slots before.
///
/// Any number of threads and processes may use the same slots. Changes wait for each other by a
/// lock on the directory; reading never waits, for every file is whole at any time.
public struct Slots: Sendable {
  /// How many earlier versions of a slot are kept. The oldest go first.
  public static let maxVersionCount = 20

  /// More than a user saves.
  static let maxVersionNumber = 999_999_999_999

  private static let suffix = ".state"

  /// Whose slots these are.
  public let program: Digest

  /// The directory of this program's slots. It is created by the first save.
  public let directory: String

  /// Files that are needed: a change that would lose one is refused.
  let inputs: InputFiles

  /// The slots of a program below a directory that all programs share.
  ///
  /// - Parameter inputs: files that are needed. A change that would lose one is refused.
  public init(root: String, program: Digest, apartFrom inputs: InputFiles = InputFiles()) {
    self.program = program
    self.inputs = inputs
    directory = "\(root)/\(program)"
  }

  /// The slots of every program that has some, in the order of their digests.
  public static func all(root: String) throws(StorageError) -> [Slots] {
    var all: [Slots] = []
    for name in try Storage.names(in: root).sorted() {
      guard let program = Digest(sha1: name), "\(program)" == name else { continue }
      let slots = Slots(root: root, program: program)
      if try !slots.names().isEmpty { all.append(slots) }
    }
    return all
  }

  // MARK: Looking

  /// A state's file, unread.
  public struct File: Equatable, Sendable {
    /// Where it is.
    public let path: String
    /// How long it is.
    public let byteCount: Int
    /// Whether it is locked against changes: its owner lacks the permission to write.
    public let isLocked: Bool

    /// A file of which this is known.
    public init(path: String, byteCount: Int, isLocked: Bool) {
      (self.path, self.byteCount, self.isLocked) = (path, byteCount, isLocked)
    }
  }

  /// The file of a slot or of a version of it, whether or not it is there.
  public func path(_ slot: SlotName, version: Int? = nil) -> String {
    guard let version else { return "\(directory)/\(slot)\(Slots.suffix)" }
    return "\(history(slot))/\("\(version)".padded(before: 6, with: "0"))\(Slots.suffix)"
  }

  /// The slots that hold a state or have versions, by name. Files that are not slots are skipped.
  public func names() throws(StorageError) -> [SlotName] {
    var names: Set<SlotName> = []
    for name in try Storage.names(in: directory) where name.hasSuffix(Slots.suffix) {
      guard let slot = try? SlotName(String(name.dropLast(Slots.suffix.count))) else { continue }
      do throws(StorageError) {
        if try file(slot) == nil { continue }
      } catch {
        // There is something that cannot be examined; reading it reports why.
      }
      names.insert(slot)
    }
    for name in try Storage.names(in: "\(directory)/history") {
      guard let slot = try? SlotName(name), !names.contains(slot) else { continue }
      if try !versions(of: slot).isEmpty { names.insert(slot) }
    }
    return names.sorted()
  }

  /// The numbers of a slot's earlier versions, the newest first. Higher numbers are newer. Only a
  /// regular file is a version.
  public func versions(of slot: SlotName) throws(StorageError) -> [Int] {
    try takenNumbers(of: slot).filter { number in
      let status = try? Storage.anyStatus(
        of: path(slot, version: number), followsLinks: false, .read)
      return status.map { $0.kind == .regular } ?? true
    }
  }

  /// The numbers that a version of a slot cannot have any more, the highest first.
  func takenNumbers(of slot: SlotName) throws(StorageError) -> [Int] {
    try Storage.names(in: history(slot)).compactMap(Slots.version).sorted(by: >)
  }

  /// What is in a slot, or was in it. A link in a slot's place is looked at where it leads to, but no
  /// change is made there.
  ///
  /// - Parameter version: the number of an earlier version.
  /// - Returns: nil if there is nothing.
  public func file(_ slot: SlotName, version: Int? = nil) throws(StorageError) -> File? {
    let path = path(slot, version: version)
    return try Storage.status(of: path, followsLinks: version == nil).map {
      File(path: path, byteCount: $0.byteCount, isLocked: !$0.isWritable)
    }
  }

  /// Reads what is in a slot, or was in it.
  ///
  /// - Parameter version: the number of an earlier version.
  public func image(_ slot: SlotName, version: Int? = nil) throws(StorageError) -> Image {
    let missing = StorageError.slot(slot, version.map { .noVersion($0) } ?? .empty)
    guard let file = try file(slot, version: version) else { throw missing }
    let image: Image
    do throws(StorageError) {
      image = try Image(contentsOf: file.path)
    } catch {
      // Another process may just have removed it.
      throw error.isMissingFile ? missing : error
    }
    try check(image, at: file.path)
    return image
  }

  /// Refuses the image of another program, and one that is not self-contained.
  func check(_ image: Image, at path: String) throws(StorageError) {
    let program: Program
    do throws(ImageError) {
      if let parent = try image.parent() { throw .missingParent(parent, Search()) }
      program = try image.program()
    } catch { throw .image(path, error) }
    guard program.sha1 == self.program else {
      throw .otherProgram(path, program.name)
    }
  }

  // MARK: Places

  func history(_ slot: SlotName) -> String { "\(directory)/history/\(slot)" }

  private static func version(_ name: String) -> Int? {
    let digits = name.dropLast(suffix.count)
    guard
      name.hasSuffix(suffix), digits.count >= 6, digits.first != "0" || digits.count == 6,
      let number = Int(decimal: digits), (1...maxVersionNumber).contains(number)
    else { return nil }
    return number
  }
}

extension Image {
  /// Reads an image from a file, or from standard input for `-`.
  public init(contentsOf path: String) throws(StorageError) {
    let bytes = try Storage.readEnd(path, limit: Image.maxByteCount)
    do throws(ImageError) {
      try self.init(bytes)
    } catch { throw .image(path, error) }
  }

  /// The machine in the image, which is in the file with this path.
  package func machine<M: Machine>(in path: String) throws(StorageError) -> M {
    do throws(ImageError) { return try machine() } catch { throw .image(path, error) }
  }
}
