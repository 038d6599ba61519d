import CTOML
import Chip8Player
import Glibc
import SaveState

/// The user's configuration: docs/CONFIGURATION.md. It is read and never written, and whatever is wrong in it
/// is skipped.
struct ConfigurationFile {
  /// Something that was skipped.
  struct Problem {
    /// Where it is; 0 for the file as a whole.
    let line: Int
    /// A sentence that names the file.
    let text: String
  }

  /// More than anybody sets.
  private static let maxByteCount = 1 << 16
  /// More than any key has: each is a table within a table for the parser, whose stack has an end.
  private static let maxDotCount = 100
  private static let maxLineByteCount = 1000
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// After so many, nobody wants to read on.
  private static let maxProblemCount = 20

  let path: String
  private(set) var settings = Settings()
  private(set) var problems: [Problem] = []
  /// Whether there is such a file.
  private(set) var isThere = false

  /// Where it is: `$XDG_CONFIG_HOME/chip8/config.toml`, or what that stands for by the XDG base directory
  /// specification.
  static var defaultPath: String {
    let value = { (name: String) in getenv(name).map { String(cString: $0) } ?? "" }
    let home = value("XDG_CONFIG_HOME")
    return (home.hasPrefix("/") ? home : value("HOME") + "/.config") + "/chip8/config.toml"
  }

  /// Reads a configuration, as much of it as is right.
  init(_ path: String) {
    self.path = path
    do throws(StorageError) {
      guard let bytes = try Storage.readRegular(path, limit: ConfigurationFile.maxByteCount) else {
        return
      }
      isThere = true
      read(bytes)
    } catch {
      isThere = true
      problems = [Problem(line: 0, text: error.description)]
    }
  }

  /// `--config` names a file that does not exist.
  var missingFile: Failure {
    Failure(message: "\(fileName(path)): no such file", code: EX_NOINPUT)
  }

  private mutating func skip(_ line: Int, _ reason: String) {
    let place = line > 0 ? "\(fileName(path)):\(line)" : fileName(path)
    problems.append(Problem(line: line, text: "\(place): \(reason)"))
  }

  /// A line that is not TOML is skipped, and the rest is read again: a parser cannot go on behind its first
  /// error.
  private mutating func read(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let (line, problem) = ConfigurationFile.sanitized(line)
      lines[index] = line
      if let problem { skip(index + 1, "not TOML: \(problem)") }
    }
    while let error = readValues(Array(lines.joined(separator: [UInt8(ascii: "\n")]))) {
      let index = min(error.line, lines.count) - 1
      guard problems.count < ConfigurationFile.maxProblemCount, !lines[index].isEmpty else {
        skip(0, "not TOML: \(error.reason); nothing in it is used")
        break
      }
      skip(error.line, "not TOML: \(error.reason)")
      // What follows the name of a table that cannot be read is in no other table.
      let isHeading = lines[index].first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "[")
      lines[index] = []
      guard isHeading else { continue }
      for next in lines.indices.dropFirst(index + 1) {
        if lines[next].first == UInt8(ascii: "[") { break }
        lines[next] = []
      }
    }
    problems.sort { $0.line < $1.line }
  }

  /// A line that the parser can be given, and why it is empty if it is not what is in the file.
  ///
  /// No setting has anything but ASCII in its name and value. In other letters outside of texts and comments,
  /// toml++ 3.3 runs into what it takes for unreachable.
  private static func sanitized(_ line: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, problem: String?)
  {
    guard String(validating: line, as: UTF8.self) != nil else { return ([], "not UTF-8") }
    let line = line.starts(with: byteOrderMark) ? line.dropFirst(byteOrderMark.count) : line
    let isComment = line.first == UInt8(ascii: "#")
    guard isComment || line.count <= maxLineByteCount else {
      return ([], "longer than \(maxLineByteCount) bytes")
    }
    guard isComment || line.count(where: { $0 == UInt8(ascii: ".") }) <= maxDotCount else {
      return ([], "more than \(maxDotCount) dots")
    }
    return (ArraySlice(line.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }), nil)
  }

  /// Takes all values if the text is TOML.
  ///
  /// - Returns: the first error, if there is one.
  private mutating func readValues(_ bytes: [UInt8]) -> (line: Int, reason: String)? {
    var values: [Value] = []
    var reason = [CChar](repeating: 0, count: 256)
    let visit: @convention(c) (UnsafeMutableRawPointer?, CTOMLValue) -> Void = { values, value in
      values?.assumingMemoryBound(to: [Value].self).pointee.append(Value(value))
    }
    let line = bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      return withUnsafeMutablePointer(to: &values) { values in
        CTOML_read(start, bytes.count, values, visit, &reason, reason.count)
      }
    }
    guard line == 0 else {
      let text = reason.withUnsafeBytes { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      return (Int(line), String(text.trimmingPrefix("Error while ")))
    }
    for value in values.sorted(by: { $0.line < $1.line }) { take(value) }
    return nil
  }

  private mutating func take(_ value: Value) {
    do throws(SettingError) {
      let (setting, text) = try value.setting()
      try settings.set(setting, to: text)
    } catch { skip(value.line, "\(value.path): \(error)") }
  }
}

/// What stands for a key.
private struct Value {
  let path: String
  let kind: CTOMLKind
  let text: String
  let line: Int

  init(_ value: CTOMLValue) {
    path = string(value.path, value.pathByteCount)
    kind = value.kind
    text = string(value.text, value.textByteCount)
    line = Int(value.line)
  }

  /// The setting that it is for, and its value or one entry as an option has it.
  func setting() throws(SettingError) -> (Setting, String) {
    let settings = Setting.configurable
    if let setting = settings.first(where: { $0.row.key == path && !$0.row.kind.isMap }) {
      guard setting.row.kind.kinds.contains(where: { $0 == kind }) else {
        throw SettingError("takes \(setting.row.kind.expectation)")
      }
      return (setting, text)
    }
    let parts = path.split(separator: ".", maxSplits: 1)
    guard parts.count == 2,
      let setting = settings.first(where: { $0.row.key == parts[0] && $0.row.kind.isMap })
    else {
      throw SettingError("no such setting; chip8 config show lists them")
    }
    guard kind == CTOMLText || kind == CTOMLInteger, !text.contains(","), !text.contains("=") else {
      throw SettingError("takes a key of the keypad, as in \"A\", or \"none\"")
    }
    return (setting, "\(parts[1])=\(text)")
  }
}

private func string(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  return String(decoding: bytes, as: UTF8.self)
}

extension Setting.Kind {
  /// What can stand for it in TOML.
  fileprivate var kinds: [CTOMLKind] {
    switch self {
    case .flag: [CTOMLBoolean]
    case .number: [CTOMLInteger]
    case .choice(let values):
      values.contains { Int($0) != nil } ? [CTOMLText, CTOMLInteger] : [CTOMLText]
    case .colors, .keys, .buttons, .quirks: [CTOMLText]
    }
  }

  /// The same in words.
  fileprivate var expectation: String {
    switch self {
    case .flag: "true or false"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound), without quotation marks"
    case .choice(let values): values.joined(separator: ", ")
    case .colors, .keys, .buttons, .quirks: "a text in quotation marks"
    }
  }
}
