import Glibc
import Octo
import SaveState

/// A program's source that was read and not assembled yet.
struct SourceFile {
  /// More than any program of 65024 bytes is written in.
  static let byteCountMax = 2 << 20

  let path: String
  let text: String

  /// Takes the bytes of a file as the text that they should be.
  init(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    guard bytes.count <= SourceFile.byteCountMax else {
      throw .data(path, "the source is larger than 2 MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .data(path, "this is not text in UTF-8")
    }
    self.path = path
    self.text = text
  }

  init(_ path: String, text: String) {
    self.path = path
    self.text = text
  }

  init(contentsOf path: String) throws {
    try self.init(path, Storage.read(path, limit: SourceFile.byteCountMax))
  }

  func assembled() throws(Failure) -> Assembly {
    do throws(AssemblyError) {
      return try assemble(text, named: fileName(path))
    } catch {
      let caret = String(repeating: " ", count: max(0, error.column - 1)) + "^"
      throw Failure(message: "\(error)\n\(error.sourceLine)\n\(caret)", code: EX_DATAERR)
    }
  }
}
