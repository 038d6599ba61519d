import Chip8Core
import SaveState

/// Changing settings while playing. They apply at once, and are kept for next time.
extension PlaySession {
  /// Sets a setting; if it has entries, only the named ones. An invalid text changes nothing.
  public func set(_ setting: Setting, to text: String) {
    guard let value = try? setting.row.kind.checked(text),
      let level = try? settings.choose(setting, value)
    else { return }
    apply(setting, value)
    keep(level) { try? $0.set(setting, to: value) }
  }

  /// Keeps a setting's current value for all programs.
  public func keepForAll(_ setting: Setting) {
    guard let value = settings.given[setting] ?? shown(setting) else { return }
    forget(setting, levels: [.options, .program])
    try? settings[.all].set(setting, to: value)
    keep(.all) { try? $0.set(setting, to: value) }
    settingsChanged()
    report(.keptForAll(setting))
  }

  /// Resets a setting to what it was before it was changed while playing.
  public func useDefault(_ setting: Setting) {
    forget(setting, levels: [.options, .program, .all])
    settingsChanged()
  }

  private func forget(_ setting: Setting, levels: [SettingLevels.Level]) {
    for level in levels where settings[level][setting] != nil {
      settings[level].remove(setting)
      keep(level) { $0.remove(setting) }
    }
    switch setting {
    case .colors: player.forgetMetadata(\.colors)
    case .rotate: player.forgetMetadata(\.rotation)
    case .speed: player.forgetMetadata(\.speed)
    case .keyMap: player.forgetMetadata(\.keys)
    default: break
    }
  }

  // MARK: Keys

  /// Assigns a key of the keyboard to one of the keypad.
  ///
  /// - Parameter usage: the key, by its usage of page 7 in the USB HID usage tables.
  /// - Returns: false for a key that is reserved for commands.
  public func assign(_ usage: UInt8, to key: UInt8) -> Bool {
    let name = KeyName.name(of: usage)
    guard KeyName.usage(of: name) == usage else { return false }
    set(.keyMap, to: "\(name)=\(hexadecimal(key, 1))")
    return true
  }

  /// Assigns a button of a pad to a key of the keypad.
  ///
  /// - Returns: false for a button that is reserved for commands.
  public func assign(_ button: PlayerButton, to key: UInt8) -> Bool {
    guard PlayerButton.buttons.contains(button.button) else { return false }
    set(.padMap, to: "\(button.name)=\(hexadecimal(key, 1))")
    return true
  }

  /// Resets a key of the keypad: removes what was assigned to it while playing, and what its usual keys and
  /// buttons were assigned to instead.
  public func resetKey(_ key: UInt8) {
    let usual = KeyMap(for: programKeys)
    let usages = player.keyAssignments.filter {
      $0.key == key || usual[UInt32($0.usage)] == KeySet(key: key)
    }.map(\.usage)
    let usualPads = PadMap(for: programKeys)
    let buttons = settings.effective.buttons.filter {
      $0.value == key || usualPads[$0.key.button, $0.key.player] == key
    }.keys
    remove(.keyMap, usages.map(KeyName.name(of:)))
    remove(.padMap, buttons.map(\.name))
    player.forgetKeys(Set(usages))
    settingsChanged()
  }

  private func remove(_ setting: Setting, _ names: [String]) {
    guard !names.isEmpty else { return }
    let entries = names.map { "\($0)=none" }.joined(separator: ",")
    for level in [SettingLevels.Level.options, .program, .all]
    where settings[level][setting] != nil {
      settings[level].remove(setting, entries: entries)
      keep(level) { $0.remove(setting, entries: entries) }
    }
  }

  /// A setting's value for this program, from any source.
  private func shown(_ setting: Setting) -> String? {
    switch setting {
    case .colors:
      player.appearance.colors.map { hexadecimal($0, 6) }.joined(separator: ",")
    case .rotate: "\(player.appearance.rotation)"
    case .speed: "\(player.speed)"
    default: settings.effective[setting] ?? (setting.row.kind.isMap ? nil : setting.row.standard)
    }
  }

  /// Applies a setting, also to the metadata if it is saved with the machine.
  private func apply(_ setting: Setting, _ text: String) {
    let chosen = settings.given.metadata
    let known = Appearance(for: player.machine.program).colors
    player.setMetadata { metadata in
      switch setting {
      case .colors:
        metadata.colors = chosen.colors + known.dropFirst(chosen.colors.count)
      case .rotate: metadata.rotation = chosen.rotation
      case .speed: metadata.speed = chosen.speed
      case .keyMap: metadata.keys = chosen.keys.over(metadata.keys)
      default: break
      }
    }
    settingsChanged()
  }

  private func settingsChanged() {
    endMotion()
    player.preferences = settings.preferences.metadata
  }

  /// Changes kept settings, on the other thread.
  func keep(
    _ level: SettingLevels.Level, _ change: @escaping @Sendable (inout Settings) -> Void
  ) {
    guard let kept = options.keptSettings, level == .program || level == .all else { return }
    let program = level == .program ? player.machine.program.sha1 : nil
    work.begin {
      do throws(StorageError) {
        try kept.change(program, change)
        return nil
      } catch { return { $0.report(.settingsFailed(isReading: false, error)) } }
    }
  }
}

extension SettingLevels {
  /// Reads the settings kept for a program.
  ///
  /// - Returns: why they cannot be read, if they cannot.
  public mutating func readProgram(
    _ program: Digest, _ kept: KeptSettings?
  ) -> StorageError? {
    self[.program] = Settings()
    do throws(StorageError) {
      self[.program] = try kept?.read(program) ?? Settings()
      return nil
    } catch { return error }
  }
}
