import ArgumentParser
import Chip8Core
import Chip8Player
import Octo
import SaveState

/// How the machine is shown, played and watched: what is said here is saved in every image of it, and
/// takes precedence over what an image says.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: .value(
      "RRGGBB,RRGGBB[,...]|NAME",
      "Colours of off and on pixels, on xochip also of the second plane and of both; or a palette.")
  )
  var colors: Colors?

  @Option(help: .value("0|90|180|270", "Rotate the picture clockwise in a window."))
  var rotate: Rotation?

  @Option(
    parsing: .unconditional, help: .value("%", "Speed in a window; 100 is the machine's own."))
  var speed: Int?

  @Option(
    help: .value("KEY=0-F|none[,...]", "Map keys of the keyboard to keys of the keypad."),
    transform: { try KeyChanges($0) })
  var keyMap: KeyChanges?

  @Option(
    help: .value("FILE", "Symbol file: labels for every option and report that has addresses."))
  var symbols: String?

  @Option(
    name: .customLong("break"),
    help: .value("ADDR|LABEL", "Stop before the instruction at an address."))
  var breakpoints: [Place] = []

  @Option(
    name: .customLong("watchpoint"),
    help: .value("ADDR|LABEL[:BYTES]", "Stop after an instruction that changes bytes of RAM."))
  var watchpoints: [WatchedPlace] = []

  @Flag(name: .customLong("no-settings"), help: "Ignore the saved state's settings and labels.")
  var forgetsSaved = false

  func validateCombination() throws {
    if let speed, !SessionMetadata.speedRange.contains(speed) {
      throw ValidationError("--speed takes 10 to 1000 percent, not \(speed).")
    }
    for (option, count) in [("break", breakpoints.count), ("watchpoint", watchpoints.count)]
    where count > SessionMetadata.maxPointCount {
      throw ValidationError(
        "--\(option) can be given \(SessionMetadata.maxPointCount) times at most.")
    }
  }

  /// Whether any of them is given.
  var isEmpty: Bool {
    colors == nil && rotate == nil && speed == nil && keyMap == nil && symbols == nil
      && breakpoints.isEmpty && watchpoints.isEmpty && !forgetsSaved
  }

  /// What they ask for.
  var request: MetadataRequest {
    var request = MetadataRequest()
    request.colors = colors?.values ?? []
    request.rotation = rotate?.degrees
    request.speed = speed
    request.keys = keyMap?.assignments ?? []
    request.symbolsPath = symbols
    request.breakpoints = breakpoints
    request.watchpoints = watchpoints
    request.forgetsSaved = forgetsSaved
    return request
  }
}

// MARK: - Values

/// `--colors RRGGBB,RRGGBB[,RRGGBB[,RRGGBB]]`, or a palette's name.
struct Colors: ExpressibleByArgument {
  let values: [UInt32]

  init?(argument: String) {
    if let palette = Palette.named(argument) {
      values = palette.colors
      return
    }
    let texts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = texts.compactMap { color(hexadecimal: $0.trimmingPrefix("#")) }
    guard values.count == texts.count, (2...4).contains(values.count) else { return nil }
    self.values = values
  }
}

/// `--rotate 0|90|180|270`.
struct Rotation: ExpressibleByArgument {
  let degrees: Int

  init?(argument: String) {
    guard let degrees = Int(argument), SessionMetadata.rotations.contains(degrees) else {
      return nil
    }
    self.degrees = degrees
  }
}

/// `--key-map KEY=0…F|none[,…]`.
struct KeyChanges {
  let assignments: [KeyAssignment]

  init(_ argument: String) throws(ValidationError) {
    var keys: [UInt8: KeyAssignment] = [:]
    for text in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0]
      guard let usage = KeyName.usage(of: parts[0]) else {
        throw ValidationError("\(name) is not a key; the keys are \(KeyName.list).")
      }
      guard parts.count == 2, let key = KeyChanges.key(parts[1]) else {
        throw ValidationError("a key is one of 0 to 9 and A to F, or none, as in \(name)=5.")
      }
      keys[usage] = KeyAssignment(usage: usage, key: key)
    }
    assignments = keys.values.sorted { $0.usage < $1.usage }
  }

  /// The key of the keypad that is named; nil within for none, nil for something else.
  private static func key(_ name: Substring) -> UInt8?? {
    if name == "none" { return .some(nil) }
    guard name.utf8.count == 1, let digit = name.first?.hexDigitValue else { return nil }
    return UInt8(digit)
  }
}
