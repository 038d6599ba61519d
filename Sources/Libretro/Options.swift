// The core's options, and their values.

import CLibretro
import Chip8Core
import Chip8Player

/// An option as the front end shows it.
struct CoreOption {
  let key: String
  let title: String
  let info: String
  let category: String
  /// Each with how it is shown; the first one is the default.
  let values: [(value: String, label: String)]

  static let all: [CoreOption] =
    [platform, speed, seed, palette, keypad] + quirks

  static let categories = [
    ("machine", "Machine", "Emulated platform; takes effect when the game is reset."),
    ("quirks", "Quirks", "Differences between machines; takes effect when the game is reset."),
    ("display", "Display and input", "How the game is shown and played."),
  ]

  private static let auto = (value: "auto", label: "automatic")

  static let platform = CoreOption(
    key: "chip8_platform", title: "Platform",
    info: "The machine. Known programs get their own; for others it is detected from their "
      + "instructions.",
    category: "machine",
    values: [auto] + Platform.allCases.map { ($0.rawValue, $0.title) })

  static let speed = CoreOption(
    key: "chip8_ipf", title: "Instructions per frame",
    info: "The speed of the machine's processor.", category: "machine",
    values: [auto]
      + [7, 9, 12, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 200_000].map {
        ("\($0)", "\($0)")
      })

  static let seed = CoreOption(
    key: "chip8_seed", title: "Random seed",
    info:
      "Seed of the random numbers. The same seed and the same keys give the same game.",
    category: "machine", values: (0..<32).map { ("\($0)", "\($0)") })

  static let palette = CoreOption(
    key: "chip8_palette", title: "Palette", info: "The colours of the pixel values.",
    category: "display",
    values: [("auto", "the program's own")] + Palette.all.map { ($0.name, $0.name) })

  static let keypad = CoreOption(
    key: "chip8_keypad", title: "On-screen keypad",
    info: "Shows the sixteen keys, for a mouse or a touch screen.", category: "display",
    values: [("off", "off"), ("right", "beside the screen"), ("below", "below the screen")])

  static let quirks = Quirks.named.map { name, quirk in
    CoreOption(
      key: "chip8_quirk_" + name.lowercased().replacing("-", with: "_"), title: name,
      info: quirk.effect, category: "quirks",
      values: [auto, ("on", "on"), ("off", "off")])
  }

  /// Tells the front end of all options.
  static func register() {
    var version = UInt32(0)
    let isKnown = frontEnd.call(RETRO_ENVIRONMENT_GET_CORE_OPTIONS_VERSION, &version)
    if isKnown, version >= 2 { registerWithCategories() } else { registerPlainly() }
  }

  private static func registerWithCategories() {
    var categories = categories.map { key, title, info in
      retro_core_option_v2_category(
        key: keptTexts[key], desc: keptTexts[title], info: keptTexts[info])
    }
    categories.append(retro_core_option_v2_category())
    var definitions = all.map(\.definition)
    definitions.append(retro_core_option_v2_definition())
    categories.withUnsafeMutableBufferPointer { categories in
      definitions.withUnsafeMutableBufferPointer { definitions in
        var options = retro_core_options_v2(
          categories: categories.baseAddress, definitions: definitions.baseAddress)
        frontEnd.call(RETRO_ENVIRONMENT_SET_CORE_OPTIONS_V2, &options)
      }
    }
  }

  private var definition: retro_core_option_v2_definition {
    var definition = retro_core_option_v2_definition()
    (definition.key, definition.desc) = (keptTexts[key], keptTexts[title])
    (definition.info, definition.category_key) = (keptTexts[info], keptTexts[category])
    definition.default_value = keptTexts[values[0].value]
    withUnsafeMutableBytes(of: &definition.values) { bytes in
      let places = bytes.bindMemory(to: retro_core_option_value.self)
      for (k, value) in values.enumerated() {
        places[k] = retro_core_option_value(
          value: keptTexts[value.value], label: keptTexts[value.label])
      }
    }
    return definition
  }

  /// For front ends that have options without categories.
  private static func registerPlainly() {
    var variables = all.map { option in
      let values = option.values.map(\.value).joined(separator: "|")
      return retro_variable(
        key: keptTexts[option.key], value: keptTexts["\(option.title); \(values)"])
    }
    variables.append(retro_variable())
    variables.withUnsafeMutableBufferPointer {
      _ = frontEnd.environment?(UInt32(RETRO_ENVIRONMENT_SET_VARIABLES), $0.baseAddress)
    }
  }

  /// The user's choice; nil for the program's own.
  private var choice: String? {
    let value = frontEnd.value(key)
    return value == "auto" ? nil : value
  }

  // MARK: Values

  /// The machine that is wanted.
  static var request: MachineRequest {
    var request = MachineRequest()
    request.platform = platform.choice.flatMap { Platform(rawValue: $0) }
    request.instructionsPerFrame = speed.choice.flatMap { Int(decimal: $0) }
    request.seed = seed.choice.flatMap { UInt64(decimal: $0) }
    request.quirks = zip(quirks, Quirks.named).compactMap { option, named in
      option.choice.map { QuirkChoice(named.quirk, isOn: $0 == "on") }
    }
    return request
  }

  /// The colours that are wanted instead of the program's.
  static var colors: [UInt32]? {
    palette.choice.flatMap { Palette.named($0)?.colors }
  }

  static var keypadPlace: Keypad.Place {
    keypad.choice.flatMap { Keypad.Place(rawValue: $0) } ?? .off
  }

  /// Whether anything was chosen since the last time.
  static var areChanged: Bool {
    var isChanged = false
    return frontEnd.call(RETRO_ENVIRONMENT_GET_VARIABLE_UPDATE, &isChanged) && isChanged
  }
}
