/// The saved states of one program: numbered files in a folder named by the program's SHA-1, so
/// that renaming a program loses nothing.
public struct Slots: Sendable {
  /// The numbers that slots have.
  public static let numbers = 0...9

  /// The folder of this program's slots. It is created by the first save.
  public let folder: String

  /// The slots of a program below a folder that all programs share.
  public init(root: String, program: Digest) {
    folder = "\(root)/\(program)"
  }

  /// The file of a slot, whether or not it is there.
  public func path(_ number: Int) -> String {
    "\(folder)/slot\(number).state"
  }

  /// Saves an image in a slot, replacing what is there.
  public func save(_ image: Image, to number: Int) throws(StorageError) {
    try Storage.createFolder(folder)
    try Storage.replace(path(number), with: image.bytes)
  }
}

extension Image {
  /// Reads an image from a file, or from standard input for `-`.
  public init(contentsOf path: String) throws(FileError) {
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try Storage.read(path, limit: Image.byteCountMax)
    } catch { throw .storage(error) }
    do throws(ImageError) {
      try self.init(bytes)
    } catch { throw .image(path, error) }
  }
}

/// Why no machine could be had from a file.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// The file could not be read.
  case storage(StorageError)
  /// The file with this path holds no image that can be used.
  case image(String, ImageError)

  /// One sentence for the user, with the file's name.
  public var description: String {
    switch self {
    case .storage(let error): error.description
    case .image(let path, let error): "\(path): \(error)"
    }
  }
}
