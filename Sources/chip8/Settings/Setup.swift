import Chip8Core
import Chip8Player
import SaveState

extension Setup {
  /// What the addresses are called.
  var names: AddressNames { AddressNames(labels) }

  /// As much of it as can be read; the user is told of the rest, for the machine is whole either way.
  ///
  /// - Parameter path: the file that the image comes from.
  init(_ image: Image, of machine: Chip8, in path: String) {
    self.init(readable: image, of: machine) { error in
      printError("\(fileName(path)): warning: the machine is whole, but \(error)")
    }
  }
}

extension Setup {
  /// What of it holds for a machine that takes the place of another one: points and names are only
  /// for the program that they were said of.
  func carried(to next: Chip8, after machine: Chip8) -> Setup {
    guard next.program != machine.program else { return self }
    var carried = self
    carried.settings.breakpoints = []
    carried.settings.watchpoints = []
    carried.labels = Labels()
    return carried
  }

  /// The options that say the same to another process, but for the names: those are in its image.
  var arguments: [String] {
    var options: [String] = []
    if !settings.colors.isEmpty {
      let digits = settings.colors.map { hexadecimal($0, 6) }
      options.append("--colors=" + digits.joined(separator: ","))
    }
    if let rotation = settings.rotation { options.append("--rotate=\(rotation)") }
    if let speed = settings.speed { options.append("--speed=\(speed)") }
    if !settings.keys.isEmpty {
      options.append("--key-map=" + settings.keys.map(\.text).joined(separator: ","))
    }
    return options + settings.breakpoints.map { "--break=\($0)" }
      + settings.watchpoints.map { "--watchpoint=\($0.address):\($0.byteCount)" }
  }
}

extension Image {
  /// The image without anything that a ``Setup`` says.
  var withoutSetup: Image {
    var image = self
    image.setSettings(Settings())
    image.setLabels(Labels())
    return image
  }
}

extension Opening {
  /// How the program is shown.
  var appearance: Appearance { Appearance(for: machine.program, setup.settings) }

  /// Takes what the options say, over what the image says, over what the program's own file does.
  ///
  /// - Parameter path: the file that was opened.
  mutating func apply(_ options: SettingsOptions, from path: String) throws {
    if options.forgetsSaved { image = image?.withoutSetup }
    let saved = image.map { Setup($0, of: machine, in: path) } ?? Setup()
    let beneath = saved.over(own)
    given = try options.given(for: machine, over: beneath, &inputs)
    setup = given.over(beneath)
    forgetsSaved = options.forgetsSaved
    // A saved machine has stopped where it stands, but a goal has not.
    debugger = Debugger(setup.settings)
    if image != nil { debugger.pass(machine) }
  }
}
