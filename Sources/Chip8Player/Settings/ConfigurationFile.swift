import CTOML
import SaveState

/// The user's configuration: docs/CONFIGURATION.md. It is read and never written, and whatever is wrong in it
/// is skipped.
public struct ConfigurationFile: Sendable {
  /// Something that was skipped.
  public struct Problem: Sendable {
    /// The file.
    public let path: String
    /// Where it is; 0 for the file as a whole.
    public let line: Int
    /// What is wrong.
    public let reason: Reason
  }

  /// Why something was skipped.
  public enum Reason: Sendable {
    /// The file cannot be read.
    case unreadable(StorageError)
    /// A line is not TOML, and why.
    case notTOML(String)
    /// So much is not TOML that nothing is used.
    case nothingUsed(String)
    /// The key is not that of a setting.
    case unknown(key: String)
    /// The setting with this key does not take the value.
    case invalid(key: String, SettingError)
  }

  /// More than a user sets.
  private static let maxByteCount = 1 << 16
  /// More than any key has: each is a table within a table for the parser, whose stack has an end.
  private static let maxDotCount = 100
  private static let maxLineByteCount = 1000
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// After so many, the rest is not shown.
  private static let maxProblemCount = 20

  /// The file.
  public let path: String
  /// What it sets.
  public private(set) var settings = Settings()
  /// What was skipped, line by line.
  public private(set) var problems: [Problem] = []
  /// Whether there is such a file.
  public private(set) var exists = false

  /// Where it is: `$XDG_CONFIG_HOME/chip8/config.toml`, or what that stands for by the XDG base directory
  /// specification.
  public static var defaultPath: String {
    let home = environment("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (home ?? (environment("HOME") ?? "") + "/.config") + "/chip8/config.toml"
  }

  /// Reads a configuration, as much of it as is right.
  public init(_ path: String) {
    self.path = path
    do throws(StorageError) {
      guard let bytes = try Storage.readRegular(path, limit: ConfigurationFile.maxByteCount) else {
        return
      }
      exists = true
      read(bytes)
    } catch {
      exists = true
      skip(0, .unreadable(error))
    }
  }

  private mutating func skip(_ line: Int, _ reason: Reason) {
    problems.append(Problem(path: path, line: line, reason: reason))
  }

  /// A line that is not TOML is skipped, and the rest is read again: the parser cannot continue after its
  /// first error.
  private mutating func read(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let (line, problem) = ConfigurationFile.sanitized(line)
      lines[index] = line
      if let problem { skip(index + 1, .notTOML(problem)) }
    }
    while let error = readValues(Array(lines.joined(separator: [UInt8(ascii: "\n")]))) {
      let index = min(error.line, lines.count) - 1
      guard problems.count < ConfigurationFile.maxProblemCount, !lines[index].isEmpty else {
        skip(0, .nothingUsed(error.reason))
        break
      }
      skip(error.line, .notTOML(error.reason))
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
    guard let setting = value.setting else { return skip(value.line, .unknown(key: value.path)) }
    do throws(SettingError) {
      try settings.set(setting, to: value.text(for: setting))
    } catch { skip(value.line, .invalid(key: value.path, error)) }
  }
}

/// The value of a key.
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

  /// The setting that it is for, if there is one.
  var setting: Setting? {
    Setting.configurable.first { setting in
      let key = setting.row.key
      return setting.row.kind.isMap
        ? path.hasPrefix(key + ".") && path.utf8.count > key.utf8.count + 1 : path == key
    }
  }

  /// The setting's value, or one entry of it, as an option has it.
  func text(for setting: Setting) throws(SettingError) -> String {
    let row = setting.row
    let isEntry = row.kind.isMap && !text.contains { $0 == "," || $0 == "=" }
    guard row.kind.kinds.contains(where: { $0 == kind }), isEntry || !row.kind.isMap else {
      throw .otherType(than: row.kind)
    }
    return isEntry ? "\(path.dropFirst(row.key.utf8.count + 1))=\(text)" : text
  }
}

private func string(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  return String(decoding: bytes, as: UTF8.self)
}

extension Setting.Kind {
  /// The types that its value can have in TOML.
  fileprivate var kinds: [CTOMLKind] {
    switch self {
    case .flag: [CTOMLBoolean]
    case .number: [CTOMLInteger]
    case .choice(let values):
      values.contains { Int($0) != nil } ? [CTOMLText, CTOMLInteger] : [CTOMLText]
    case .keys, .buttons: [CTOMLText, CTOMLInteger]
    case .colors, .quirks: [CTOMLText]
    }
  }

  /// The same in words.
  var expectation: String {
    switch self {
    case .flag: "true or false"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound), without quotation marks"
    case .choice(let values): values.joined(separator: ", ")
    case .keys, .buttons: "a key of the keypad, as in \"A\", or \"none\""
    case .colors, .quirks: "a text in quotation marks"
    }
  }
}
