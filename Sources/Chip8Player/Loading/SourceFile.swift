import Octo
import SaveState

/// A program's source that was read and not assembled yet.
package struct SourceFile {
  /// More than any program of 65024 bytes is written in.
  package static let byteCountMax = 2 << 20
  /// How many errors are reported at once.
  package static let errorCountMax = 20

  package let path: String
  package let text: String
  /// Every file that it was read from.
  package let inputs: InputFiles

  init(_ file: LoadedFile) throws(PlayerError) {
    try self.init(file.path, file.bytes, file.inputs)
  }

  /// Takes the bytes of a file as the text that they should be.
  private init(_ path: String, _ bytes: [UInt8], _ inputs: InputFiles) throws(PlayerError) {
    guard bytes.count <= SourceFile.byteCountMax else {
      throw .contents(path: path, Refusal.tooLarge)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .contents(path: path, Refusal.notText)
    }
    self.init(path, text: text, inputs)
  }

  package init(_ path: String, text: String, _ inputs: InputFiles) {
    self.path = path
    self.text = text
    self.inputs = inputs
  }

  package init(contentsOf path: String) throws(PlayerError) {
    var inputs = InputFiles()
    let bytes = try PlayerError.rethrowing { () throws(StorageError) in
      try inputs.read(path, limit: SourceFile.byteCountMax)
    }
    try self.init(path, bytes, inputs)
  }

  package func assembled() throws(PlayerError) -> Assembly {
    do throws(AssemblyErrors) {
      return try assemble(text, named: inputName(path), errorCountMax: SourceFile.errorCountMax)
    } catch { throw .source(path: path, error) }
  }

  private enum Refusal: String, Error, CustomStringConvertible {
    case tooLarge = "the source is larger than 2 MiB"
    case notText = "this is not text in UTF-8"

    var description: String { rawValue }
  }
}
