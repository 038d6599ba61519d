import Chip8Core
import Glibc
import SaveState

/// A file that was read and not looked into yet.
struct LoadedFile {
  /// How the user calls it; what is in a zip file has the path that it would have if that was a
  /// directory. For messages, and what follows from a name: the file itself is at ``diskPath``.
  let path: String
  /// All of it, or the end of a large one, for an image is found there.
  let bytes: [UInt8]
  /// Whether it has to be an image.
  let isRestore: Bool
  /// The zip file that it is in, if it is in one.
  private(set) var archive: String?
  /// What was read from the disk, which is what a run or a command is about.
  private let file: InputFiles
  /// What it includes if it is a source, as far as that was read.
  let included: IncludedFiles

  /// Every file that was read for it so far.
  var inputs: InputFiles {
    var inputs = file
    inputs.add(included.inputs)
    return inputs
  }

  /// What is on the disk: the file, or the zip file that it is in.
  var diskPath: String { archive ?? path }

  /// Reads a file as it is.
  private init(
    reading path: String, isRestore: Bool, _ included: IncludedFiles
  ) throws(StorageError) {
    (self.path, self.isRestore, self.included) = (path, isRestore, included)
    var file = InputFiles()
    bytes = try file.readEnd(path, limit: Image.byteCountMax, for: .subject)
    self.file = file
  }

  /// The image that the process handed over which this one was before.
  ///
  /// - Parameter path: the file that it was read from.
  init(handed descriptor: Int32, _ path: String) throws(StorageError) {
    try self.init(
      path, image: Storage.readHanded(descriptor, path: path, limit: Image.byteCountMax))
  }

  /// An image that was read from a file.
  init(_ path: String, image bytes: [UInt8]) {
    (self.path, self.bytes) = (path, bytes)
    isRestore = true
    file = InputFiles()
    included = IncludedFiles(of: path)
  }

  /// The image that another process sends.
  init(_ conversation: Conversation) throws(FileError) {
    try self.init("-", image: Image.bytes(from: conversation))
  }

  /// What a file holds.
  enum Kind: Equatable {
    case image
    case cartridge
    case source
    case program
    /// Something else, as ``ForeignFile`` describes it.
    case foreign(String)
  }

  /// What the file holds, by its contents, or a source by its name.
  var kind: Kind {
    if isRestore || Image.isImage(bytes) { return .image }
    if GIF.isGIF(bytes) { return .cartridge }
    if path.lowercased().hasSuffix(".8o") { return .source }
    guard let description = ForeignFile.description(of: bytes) else { return .program }
    let isKnown = KnownProgram.find(Program(name: "", bytes: bytes)) != nil
    return isKnown ? .program : .foreign(description)
  }
}

/// What a program needs at least, as far as its file's name says so.
func leastExtensions(_ path: String) -> Extensions {
  switch path.split(separator: ".").last?.lowercased() {
  case "sc8": Platform.schip.extensions
  case "xo8": Platform.xochip.extensions
  default: []
  }
}

// MARK: - Zip files

extension LoadedFile {
  /// The file at a path, or the program in it if it is a zip file. One of several programs is named
  /// as if the zip file was a directory.
  ///
  /// - Parameter included: what remembers the files that it includes, also if it cannot be used.
  init(_ path: String, isRestore: Bool, _ included: IncludedFiles? = nil) throws {
    let included = included ?? IncludedFiles(of: path)
    let file: LoadedFile
    do throws(StorageError) {
      file = try LoadedFile(reading: path, isRestore: isRestore, included)
    } catch {
      let slash = error.code == ENOTDIR ? LoadedFile.slashAfterFile(in: path) : nil
      guard let slash else { throw error }
      let zip = try LoadedFile(reading: String(path[..<slash]), isRestore: isRestore, included)
      guard zip.isZip else { throw error }
      let name = path[path.index(after: slash)...]
      self = try zip.member(name.isEmpty ? nil : String(name))
      return
    }
    self = file.isZip ? try file.member(nil) : file
  }

  /// Where a path goes on although it has led to a file.
  private static func slashAfterFile(in path: String) -> String.Index? {
    path.indices.first { path[$0] == "/" && Storage.isFile(String(path[..<$0])) }
  }

  /// Whether it is a zip file, and not an image with one before it.
  private var isZip: Bool { Zip.isZip(bytes) && !Image.isImage(bytes) }

  /// A file in this zip file.
  ///
  /// - Parameter name: which one; nil for the only program in it.
  private func member(_ name: String?) throws(Failure) -> LoadedFile {
    do throws(Zip.Refusal) {
      let zip = try Zip(bytes)
      let entry: Zip.Entry
      if let name { entry = try zip.entry(named: name) } else { entry = try zip.program }
      return LoadedFile(
        path == "-" ? entry.name : "\(path)/\(entry.name)",
        try zip.contents(of: entry, atMost: Image.byteCountMax), in: self)
    } catch { throw .data(path, error.reason) }
  }

  private init(_ path: String, _ bytes: [UInt8], in archive: LoadedFile) {
    (self.path, self.bytes, isRestore) = (path, bytes, archive.isRestore)
    (file, included) = (archive.file, archive.included)
    self.archive = archive.path
  }
}

extension Zip {
  private static let nameCountMax = 8

  /// The files that programs are in, by their names; all if there are none of those.
  private var programs: [Entry] {
    // Those that a file manager hides, or has put there itself, are not what anybody packed.
    let visible = entries.filter { entry in
      !entry.name.hasPrefix("__MACOSX/") && !Storage.leafName(of: entry.name).hasPrefix(".")
    }
    let endings = ["ch8", "c8", "8o", "sc8", "xo8", "rom", "gif", "state"]
    let programs = visible.filter { entry in
      endings.contains(entry.name.split(separator: ".").last?.lowercased() ?? "")
    }
    return programs.isEmpty ? visible : programs
  }

  /// The program in the archive.
  fileprivate var program: Entry {
    get throws(Refusal) {
      let programs = programs
      guard let program = programs.first else { throw Refusal(reason: "this zip file is empty") }
      guard programs.count == 1 else {
        throw Refusal(
          reason: "this zip file holds \(programs.count) files; name one of them after it and a "
            + "slash: \(names(programs))")
      }
      return program
    }
  }

  fileprivate func entry(named name: String) throws(Refusal) -> Entry {
    let found = entries.filter { $0.name == name }
    guard let entry = found.first else {
      throw Refusal(reason: "this zip file has no \(name) in it, but \(names(entries))")
    }
    guard found.count == 1 else {
      throw Refusal(reason: "this zip file has \(name) in it \(found.count) times: unpack it first")
    }
    return entry
  }

  private func names(_ entries: [Entry]) -> String {
    let names = entries.prefix(Zip.nameCountMax).map(\.name).joined(separator: ", ")
    let more = entries.count - Zip.nameCountMax
    return more > 0 ? "\(names) and \(more) more" : entries.isEmpty ? "nothing" : names
  }
}
