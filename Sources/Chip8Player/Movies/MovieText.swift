// The text form of a movie: docs/MOVIES.md.

import Chip8Core
import SaveState

/// A movie as text, for people and for `diff`. To change the text is to change the movie.
package struct MovieText {
  /// The lines, without comments and blanks around them; with their numbers.
  let lines: [(number: Int, words: [Word])]

  static let firstLine = "movie 1"
  /// How many bytes of a program or an image are on a line.
  static let dataByteCount = 48

  /// A word of a line.
  enum Word: Hashable {
    case plain(String)
    /// One in quotation marks, which can have anything in it.
    case quoted(String)
  }

  /// Whether some bytes are the text form of a movie, whatever follows its first line.
  package static func isMovie(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == UInt8(ascii: "m") || bytes.first == UInt8(ascii: "#") else { return false }
    let first = bytes.split(whereSeparator: isLineEnd).lazy.map { $0.prefix { $0 != hash } }
      .first { line in line.contains { $0 != UInt8(ascii: " ") } }
    return first.map { String(decoding: $0, as: UTF8.self).hasPrefix(firstLine) } ?? false
  }

  /// Whether a file with this name gets the text form of a movie.
  package static func isName(_ path: String) -> Bool {
    path == "-" || path.lowercased().hasSuffix(".txt")
  }

  /// Parts the text into words.
  package init(_ bytes: [UInt8]) throws(MovieError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badLine(1, .notUTF8)
    }
    var lines: [(number: Int, words: [Word])] = []
    let all = text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }
    for (index, line) in all.enumerated() {
      let words = try MovieText.words(of: line, index + 1)
      if !words.isEmpty { lines.append((index + 1, words)) }
    }
    self.lines = lines
  }

  /// - Parameter line: of UTF-8.
  private static func words(
    of line: Substring.UTF8View, _ number: Int
  ) throws(MovieError) -> [Word] {
    var (words, rest) = ([Word](), line[...])
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): rest = rest.dropFirst()
      case hash: return words
      case quote:
        guard let (text, next) = unquoted(rest.dropFirst()) else {
          throw .badLine(number, .quotation)
        }
        words.append(.quoted(text))
        rest = next
      default:
        let word = rest.prefix { $0 > UInt8(ascii: " ") && $0 != hash && $0 != quote }
        guard !word.isEmpty else { throw .badLine(number, .controlCharacter) }
        words.append(.plain(String(word) ?? ""))
        rest = rest.dropFirst(word.count)
      }
    }
    return words
  }
}

private let hash = UInt8(ascii: "#")
private let quote = UInt8(ascii: "\"")

// MARK: - Texts

extension MovieText {
  /// A text in quotation marks. What cannot be seen is written as its number.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\\(scalar)"
      } else if scalar.isHidden || scalar.value == 0xFEFF {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The text up to a quotation mark, and what comes after that.
  private static func unquoted(
    _ line: Substring.UTF8View
  ) -> (String, rest: Substring.UTF8View)? {
    var (bytes, rest) = ([UInt8](), line)
    while let byte = rest.popFirst() {
      switch byte {
      case quote: return String(validating: bytes, as: UTF8.self).map { ($0, rest) }
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        if escaped == quote || escaped == UInt8(ascii: "\\") {
          bytes.append(escaped)
          continue
        }
        guard escaped == UInt8(ascii: "u"), rest.popFirst() == UInt8(ascii: "{") else { return nil }
        let digits = rest.prefix { $0 != UInt8(ascii: "}") }
        rest = rest.dropFirst(digits.count + 1)
        guard
          let text = String(digits), text.count <= 6, let value = UInt32(hexadecimal: text),
          let scalar = Unicode.Scalar(value)
        else { return nil }
        bytes += Array(String(scalar).utf8)
      default: bytes.append(byte)
      }
    }
    return nil
  }
}
