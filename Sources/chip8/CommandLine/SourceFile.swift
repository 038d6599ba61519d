import Glibc
import Octo
import SaveState

/// A program's source that was read and not assembled yet.
struct SourceFile {
  /// More than any program of 65024 bytes is written in.
  static let byteCountMax = 2 << 20

  private let file: LoadedFile
  let text: String
  /// Why it can include nothing, if it cannot.
  private let isAlone: IncludeError?

  var path: String { file.path }
  /// Every file that it was read from, once it is assembled with those that it includes.
  var inputs: InputFiles { file.inputs }

  /// Takes a file as the text that it should be.
  ///
  /// - Parameter isForCartridge: whether it will be in a cartridge, which holds one source.
  init(_ file: LoadedFile, isForCartridge: Bool = false) throws(Failure) {
    guard file.bytes.count <= SourceFile.byteCountMax else {
      throw .data(file.path, "the source is larger than 2 MiB")
    }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw .data(file.path, "this is not text in UTF-8")
    }
    (self.file, self.text) = (file, text)
    isAlone =
      isForCartridge
      ? SourceFile.isInCartridge
      : file.diskPath == "-" ? SourceFile.isPiped : file.archive.map { _ in SourceFile.isZipped }
  }

  /// The source in a cartridge.
  init(_ file: LoadedFile, inCartridge text: String) {
    (self.file, self.text) = (file, text)
    isAlone = SourceFile.isInCartridge
  }

  private static let isInCartridge = IncludeError(
    "cannot be included in a cartridge, which holds one source")
  private static let isZipped = IncludeError(
    "cannot be included in a zip file: unpack it first")
  private static let isPiped = IncludeError(
    "cannot be included by standard input: name a file")

  /// How many errors are reported at once.
  private static let errorCountMax = 20

  func assembled() throws(Failure) -> Assembly {
    do throws(AssemblyErrors) {
      return try assemble(
        text, named: fileName(path),
        including: { path throws(IncludeError) in
          if let isAlone { throw isAlone }
          return try file.included.text(path)
        }, errorCountMax: SourceFile.errorCountMax)
    } catch {
      var failures = error.errors.map(Failure.init)
      if failures.count == SourceFile.errorCountMax {
        failures.append(.data(path, "there may be more errors than these"))
      }
      // Each one is a message of its own, for those who look for messages by their beginning.
      var first = failures.removeFirst()
      first.others = failures
      throw first
    }
  }
}

extension Failure {
  /// How much of a line is shown on either side of the place.
  private static let reach = 60

  /// An error in a source, with its line and a caret below the place.
  fileprivate init(_ error: AssemblyError) {
    let column = max(0, error.column - 1)
    let start = max(0, column - Failure.reach)
    let line = error.sourceLine.dropFirst(start).prefix(2 * Failure.reach)
    // Tabs are in both lines, so that the caret stands below its place however wide they are.
    let before = line.prefix(column - start).sourceText.map { $0 == "\t" ? "\t" : " " }
    let missing = String(repeating: " ", count: max(0, column - start - before.count))
    self.init(
      message: error.description, excerpt: [String(line), before.joined() + missing + "^"],
      code: EX_DATAERR)
  }
}
