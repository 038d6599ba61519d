// What stands before an image in its file: a program that runs it. The engine never reads it.

import Glibc

extension Image {
  /// How large one may be that is kept: an emulator with all that it needs is a tenth of that.
  private static let preludeByteCountMax = 256 << 20

  /// What stands before the image in a file; empty if there is no such file, or no image in it.
  ///
  /// - Throws: ``FileError`` if the file cannot be read, or what stands there is larger than 256 MiB.
  public static func prelude(at path: String) throws(FileError) -> ArraySlice<UInt8> {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return []
    }
    let limit = preludeByteCountMax + byteCountMax
    let file: [UInt8]
    do throws(StorageError) {
      guard isImage(try Storage.readEnd(path, limit: footerByteCount)) else { return [] }
      file = try Storage.read(path, limit: limit)
    } catch { throw .storage(error) }
    guard file.count <= limit else { throw .image(path, .preludeTooLarge) }
    return prelude(of: file)
  }

  /// Writes the image to a file, by ``Storage/replace(_:with:execution:)``. If that can be run now, it
  /// remains a program: what stands before the image in it stays there. No other file is read.
  ///
  /// - Throws: ``FileError``; the file is as it was then.
  public func save(to path: String) throws(FileError) {
    try Image.write(Image.keptPrelude(at: path) + bytes, to: path, .asBefore)
  }

  /// What is to stay in a file that is saved to.
  private static func keptPrelude(at path: String) throws(FileError) -> ArraySlice<UInt8> {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & 0o111 != 0 else { return [] }
    do throws(FileError) {
      return try prelude(at: path)
    } catch {
      guard case .storage(let error) = error else { throw error }
      // Who saves did not mean to read.
      throw .storage(StorageError(operation: .write, path: path, code: error.code))
    }
  }

  /// Writes the image to a file that whoever may read it may run.
  ///
  /// - Parameter prelude: the program that runs it.
  /// - Throws: ``FileError``; the file is as it was then.
  public func save(to path: String, behind prelude: [UInt8]) throws(FileError) {
    try Image.write(prelude + bytes, to: path, .readers)
  }

  private static func write(
    _ bytes: [UInt8], to path: String, _ execution: Storage.Execution
  ) throws(FileError) {
    do throws(StorageError) {
      try Storage.replace(path, with: bytes, execution: execution)
    } catch { throw .storage(error) }
  }
}
