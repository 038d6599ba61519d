import Chip8Core
import Octo
import SaveState

/// A file that was read and not looked into yet.
public struct LoadedFile: Sendable {
  /// How the file is called; `-` is standard input.
  public let path: String
  /// All of it, or the end of a large one, for an image is found there.
  public let bytes: [UInt8]
  /// Whether it has to be an image.
  let isImageExpected: Bool
  /// This file, which is what a run or a command is about.
  public let inputs: InputFiles

  /// Reads a program's file, in whatever form, or an image.
  ///
  /// - Parameter isImageExpected: whether anything but an image is refused.
  public init(_ path: String, isImageExpected: Bool = false) throws(StorageError) {
    self.path = path
    self.isImageExpected = isImageExpected
    var inputs = InputFiles()
    bytes = try inputs.readEnd(path, limit: Image.byteCountMax, for: .subject)
    self.inputs = inputs
  }

  /// The image that the process handed over which this one was before.
  ///
  /// - Parameter path: the file that it was read from.
  package init(handed descriptor: Int32, _ path: String) throws(StorageError) {
    self.path = path
    isImageExpected = true
    inputs = InputFiles()
    bytes = try Storage.readHanded(descriptor, path: path, limit: Image.byteCountMax)
  }

  /// An image that was read from a file.
  package init(_ path: String, image bytes: [UInt8]) {
    (self.path, self.bytes) = (path, bytes)
    isImageExpected = true
    inputs = InputFiles()
  }

  /// The image that another process sends.
  package init(_ conversation: Conversation) throws(FileError) {
    path = "-"
    isImageExpected = true
    inputs = InputFiles()
    bytes = try Image.bytes(from: conversation)
  }

  /// What a file holds.
  public enum Kind: Sendable {
    case image
    case cartridge
    case source
    case program
  }

  /// What the file holds, by its contents, or a source by its name.
  public var kind: Kind {
    if isImageExpected || Image.isImage(bytes) { return .image }
    if GIF.isGIF(bytes) { return .cartridge }
    return path.lowercased().hasSuffix(".8o") ? .source : .program
  }

  /// The program in the file, whatever it is in.
  public func program() throws(PlayerError) -> Program {
    switch kind {
    case .image:
      do throws(ImageError) {
        return try Image(bytes).program()
      } catch { throw .contents(path: path, error) }
    case .cartridge:
      let source = try SourceFile(path, text: Cartridge(self).program, inputs)
      return try program(source.assembled().program)
    case .source: return try program(SourceFile(self).assembled().program)
    case .program: return try program(bytes)
    }
  }

  func program(_ bytes: [UInt8]) throws(PlayerError) -> Program {
    let program = Program(name: programName(path), bytes: bytes)
    try program.check(path)
    return program
  }
}

/// What a program is called: its file's name without directories and suffix.
package func programName(_ path: String) -> String {
  let name = path == "-" ? "program" : String(path.split(separator: "/").last ?? "program")
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}

extension Program {
  /// Why no machine can run a program.
  enum Unfit: Error, CustomStringConvertible {
    case empty
    case tooLarge

    var description: String {
      switch self {
      case .empty: "the program is empty"
      case .tooLarge:
        "no machine has room for a program of more than "
          + "\(Platform.xochip.programByteCountMax) bytes"
      }
    }
  }

  /// Refuses what no machine could run.
  ///
  /// - Parameter path: the file that it comes from.
  package func check(_ path: String) throws(PlayerError) {
    guard !bytes.isEmpty else { throw .contents(path: path, Unfit.empty) }
    guard bytes.count <= Platform.xochip.programByteCountMax else {
      throw .contents(path: path, Unfit.tooLarge)
    }
  }
}
