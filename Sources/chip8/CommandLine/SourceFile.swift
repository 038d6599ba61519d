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

  /// How many mistakes are told of at once.
  private static let errorCountMax = 20

  func assembled() throws(Failure) -> Assembly {
    do throws(AssemblyErrors) {
      return try assemble(
        text, named: fileName(path).printable, errorCountMax: SourceFile.errorCountMax)
    } catch {
      var messages = error.errors.map { "\($0)\n\(Excerpt($0))" }
      if error.errors.count == SourceFile.errorCountMax {
        messages.append("\(fileName(path)): there may be more mistakes than these")
      }
      // Each one is a message of its own, for those who look for messages by their beginning.
      throw Failure(message: messages.joined(separator: "\nchip8: "), code: EX_DATAERR)
    }
  }
}

/// The line of a mistake as it is shown, with a caret below the place.
private struct Excerpt: CustomStringConvertible {
  /// How much of a line is shown on either side of the place.
  private static let reach = 60

  let description: String

  init(_ error: AssemblyError) {
    let column = max(0, error.column - 1)
    let start = max(0, column - Excerpt.reach)
    let shown = error.sourceLine.dropFirst(start).prefix(2 * Excerpt.reach)
    // Tabs stay in both lines, so that the caret stands below its place however wide they are.
    let line = shown.split(separator: "\t", omittingEmptySubsequences: false)
      .map { String($0).printable }.joined(separator: "\t")
    let before = shown.prefix(column - start).map { $0 == "\t" ? "\t" : " " }
    let missing = String(repeating: " ", count: max(0, column - start - before.count))
    description = line + "\n" + before.joined() + missing + "^"
  }
}
