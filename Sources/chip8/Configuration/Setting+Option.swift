// Settings as options of the command line. Their table says all that help, completion and parser need.

import ArgumentParser
import Chip8Player

/// Options that are made from the table. The parser finds an option by reflection, and its value by a key of
/// the same name.
protocol SettingOptions: ParsableArguments, CustomReflectable {
  /// Those that have options here.
  static var settings: [Setting] { get }
  /// What was set.
  var given: Settings { get set }
}

extension SettingOptions {
  /// The options, as if each was a property.
  var customMirror: Mirror {
    let options = Self.settings.map { setting in
      (setting.rawValue, setting.isFlag ? Flag<Bool?>(setting) : Option<String?>(setting) as Any)
    }
    return Mirror(self, children: options.map { (label: $0, value: $1) })
  }

  init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: Setting.self)
    for setting in Self.settings {
      if setting.isFlag {
        let isOn = try values.decode(Flag<Bool?>.self, forKey: setting).wrappedValue
        given.take(setting, isOn.map { "\($0)" })
      } else {
        given.take(setting, try values.decode(Option<String?>.self, forKey: setting).wrappedValue)
      }
    }
  }
}

extension Setting: CodingKey {
  /// Whether its option has no value, but a counterpart that turns it off.
  var isFlag: Bool { row.kind == .flag }
}

extension Option where Value == String? {
  /// The option of a setting that has a value.
  init(_ setting: Setting) {
    let kind = setting.row.kind
    var choices: [String]?
    if case .choice(let values) = kind { choices = values }
    self.init(
      name: .customLong(setting.rawValue), parsing: kind.canBeNegative ? .unconditional : .next,
      help: ArgumentHelp(setting.help, valueName: kind.placeholder),
      completion: choices.map { .list($0) }, transform: { try setting.value($0) })
  }
}

extension Flag where Value == Bool? {
  /// The options of a setting that is on or off: its name, and the same after `no-`.
  init(_ setting: Setting) {
    self.init(
      name: .customLong(setting.rawValue), inversion: .prefixedNo,
      help: ArgumentHelp(setting.help))
  }
}

extension Setting {
  /// What the option takes, in the form in which it is kept.
  func value(_ text: String) throws(ValidationError) -> String {
    do throws(SettingError) { return try row.kind.checked(text) } catch {
      throw ValidationError("\(error).")
    }
  }

  /// What it means, the command that uses it, and the default.
  fileprivate var help: String {
    if self == .debugSocket { return "\(row.meaning.dropLast()): chip8 dap." }
    return row.standard.isEmpty || row.kind == .flag
      ? row.meaning : "\(row.meaning.dropLast()) (\(row.standard))."
  }
}

extension Setting.Kind {
  /// Whether a minus is to be read as a value's, which is refused then, and not as an option's.
  fileprivate var canBeNegative: Bool {
    if case .number = self { true } else { false }
  }
}

extension Settings {
  /// Takes what an option has been set to, which replaces what it was set to before.
  mutating func take(_ setting: Setting, _ text: String?) {
    guard let text else { return }
    remove(setting)
    // Options were checked as they were read.
    try? set(setting, to: text)
  }

  /// The options that set the same for another process, but for what it learns with its machine.
  var arguments: [String] {
    Setting.configurable.filter { !$0.isMetadata }.compactMap { setting in
      switch (self[setting], setting.row.kind) {
      case ("true"?, .flag): "--\(setting.rawValue)"
      case (_?, .flag): "--no-\(setting.rawValue)"
      case (let text?, _): "--\(setting.rawValue)=\(text)"
      case (nil, _): nil
      }
    }
  }
}
