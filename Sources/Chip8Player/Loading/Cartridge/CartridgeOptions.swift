import Chip8Core
import JSON
import SaveState

/// How a cartridge wants its program to be run. Whatever is nil is left as it is.
package struct CartridgeOptions: Equatable, Sendable {
  var tickrate: Int?
  var shiftQuirks: Bool?
  var loadStoreQuirks: Bool?
  var jumpQuirks: Bool?
  var logicQuirks: Bool?
  var clipQuirks: Bool?
  var vBlankQuirks: Bool?
  var vfOrderQuirks: Bool?
  var backgroundColor: String?
  var fillColor: String?
  var fillColor2: String?
  var blendColor: String?
  var fontStyle: String?
  var maxSize: Int?
  var buzzColor: String?
  var quietColor: String?
  var screenRotation: Int?
  var touchInputMode: String?

  package init() {}

  /// The options as they are in a cartridge.
  package init(_ members: JSONMembers) throws(JSONError) {
    tickrate = try members.octoNumber("tickrate")
    shiftQuirks = try members.octoFlag("shiftQuirks")
    loadStoreQuirks = try members.octoFlag("loadStoreQuirks")
    jumpQuirks = try members.octoFlag("jumpQuirks")
    logicQuirks = try members.octoFlag("logicQuirks")
    clipQuirks = try members.octoFlag("clipQuirks")
    vBlankQuirks = try members.octoFlag("vBlankQuirks")
    vfOrderQuirks = try members.octoFlag("vfOrderQuirks")
    backgroundColor = try members.text("backgroundColor")
    fillColor = try members.text("fillColor")
    fillColor2 = try members.text("fillColor2")
    blendColor = try members.text("blendColor")
    fontStyle = try members.text("fontStyle")
    maxSize = try members.octoNumber("maxSize")
    buzzColor = try members.text("buzzColor")
    quietColor = try members.text("quietColor")
    screenRotation = try members.octoNumber("screenRotation")
    touchInputMode = try members.text("touchInputMode")
  }

  /// The same as they are written.
  package var json: JSONObject {
    .withoutNulls([
      "tickrate": tickrate, "shiftQuirks": shiftQuirks, "loadStoreQuirks": loadStoreQuirks,
      "jumpQuirks": jumpQuirks, "logicQuirks": logicQuirks, "clipQuirks": clipQuirks,
      "vBlankQuirks": vBlankQuirks, "vfOrderQuirks": vfOrderQuirks,
      "backgroundColor": backgroundColor, "fillColor": fillColor, "fillColor2": fillColor2,
      "blendColor": blendColor, "fontStyle": fontStyle, "maxSize": maxSize,
      "buzzColor": buzzColor, "quietColor": quietColor, "screenRotation": screenRotation,
      "touchInputMode": touchInputMode,
    ])
  }
}

/// Values as any of Octo's versions has written them: flags as numbers, either in quotes.
extension JSONMembers {
  fileprivate func octoFlag(_ name: String) throws(JSONError) -> Bool? {
    try value(name, "a flag") { value in
      value.bool ?? value.text.flatMap { Bool($0) } ?? value.real.map { $0 != 0 }
    }
  }

  fileprivate func octoNumber(_ name: String) throws(JSONError) -> Int? {
    try value(name, "a whole number") { $0.integer() ?? $0.text.flatMap { Int($0) } }
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
    if let ipf = tickrate {
      let range = Configuration.instructionsPerFrameRange
      configuration.instructionsPerFrame = min(max(ipf, range.lowerBound), range.upperBound)
    }
    let flags: [(Quirks, Bool?)] = [
      (.shift, shiftQuirks),
      (.memoryLeaveIUnchanged, loadStoreQuirks),
      (.jump, jumpQuirks),
      (.logic, logicQuirks),
      (.wrap, clipQuirks.map { !$0 }),
      ([.vblank, .vblankInHires], vBlankQuirks),
      (.vfOrder, vfOrderQuirks),
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
    if let rotation = screenRotation, !SessionMetadata.rotations.contains(rotation) {
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
    tickrate = configuration.instructionsPerFrame
    shiftQuirks = quirks.contains(.shift)
    loadStoreQuirks = quirks.contains(.memoryLeaveIUnchanged)
    jumpQuirks = quirks.contains(.jump)
    logicQuirks = quirks.contains(.logic)
    clipQuirks = !quirks.contains(.wrap)
    vBlankQuirks = quirks.contains(.vblank)
    vfOrderQuirks = quirks.contains(.vfOrder)
    (backgroundColor, fillColor) = (html(appearance.colors[0]), html(appearance.colors[1]))
    (fillColor2, blendColor) = (html(appearance.colors[2]), html(appearance.colors[3]))
    maxSize = configuration.platform.maxProgramByteCount
    screenRotation = appearance.rotation
    touchInputMode = others.touchInputMode ?? "none"
    (buzzColor, quietColor) = (others.buzzColor, others.quietColor)
    let font = configuration.font == .schip10 ? .schip11 : configuration.font
    fontStyle = CartridgeOptions.fonts.first { $0.font == font }?.style
  }

  /// How a cartridge wants its program to be shown, as far as that can be used.
  func metadata(for program: Program) -> SessionMetadata {
    var metadata = SessionMetadata()
    metadata.rotation = screenRotation.flatMap {
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
