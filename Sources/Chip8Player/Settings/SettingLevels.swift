/// Settings by where they come from. The first that sets something takes precedence:
/// docs/CONFIGURATION.md.
public struct SettingLevels: Hashable, Sendable {
  /// Where settings come from, in the order of precedence.
  public enum Level: CaseIterable, Sendable {
    /// The command line.
    case options
    /// What is kept for the program.
    case program
    /// What is kept for all programs.
    case all
    /// The user's file.
    case configuration
  }

  private var levels: [Level: Settings] = [:]

  /// Nothing is set.
  public init(options: Settings = Settings()) { self[.options] = options }

  /// What one of the levels sets.
  public subscript(level: Level) -> Settings {
    get { levels[level] ?? Settings() }
    set { levels[level] = newValue }
  }

  /// What holds.
  public var effective: Settings { given.over(preferences) }

  /// What was said of this program, which takes precedence over what its file carries.
  public var given: Settings { self[.options].over(self[.program]) }

  /// What was said of all programs, over which a program's file takes precedence.
  public var preferences: Settings { self[.all].over(self[.configuration]) }

  /// Where a setting comes from; nil if it is not set.
  public func level(of setting: Setting) -> Level? {
    Level.allCases.first { self[$0][setting] != nil }
  }

  /// Sets what is chosen while playing, which takes precedence over what was said before.
  ///
  /// - Returns: the level that has changed.
  mutating func choose(_ setting: Setting, _ text: String) throws(SettingError) -> Level {
    let level: Level =
      setting.row.scope == .program || self[.program][setting] != nil ? .program : .all
    try self[level].set(setting, to: text)
    self[.options].remove(setting, entries: text)
    return level
  }
}
