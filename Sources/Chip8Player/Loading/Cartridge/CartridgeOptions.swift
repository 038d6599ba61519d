import Chip8Core
import SaveState

/// How a cartridge wants its program to be run. Whatever is nil is left as it is.
package struct CartridgeOptions: Codable, Equatable, Sendable {
  var tickrate: Loose<Int>?
  var shiftQuirks: Loose<Bool>?
  var loadStoreQuirks: Loose<Bool>?
  var jumpQuirks: Loose<Bool>?
  var logicQuirks: Loose<Bool>?
  var clipQuirks: Loose<Bool>?
  var vBlankQuirks: Loose<Bool>?
  var vfOrderQuirks: Loose<Bool>?
  var backgroundColor: String?
  var fillColor: String?
  var fillColor2: String?
  var blendColor: String?
  var fontStyle: String?
  var maxSize: Loose<Int>?
  var buzzColor: String?
  var quietColor: String?
  var screenRotation: Loose<Int>?
  var touchInputMode: String?

  package init() {}
}

/// A value as any of Octo's versions has written it: flags as numbers, numbers in quotes.
package struct Loose<Value: LosslessStringConvertible & Codable & Equatable & Sendable>: Codable,
  Equatable
{
  let value: Value

  init(_ value: Value) { self.value = value }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Value.self) {
      self.value = value
    } else if let text = try? container.decode(String.self), let value = Value(text) {
      self.value = value
    } else {
      let number = try container.decode(Double.self)
      guard
        let value = Value(number == 0 ? "false" : "true")
          ?? Int(exactly: number).flatMap({ Value("\($0)") })
      else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "neither flag nor number")
      }
      self.value = value
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension CartridgeOptions {
  /// The machine for a program in a cartridge: as its source is run, but for what the cartridge says.
  func configuration(for program: Program) -> Configuration {
    var configuration = Configuration(forSourceOf: program)
    apply(to: &configuration)
    return configuration
  }

  /// Changes a machine to what the cartridge wants.
  private func apply(to configuration: inout Configuration) {
    if let ipf = tickrate?.value {
      let range = Configuration.instructionsPerFrameRange
      configuration.instructionsPerFrame = min(max(ipf, range.lowerBound), range.upperBound)
    }
    let flags: [(Quirks, Bool?)] = [
      (.shift, shiftQuirks?.value),
      (.memoryLeaveIUnchanged, loadStoreQuirks?.value),
      (.jump, jumpQuirks?.value),
      (.logic, logicQuirks?.value),
      (.wrap, clipQuirks.map { !$0.value }),
      ([.vblank, .vblankInHires], vBlankQuirks?.value),
      (.vfOrder, vfOrderQuirks?.value),
    ]
    for case (let quirk, let isOn?) in flags {
      if isOn { configuration.quirks.insert(quirk) } else { configuration.quirks.remove(quirk) }
    }
    if let font { configuration.font = font }
  }

  /// The digits, nil if the cartridge does not say or they are not known.
  private var font: Font? { CartridgeOptions.fonts.first { $0.style == fontStyle }?.font }

  /// Octo's names for the digits.
  private static let fonts: [(style: String, font: Font)] = [
    ("octo", .octo), ("vip", .vip), ("schip", .schip11), ("fish", .fish),
  ]

  /// The options that have a value which means nothing here, and which change nothing for that.
  var ignored: [String] {
    let texts = [
      ("backgroundColor", backgroundColor), ("fillColor", fillColor), ("fillColor2", fillColor2),
      ("blendColor", blendColor),
    ]
    var ignored = zip(texts, colors).filter { $0.1 != nil && $1 == nil }.map(\.0.0)
    if fontStyle != nil, font == nil { ignored.append("fontStyle") }
    if let rotation = screenRotation?.value, !SessionMetadata.rotations.contains(rotation) {
      ignored.append("screenRotation")
    }
    return ignored
  }

  /// What of a machine a cartridge of its program cannot say.
  package enum Lack: Equatable {
    case platform(Platform)
    case timing(Configuration.Timing)
    case quirk(QuirkChoice)
  }

  /// What of a machine a cartridge of its program cannot say.
  package func lacks(_ configuration: Configuration, for program: Program) -> [Lack] {
    let played = self.configuration(for: program)
    var lacking: [Lack] = []
    if played.platform != configuration.platform {
      lacking.append(.platform(configuration.platform))
    }
    if played.timing != configuration.timing { lacking.append(.timing(configuration.timing)) }
    let choices = Quirks.named.map { QuirkChoice($0.quirk, of: configuration) }
    return lacking
      + choices.filter { $0.isOn != played.quirks.contains($0.quirk) }.map(Lack.quirk)
  }

  /// What a cartridge says of a machine that it is to be run on as it is, and what only `others`
  /// say.
  package init(_ configuration: Configuration, _ appearance: Appearance, _ others: CartridgeOptions)
  {
    let quirks = configuration.quirks
    tickrate = Loose(configuration.instructionsPerFrame)
    shiftQuirks = Loose(quirks.contains(.shift))
    loadStoreQuirks = Loose(quirks.contains(.memoryLeaveIUnchanged))
    jumpQuirks = Loose(quirks.contains(.jump))
    logicQuirks = Loose(quirks.contains(.logic))
    clipQuirks = Loose(!quirks.contains(.wrap))
    vBlankQuirks = Loose(quirks.contains(.vblank))
    vfOrderQuirks = Loose(quirks.contains(.vfOrder))
    (backgroundColor, fillColor) = (html(appearance.colors[0]), html(appearance.colors[1]))
    (fillColor2, blendColor) = (html(appearance.colors[2]), html(appearance.colors[3]))
    maxSize = Loose(configuration.platform.maxProgramByteCount)
    screenRotation = Loose(appearance.rotation)
    touchInputMode = others.touchInputMode ?? "none"
    (buzzColor, quietColor) = (others.buzzColor, others.quietColor)
    let font = configuration.font == .schip10 ? .schip11 : configuration.font
    fontStyle = CartridgeOptions.fonts.first { $0.font == font }?.style
  }

  /// How a cartridge wants its program to be shown, as far as that can be used.
  func metadata(for program: Program) -> SessionMetadata {
    var metadata = SessionMetadata()
    metadata.rotation = (screenRotation?.value).flatMap {
      SessionMetadata.rotations.contains($0) ? $0 : nil
    }
    metadata.keys = touchKeys
    // What is not known is shown as Octo shows it.
    let isKnown = KnownProgram.find(program) != nil
    if !isKnown || colors.contains(where: { $0 != nil }) {
      let others = isKnown ? Appearance(for: program) : .octo
      metadata.colors = zip(colors, others.colors).map { $0 ?? $1 }
    }
    return metadata
  }

  /// The arrows, space and enter of a cartridge that has a pad or swipes on a touch screen: they stand for
  /// Octo's keys then.
  private var touchKeys: [KeyAssignment] {
    guard ["gamepad", "swipe"].contains(touchInputMode) else { return [] }
    return ProgramKeys.unknown.pad().compactMap { button, key in
      button.usage.map { KeyAssignment(usage: $0, key: key) }
    }.sorted { $0.usage < $1.usage }
  }

  /// The colours of the pixel values 0 to 3, nil where the cartridge has none that can be used.
  private var colors: [UInt32?] {
    [backgroundColor, fillColor, fillColor2, blendColor].map { $0.flatMap(color(css:)) }
  }
}

private func html(_ color: UInt32) -> String { "#" + hexadecimal(color, 6) }
