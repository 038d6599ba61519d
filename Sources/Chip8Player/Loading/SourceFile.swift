import Octo
import SaveState

/// A program's source that was read and not assembled yet.
package struct SourceFile {
  /// More than any program of 65024 bytes is written in.
  package static let maxByteCount = 2 << 20
  /// How many errors are reported at once.
  package static let maxErrorCount = 20

  private let file: LoadedFile
  package let text: String
  /// Why it can include nothing, if it cannot.
  private let isAlone: IncludeError?

  package var path: String { file.path }
  /// Every file that it was read from, once it is assembled with those that it includes.
  package var inputs: InputFiles { file.inputs }

  /// Takes a file as the text that it should be.
  ///
  /// - Parameter isForCartridge: whether it will be in a cartridge, which holds one source.
  package init(_ file: LoadedFile, isForCartridge: Bool = false) throws {
    text = try inFile(file.path) {
      guard file.bytes.count <= SourceFile.maxByteCount else {
        throw ContentsError.sourceTooLarge
      }
      guard let text = String(validating: file.bytes, as: UTF8.self) else {
        throw ContentsError.notUTF8
      }
      return text
    }
    self.file = file
    isAlone =
      isForCartridge
      ? .inCartridge : file.diskPath == "-" ? .inStandardInput : file.archive.map { _ in .inZip }
  }

  init(_ file: LoadedFile, inCartridge text: String) {
    (self.file, self.text) = (file, text)
    isAlone = .inCartridge
  }

  package func assembled() throws -> Assembly {
    do throws(AssemblyErrors) {
      return try assemble(
        text, named: inputName(path),
        including: { path throws(IncludeError) in
          if let isAlone { throw isAlone }
          return try file.included.text(path)
        }, maxErrorCount: SourceFile.maxErrorCount)
    } catch { throw PlayerError.source(path: path, error) }
  }
}
