import Chip8Core
import Glibc
import SaveState

/// A file that was read and not looked into yet.
public struct LoadedFile {
  /// How the user calls it; what is in a zip file has the path that it would have if that was a
  /// directory. For messages, and what follows from a name: the file itself is at ``diskPath``.
  public let path: String
  /// All of it, or the end of a large one, for an image is found there.
  public let bytes: [UInt8]
  let isImageExpected: Bool
  /// The zip file that it is in, if it is in one.
  package private(set) var archive: String?
  /// What was read from the disk, which is what a run or a command is about.
  private let file: InputFiles
  /// What it includes if it is a source, as far as that was read.
  package let included: IncludedFiles

  /// Every file that was read for it so far.
  public var inputs: InputFiles {
    var inputs = file
    inputs.add(included.inputs)
    return inputs
  }

  /// What is on the disk: the file, or the zip file that it is in.
  public var diskPath: String { archive ?? path }

  /// Reads a file as it is.
  private init(
    reading path: String, isImageExpected: Bool, _ included: IncludedFiles
  ) throws(StorageError) {
    (self.path, self.isImageExpected, self.included) = (path, isImageExpected, included)
    var file = InputFiles()
    bytes = try file.readEnd(path, limit: Image.maxByteCount, for: .subject)
    self.file = file
  }

  /// The image that the process handed over which this one was before.
  ///
  /// - Parameter path: the file that it was read from.
  package init(handed descriptor: Int32, _ path: String) throws(StorageError) {
    var file = InputFiles()
    file.remember(path, for: .subject)
    try self.init(
      path, image: Storage.readHanded(descriptor, path: path, limit: Image.maxByteCount), file)
  }

  package init(_ path: String, image bytes: [UInt8], _ file: InputFiles = InputFiles()) {
    (self.path, self.bytes, self.file) = (path, bytes, file)
    isImageExpected = true
    included = IncludedFiles(of: path)
  }

  /// What the caller has read: a file, or the program in it if it is a zip file.
  ///
  /// - Parameter path: where it was, for messages and for what follows from a name.
  public init(_ path: String, contents bytes: [UInt8]) throws {
    let file = LoadedFile(path, read: bytes)
    self = file.isZip ? try file.member(nil) : file
  }

  private init(_ path: String, read bytes: [UInt8]) {
    (self.path, self.bytes, file) = (path, Array(bytes.suffix(Image.maxByteCount)), InputFiles())
    isImageExpected = false
    included = IncludedFiles(of: path)
  }

  /// The image that another process sends.
  package init(_ channel: PeerChannel) throws(StorageError) {
    try self.init("-", image: Image.bytes(from: channel))
  }

  /// What a file holds.
  public enum Kind: Equatable, Sendable {
    /// A saved state.
    case image
    /// A GIF with a program in it.
    case cartridge
    /// A source for the assembler.
    case source
    /// A program as it is in RAM.
    case program
    /// Something else.
    case foreign(ForeignFile)
  }

  /// What the file holds, by its contents, or a source by its name.
  public var kind: Kind {
    if isImageExpected || Image.isImage(bytes) { return .image }
    if GIF.isGIF(bytes) { return .cartridge }
    if path.lowercased().hasSuffix(".8o") { return .source }
    guard let foreign = ForeignFile(bytes) else { return .program }
    let isKnown = KnownProgram.find(Program(name: "", bytes: bytes)) != nil
    return isKnown ? .program : .foreign(foreign)
  }
}

package func leastExtensions(_ path: String) -> Extensions {
  let suffix = path.split(separator: ".").last?.lowercased() ?? ""
  return Platform.allCases.first { $0.fileExtension == suffix }?.extensions ?? []
}

// MARK: - Zip files

extension LoadedFile {
  /// The file at a path, or the program in it if it is a zip file. One of several programs is named
  /// as if the zip file was a directory.
  ///
  /// - Parameter isImageExpected: whether anything but an image is refused.
  /// - Throws: ``PlayerError``, or `StorageError` for a file that cannot be read.
  public init(_ path: String, isImageExpected: Bool = false) throws {
    try self.init(path, isImageExpected: isImageExpected, IncludedFiles(of: path))
  }

  /// - Parameter included: what remembers the files that it includes, also if it cannot be used.
  init(
    _ path: String, isImageExpected: Bool = false, _ included: IncludedFiles
  ) throws {
    let file: LoadedFile
    do throws(StorageError) {
      file = try LoadedFile(reading: path, isImageExpected: isImageExpected, included)
    } catch {
      let slash = error.code == ENOTDIR ? LoadedFile.slashAfterFile(in: path) : nil
      guard let slash else { throw error }
      let zip = try LoadedFile(
        reading: String(path[..<slash]), isImageExpected: isImageExpected, included)
      guard zip.isZip else { throw error }
      let name = path[path.index(after: slash)...]
      self = try zip.member(name.isEmpty ? nil : String(name))
      return
    }
    self = file.isZip ? try file.member(nil) : file
  }

  /// Where a path continues although it has led to a file.
  private static func slashAfterFile(in path: String) -> String.Index? {
    path.indices.first { path[$0] == "/" && Storage.isFile(String(path[..<$0])) }
  }

  /// Whether it is a zip file, and not an image with one before it.
  private var isZip: Bool { Zip.isZip(bytes) && !Image.isImage(bytes) }

  /// A file in this zip file.
  ///
  /// - Parameter name: which one; nil for the only program in it.
  private func member(_ name: String?) throws -> LoadedFile {
    try inFile(path) {
      let zip = try Zip(bytes)
      let entry = try name.map { try zip.entry(named: $0) } ?? zip.program
      return LoadedFile(
        path == "-" ? entry.name : "\(path)/\(entry.name)",
        try zip.contents(of: entry, atMost: Image.maxByteCount), in: self)
    }
  }

  private init(_ path: String, _ bytes: [UInt8], in archive: LoadedFile) {
    (self.path, self.bytes, isImageExpected) = (path, bytes, archive.isImageExpected)
    (file, included) = (archive.file, archive.included)
    self.archive = archive.path
  }
}

extension Zip {
  /// The files that programs are in, by their names; all if there are none of those.
  private var programs: [Entry] {
    // Those that a file manager hides, or has added itself, are not meant.
    let visible = entries.filter { entry in
      !entry.name.hasPrefix("__MACOSX/") && !Storage.basename(of: entry.name).hasPrefix(".")
    }
    let endings = ["ch8", "c8", "8o", "sc8", "xo8", "rom", "gif", "state"]
    let programs = visible.filter { entry in
      endings.contains(entry.name.split(separator: ".").last?.lowercased() ?? "")
    }
    return programs.isEmpty ? visible : programs
  }

  fileprivate var program: Entry {
    get throws(ContentsError) {
      let programs = programs
      guard let program = programs.first else { throw .emptyZip }
      guard programs.count == 1 else { throw .severalInZip(programs.map(\.name)) }
      return program
    }
  }

  fileprivate func entry(named name: String) throws(ContentsError) -> Entry {
    let found = entries.filter { $0.name == name }
    guard let entry = found.first else {
      throw .missingInZip(name, has: entries.map(\.name))
    }
    guard found.count == 1 else { throw .ambiguousInZip(name, count: found.count) }
    return entry
  }
}

// MARK: - Programs

/// What a program is called: its file's name without directories and suffix.
package func programName(_ path: String) -> String {
  let name = path == "-" ? "program" : Storage.basename(of: path)
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}

extension LoadedFile {
  /// The program in the file, whatever it is in, and the machine that it is for unless another is named.
  public func contents() throws -> (program: Program, configuration: Configuration) {
    var inputs = InputFiles()
    return try contents(DependencyPaths(), &inputs)
  }

  /// The same, where an image may leave something out.
  ///
  /// - Parameters:
  ///   - dependencies: where to look for that besides the image's directory.
  ///   - inputs: to what is added where it was found.
  package func contents(
    _ dependencies: DependencyPaths, _ inputs: inout InputFiles
  ) throws -> (program: Program, configuration: Configuration) {
    switch kind {
    case .image:
      let machine: Chip8 = try inFile(path) {
        try dependencies.completed(Image(bytes), at: diskPath, &inputs).machine()
      }
      return (machine.program, machine.state.configuration)
    case .cartridge:
      let cartridge = try Cartridge(self)
      return try contents(SourceFile(self, inCartridge: cartridge.program), cartridge.options)
    case .source:
      return try contents(SourceFile(self), CartridgeOptions())
    case .program:
      let program = try program(bytes)
      return (program, Configuration(for: program, atLeast: leastExtensions(path)))
    case .foreign(let foreign): throw PlayerError.contents(path: path, foreign)
    }
  }

  private func contents(
    _ source: SourceFile, _ options: CartridgeOptions
  ) throws -> (program: Program, configuration: Configuration) {
    let program = try program(source.assembled().program)
    return (program, options.configuration(for: program))
  }

  private func program(_ bytes: [UInt8]) throws -> Program {
    let limit = Platform.largestProgramByteCount
    try inFile(path) {
      if bytes.isEmpty { throw ContentsError.emptyProgram }
      if bytes.count > limit { throw ContentsError.programTooLarge(limit: limit) }
    }
    return Program(name: programName(path), bytes: bytes)
  }
}
