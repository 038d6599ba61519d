import SaveState

/// What the player has set, and what of it could not be read.
public struct PlayerSettings: Sendable {
  /// The settings, by where they come from.
  public private(set) var levels: SettingLevels
  /// What could not be read.
  public private(set) var notices: [Notice] = []
  /// Where it is kept what is chosen while playing.
  public let kept: KeptSettings

  /// Reads the configuration and what is kept for all programs.
  ///
  /// - Parameters:
  ///   - given: what takes precedence, such as the options of a command line.
  ///   - config: the configuration; nil for that at ``ConfigurationFile/defaultPath``, and `off` for none.
  ///   - slotsRoot: where it is kept what is chosen while playing.
  /// - Throws: ``PlayerError/noFile(path:)`` for a configuration that is named and does not exist.
  public init(_ given: Settings, config: String?, slotsRoot: String) throws(PlayerError) {
    levels = SettingLevels(options: given)
    kept = KeptSettings(root: slotsRoot)
    if config != "off" {
      let file = ConfigurationFile(config ?? ConfigurationFile.defaultPath)
      guard file.exists || config == nil else { throw .noFile(path: file.path) }
      levels[.configuration] = file.settings
      notices = file.problems.map { .configuration($0) }
    }
    do throws(StorageError) { levels[.all] = try kept.read(nil) } catch {
      notices.append(.settingsFailed(isReading: true, error))
    }
  }

  /// Takes what is kept for a program.
  public mutating func readProgram(_ program: Digest) {
    if let error = levels.readProgram(program, kept) {
      notices.append(.settingsFailed(isReading: true, error))
    }
  }
}
