import Glibc
import Octo
import SaveState

/// A program's source that was read and not assembled yet.
struct SourceFile {
  /// More than any program of 65024 bytes is written in.
  static let byteCountMax = 2 << 20

  let path: String
  let text: String
  /// Every file that it was read from.
  let inputs: InputFiles

  init(_ file: LoadedFile) throws(Failure) {
    try self.init(file.path, file.bytes, file.inputs)
  }

  /// Takes the bytes of a file as the text that they should be.
  private init(_ path: String, _ bytes: [UInt8], _ inputs: InputFiles) throws(Failure) {
    guard bytes.count <= SourceFile.byteCountMax else {
      throw .data(path, "the source is larger than 2 MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .data(path, "this is not text in UTF-8")
    }
    self.init(path, text: text, inputs)
  }

  init(_ path: String, text: String, _ inputs: InputFiles) {
    self.path = path
    self.text = text
    self.inputs = inputs
  }

  init(contentsOf path: String) throws {
    var inputs = InputFiles()
    let bytes = try inputs.read(path, limit: SourceFile.byteCountMax)
    try self.init(path, bytes, inputs)
  }

  /// How many errors are reported at once.
  private static let errorCountMax = 20

  func assembled() throws(Failure) -> Assembly {
    do throws(AssemblyErrors) {
      return try assemble(text, named: fileName(path), errorCountMax: SourceFile.errorCountMax)
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
