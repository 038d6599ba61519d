import ArgumentParser
import Chip8Core
import Chip8Player
import Octo
import SaveState

/// How the machine is shown, played and watched: what is said here is saved in every image of it, and
/// counts for more than what an image says.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The colours of pixels that are off and on, and on xochip of the second plane and of both.",
      valueName: "RRGGBB,RRGGBB[,...]"))
  var colors: Colors?

  @Option(
    help: ArgumentHelp("Turn the picture clockwise in a window.", valueName: "0|90|180|270"))
  var rotate: Rotation?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How fast a window plays; 100 is the machine's own speed.", valueName: "%"))
  var speed: Int?

  @Option(
    help: ArgumentHelp(
      "Keys of the keyboard for keys of the keypad, or for none.", valueName: "KEY=0-F|none[,...]"),
    transform: { try KeyChanges($0) })
  var keyMap: KeyChanges?

  @Option(
    help: ArgumentHelp(
      "The names of the program's addresses, for whatever takes or shows addresses.",
      valueName: "FILE"))
  var symbols: String?

  @Option(
    name: .customLong("break"),
    help: ArgumentHelp("Stop before the instruction at an address.", valueName: "ADDR|LABEL"))
  var breakpoints: [Place] = []

  @Option(
    name: .customLong("watchpoint"),
    help: ArgumentHelp(
      "Stop after an instruction that changes bytes of the RAM.",
      valueName: "ADDR|LABEL[:BYTES]"))
  var watchpoints: [WatchedPlace] = []

  @Flag(
    name: .customLong("no-settings"),
    help: "Forget what the saved state says of all that, and its names.")
  var forgetsSaved = false

  func validateCombination() throws {
    if let speed, !Settings.speedRange.contains(speed) {
      throw ValidationError("--speed takes 10 to 1000 percent, not \(speed).")
    }
    for (option, count) in [("break", breakpoints.count), ("watchpoint", watchpoints.count)]
    where count > Settings.pointCountMax {
      throw ValidationError("--\(option) can be given \(Settings.pointCountMax) times at most.")
    }
  }

  /// Whether any of them is given.
  var isEmpty: Bool {
    colors == nil && rotate == nil && speed == nil && keyMap == nil && symbols == nil
      && breakpoints.isEmpty && watchpoints.isEmpty && !forgetsSaved
  }

  /// What the options say, with addresses for labels.
  ///
  /// - Parameters:
  ///   - beneath: what counts where they say nothing.
  ///   - inputs: to what is added which files they name.
  func given(
    for machine: Chip8, over beneath: Setup, _ inputs: inout InputFiles
  ) throws -> Setup {
    var given = Setup()
    if let symbols {
      let file = try Symbols(contentsOf: symbols, for: machine.program, &inputs)
      given.labels = try Labels(file, symbols)
    }
    given.settings.speed = speed
    given.settings.rotation = rotate?.degrees
    given.settings.keys = keyMap?.assignments ?? []
    if let colors {
      let others = Appearance(for: machine.program, beneath.settings).colors
      given.settings.colors = colors.values + others.dropFirst(colors.values.count)
    }
    let names = given.over(beneath).names
    let room = machine.state.ram.count
    given.settings.breakpoints = Set(
      try breakpoints.map { place throws(Failure) in
        try names.range(of: place, byteCount: 1, within: room, for: "--break").address
      }
    ).sorted()
    given.settings.watchpoints = Set(
      try watchpoints.map { watched throws(Failure) in
        try names.range(
          of: watched.place, byteCount: watched.byteCount, within: room, for: "--watchpoint")
      }
    ).sorted()
    return given
  }

  /// Says to another process whether what images say is not wanted.
  var forgetting: [String] { forgetsSaved ? ["--no-settings"] : [] }

  /// What holds for any program: points and names were for the one on the command line.
  var forAnotherProgram: SettingsOptions {
    var options = self
    options.symbols = nil
    options.breakpoints = []
    options.watchpoints = []
    return options
  }
}

extension AddressNames {
  /// Bytes of the RAM from a place on.
  fileprivate func range(
    of place: Place, byteCount: Int, within room: Int, for option: String
  ) throws(Failure) -> Watchpoint {
    let address = try address(of: place, for: option)
    guard
      address <= room - byteCount, let first = UInt16(exactly: address),
      let count = UInt16(exactly: byteCount)
    else {
      let what = byteCount == 1 ? "is" : "and \(byteCount) bytes from there are"
      throw .usage(
        "\(option): 0x\(hexadecimal(address, 3)) \(what) outside the \(room) bytes of RAM")
    }
    return Watchpoint(address: first, byteCount: count)
  }
}

extension Labels {
  /// The labels of a program, without those behind the memory and those of more than 255 bytes.
  ///
  /// - Parameter path: the file that they come from.
  init(_ symbols: Symbols, _ path: String) throws(Failure) {
    let labels = symbols.labels.compactMap { name, address in
      UInt16(exactly: address).flatMap { Label(name, at: $0) }
    }
    guard let all = Labels(labels) else {
      throw .data(path, "these are more than 4 MiB of labels, too many for a saved state")
    }
    self = all
  }
}

// MARK: - Values

/// `--colors RRGGBB,RRGGBB[,RRGGBB[,RRGGBB]]`.
struct Colors: ExpressibleByArgument {
  let values: [UInt32]

  init?(argument: String) {
    let texts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = texts.compactMap { text -> UInt32? in
      let digits = text.hasPrefix("#") ? text.dropFirst() : text
      guard digits.count == 6, digits.allSatisfy(\.isHexDigit) else { return nil }
      return UInt32(digits, radix: 16)
    }
    guard values.count == texts.count, (2...4).contains(values.count) else { return nil }
    self.values = values
  }
}

/// `--rotate 0|90|180|270`.
struct Rotation: ExpressibleByArgument {
  let degrees: Int

  init?(argument: String) {
    guard let degrees = Int(argument), Settings.rotations.contains(degrees) else { return nil }
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

/// `--watchpoint ADDR|LABEL[:BYTES]`.
struct WatchedPlace: ExpressibleByArgument {
  let place: Place
  let byteCount: Int

  init?(argument: String) {
    // A label may have colons too: only a number behind the last one is a length.
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let length = parts.count > 1 ? parts.last.flatMap { number($0) } : nil
    let name = length == nil ? argument : parts.dropLast().joined(separator: ":")
    guard let place = Place(argument: name), length != 0 else { return nil }
    self.place = place
    byteCount = length ?? 1
  }
}
