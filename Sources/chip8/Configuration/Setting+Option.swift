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
    Mirror(self, children: Self.settings.map { (label: $0.rawValue, value: $0.option) })
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

extension Option where Value == String? {
  /// The option of a setting that has a value.
  init(_ setting: Setting) {
    let kind = setting.row.kind
    // A minus is a value's, which is refused then.
    let isNumber = if case .number = kind { true } else { false }
    self.init(
      name: .customLong(setting.rawValue), parsing: isNumber ? .unconditional : .next,
      help: ArgumentHelp(setting.help, valueName: kind.placeholder),
      completion: kind.values.isEmpty ? nil : .list(kind.values),
      transform: { try setting.value($0) })
  }
}

extension Setting: CodingKey {
  /// Whether its option has no value, but a counterpart that turns it off.
  var isFlag: Bool { row.kind == .flag }

  /// The option: for a flag its name, and the same after `no-`.
  fileprivate var option: Any {
    isFlag
      ? Flag<Bool?>(name: .customLong(rawValue), inversion: .prefixedNo, help: ArgumentHelp(help))
      : Option<String?>(self)
  }

  /// What the option takes, in the form in which it is kept.
  func value(_ text: String) throws(ValidationError) -> String {
    do throws(SettingError) { return try row.kind.checked(text) } catch {
      throw ValidationError("\(error).")
    }
  }

  /// What it means, the command that uses it, and the default.
  fileprivate var help: String {
    if self == .debugSocket { return "\(row.meaning.dropLast()): chip8 dap." }
    return row.standard.isEmpty || isFlag
      ? row.meaning : "\(row.meaning.dropLast()) (\(row.standard))."
  }
}

extension Settings {
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
