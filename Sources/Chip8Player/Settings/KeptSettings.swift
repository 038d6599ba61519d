import SaveState

/// What was chosen while playing, for one program or for all: small files below the directory of
/// the slots, with a line for each setting: its name, a blank, its value. Lines that this version does not
/// know stay as they are.
public struct KeptSettings: Sendable {
  private static let name = "settings"
  /// More than a user sets.
  private static let maxByteCount = 1 << 16

  /// The directory for all programs.
  private let root: String

  /// Keeps settings below a directory.
  public init(root: String) { self.root = root }

  /// What is kept for a program, or for all.
  public func read(_ program: Digest?) throws(StorageError) -> Settings {
    try lines(program).settings
  }

  /// Changes what is kept. Whatever happens, there is the old file or the new one.
  func change(_ program: Digest?, _ body: (inout Settings) -> Void) throws(StorageError) {
    var lines = try lines(program)
    let before = lines.settings
    body(&lines.settings)
    guard lines.settings != before else { return }
    try Storage.createDirectory(directory(of: program))
    try Storage.writeAtomically(path(program), with: Array(lines.text.utf8), as: .other)
  }

  private func directory(of program: Digest?) -> String {
    program.map { "\(root)/\($0)" } ?? root
  }

  private func path(_ program: Digest?) -> String {
    "\(directory(of: program))/\(KeptSettings.name)"
  }

  /// A file's lines. Those that are not settings stay as they are: another version may have written them.
  private struct Lines {
    var settings = Settings()
    var others: [Substring] = []

    init(_ text: String) {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let setting = Setting(rawValue: String(words[0])),
          (try? settings.set(setting, to: String(words[1]))) != nil
        else {
          others.append(line)
          continue
        }
      }
    }

    var text: String {
      let lines = Setting.allCases.compactMap { setting in
        settings[setting].map { "\(setting.rawValue) \($0)" }
      }
      return (lines + others.map(String.init)).map { $0 + "\n" }.joined()
    }
  }

  private func lines(_ program: Digest?) throws(StorageError) -> Lines {
    let bytes = try Storage.readRegular(path(program), limit: KeptSettings.maxByteCount)
    return Lines(String(decoding: bytes ?? [], as: UTF8.self))
  }
}
