import Chip8Core

/// Values of settings, as texts that are all right. What is not in it was not set.
public struct Settings: Hashable, Sendable {
  private var texts: [Setting: String] = [:]

  /// Sets nothing.
  public init() {}

  /// What a setting is set to.
  public subscript(setting: Setting) -> String? { texts[setting] }

  /// Whether nothing is set.
  public var isEmpty: Bool { texts.isEmpty }

  /// Sets a setting; of one with entries, those that are named.
  public mutating func set(_ setting: Setting, to text: String) throws(SettingError) {
    let value = try setting.row.kind.checked(text)
    guard setting.row.kind.isMap, let old = texts[setting] else { return texts[setting] = value }
    texts[setting] = SettingMap(value).over(SettingMap(old)).text
  }

  /// Replaces what a setting is set to by a value that was checked, if there is one.
  package mutating func take(_ setting: Setting, _ text: String?) {
    guard let text else { return }
    remove(setting)
    do throws(SettingError) { try set(setting, to: text) } catch {
      preconditionFailure("\(text) is a value of \(setting): \(error)")
    }
  }

  /// Removes a setting; of one with entries, those that are named.
  public mutating func remove(_ setting: Setting, entries: String? = nil) {
    guard let entries, setting.row.kind.isMap, let old = texts[setting] else {
      return texts[setting] = nil
    }
    let rest = SettingMap(old).without(SettingMap(entries))
    texts[setting] = rest.isEmpty ? nil : rest.text
  }

  /// These, and others for what these do not set.
  public func over(_ others: Settings) -> Settings {
    var all = self
    all.texts.merge(others.texts) { own, _ in own }
    for setting in Setting.allCases where setting.row.kind.isMap {
      guard let own = texts[setting], let other = others.texts[setting] else { continue }
      all.texts[setting] = SettingMap(own).over(SettingMap(other)).text
    }
    return all
  }
}

// MARK: - Values

extension Settings {
  /// A setting's text, or what holds where it was not set.
  public func text(_ setting: Setting) -> String { texts[setting] ?? setting.row.standard }

  /// Whether a flag is on.
  public func isOn(_ setting: Setting) -> Bool { text(setting) == "true" }

  /// A number.
  public func number(_ setting: Setting) -> Int { Int(decimal: text(setting)) ?? 0 }

  /// Which of its few values a setting has so many steps after the one that it has, in a circle.
  public func stepped(_ setting: Setting, by count: Int) -> String {
    let values = setting.row.kind.values
    guard let index = values.firstIndex(of: text(setting)) else { return text(setting) }
    return values[(index + count % values.count + values.count) % values.count]
  }

  /// The colours of the pixel values from 0 on, as 0xRRGGBB; empty if none are set.
  public var colors: [UInt32] { texts[.colors].flatMap { ColorList($0)?.values } ?? [] }

  /// How far ahead picture and sound are; nil if they are not.
  public var runAhead: RunAhead.Choice? {
    let text = text(.runAhead)
    return text == "auto" ? .automatic : Int(decimal: text).flatMap { $0 > 0 ? .frames($0) : nil }
  }

  /// What keys of the keyboard are, by ascending usages.
  public var keys: [KeyAssignment] {
    SettingMap.entries(texts[.keyMap]).compactMap { name, key in
      KeyName.usage(of: name).map { KeyAssignment(usage: $0, key: key) }
    }.sorted { $0.usage < $1.usage }
  }

  /// What buttons of pads are.
  public var buttons: [PlayerButton: UInt8?] {
    SettingMap.entries(texts[.padMap]).reduce(into: [:]) { buttons, entry in
      if let button = PlayerButton(entry.name) { buttons[button] = .some(entry.key) }
    }
  }

  /// Those that are part of a machine's metadata.
  var metadata: SessionMetadata {
    var metadata = SessionMetadata()
    metadata.speed = texts[.speed].flatMap { Int(decimal: $0) }
    metadata.rotation = texts[.rotate].flatMap { Int(decimal: $0) }
    metadata.colors = colors
    metadata.keys = keys
    return metadata
  }
}

extension SettingMap {
  fileprivate static func entries(_ text: String?) -> [(name: String, key: UInt8?)] {
    text.map { SettingMap($0).entries } ?? []
  }
}

extension MetadataRequest {
  /// The same, with what settings ask for.
  public func asking(for settings: SettingLevels) -> MetadataRequest {
    var request = self
    let metadata = settings.given.metadata
    (request.colors, request.rotation) = (metadata.colors, metadata.rotation)
    request.speed = metadata.speed
    (request.keys, request.moreKeys) = (settings[.options].keys, settings[.program].keys)
    return request
  }
}

extension [KeyAssignment] {
  /// These, and others for keys that these do not assign, by ascending usages.
  func over(_ others: [KeyAssignment]) -> [KeyAssignment] {
    let own = Set(map(\.usage))
    return (self + others.filter { !own.contains($0.usage) }).sorted { $0.usage < $1.usage }
  }
}
