import Chip8Core
import Octo
import SaveState

/// What a program is called: its file's name without folders and suffix.
func programName(_ path: String) -> String {
  let name = path == "-" ? "program" : String(path.split(separator: "/").last ?? "program")
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}

extension LoadedFile {
  /// The program in the file, whatever it is in, and the machine that it is for where nobody names
  /// another.
  func contents() throws -> (program: Program, configuration: Configuration) {
    switch kind {
    case .image:
      do throws(ImageError) {
        let machine: Chip8 = try Image(bytes).machine()
        return (machine.program, machine.state.configuration)
      } catch { throw Failure.data(path, error) }
    case .cartridge:
      let cartridge = try Cartridge(self)
      return try contents(SourceFile(self, inCartridge: cartridge.program), cartridge.options)
    case .source:
      return try contents(SourceFile(self), CartridgeOptions())
    case .program:
      let program = try program(bytes)
      return (program, Configuration(for: program, atLeast: leastExtensions(path)))
    case .foreign(let description):
      throw Failure.data(path, "this is \(description)")
    }
  }

  private func contents(
    _ source: SourceFile, _ options: CartridgeOptions
  ) throws(Failure) -> (program: Program, configuration: Configuration) {
    let program = try program(source.assembled().program)
    return (program, options.configuration(for: program))
  }

  private func program(_ bytes: [UInt8]) throws(Failure) -> Program {
    let program = Program(name: programName(path), bytes: bytes)
    try program.check(path)
    return program
  }
}

extension Program {
  /// Refuses what no machine could run.
  ///
  /// - Parameter path: the file that it comes from.
  func check(_ path: String) throws(Failure) {
    guard !bytes.isEmpty else { throw .data(path, "the program is empty") }
    let limit = Platform.xochip.programByteCountMax
    guard bytes.count <= limit else {
      throw .data(path, "no machine has room for a program of more than \(limit) bytes")
    }
  }
}

/// A machine made from a file: a program that is switched on, from its source or assembled, or an
/// image that is resumed.
struct Opening {
  var machine: Chip8
  /// What the program's own file says beside it: its source of names, its cartridge of looks.
  let own: Setup
  /// What the user says beside the machine.
  var given = Setup()
  /// What counts of all that is said beside the machine.
  var setup: Setup
  /// Whether what images say of that is not wanted.
  var forgetsSaved = false
  /// Stops the machine where it is to stop.
  var debugger = Debugger()
  /// The image that the machine comes from, if it does, with all that its file leaves out.
  var image: Image?
  /// Every file that was read for all of this.
  var inputs: InputFiles

  init(_ file: LoadedFile, _ options: MachineOptions, isHeadless: Bool) throws {
    switch file.kind {
    case .image:
      try self.init(resuming: file, options)
    case .cartridge:
      let cartridge = try Cartridge(file)
      try self.init(
        SourceFile(file, inCartridge: cartridge.program), cartridge.options, options,
        isHeadless: isHeadless)
    case .source:
      try self.init(SourceFile(file), CartridgeOptions(), options, isHeadless: isHeadless)
    case .program, .foreign:
      let (program, suggested) = try file.contents()
      let configuration = try options.configuration(for: program, suggested: suggested)
      try self.init(
        file.path, program, configuration, options, isHeadless: isHeadless, file.inputs)
    }
  }

  /// A program in its source, which may come from a cartridge that says how to run it.
  init(
    _ source: SourceFile, _ cartridge: CartridgeOptions, _ options: MachineOptions,
    isHeadless: Bool
  ) throws {
    if !cartridge.ignored.isEmpty {
      printError(
        "\(fileName(source.path)): warning: the cartridge's options have unknown values, which are "
          + "ignored: \(cartridge.ignored.joined(separator: ", "))")
    }
    let assembly = try source.assembled()
    let program = Program(name: programName(source.path), bytes: assembly.program)
    let configuration = try options.configuration(
      for: program, suggested: cartridge.configuration(for: program))
    let symbols = Symbols(of: assembly, file: source.path, program)
    try self.init(
      source.path, program, configuration, options, isHeadless: isHeadless, source.inputs,
      Setup(settings: cartridge.settings(for: program), labels: Labels(symbols, source.path)))
  }

  /// A program that is switched on.
  private init(
    _ path: String, _ program: Program, _ configuration: Configuration,
    _ options: MachineOptions, isHeadless: Bool, _ inputs: InputFiles, _ own: Setup = Setup()
  ) throws {
    let seed = options.seed ?? (isHeadless ? 0 : UInt64.random(in: 0...UInt64.max))
    var machine: Chip8
    do throws(ProgramError) {
      machine = try Chip8(program, configuration, seed: seed)
    } catch { throw Failure.data(path, error) }
    try options.poke(&machine)
    self.machine = machine
    self.own = own
    self.inputs = inputs
    setup = own
    image = nil
  }

  /// The same program in a machine that was saved.
  ///
  /// - Parameter image: what the machine was saved in.
  func resuming(
    _ saved: Chip8, from image: Image, _ options: MachineOptions
  ) throws(Failure) -> Opening {
    var resumed = self
    resumed.machine = saved
    resumed.image = image
    try options.poke(&resumed.machine)
    return resumed
  }

  private init(resuming file: LoadedFile, _ options: MachineOptions) throws {
    if let option = options.decidingOption {
      throw Failure.usage(
        "\(option) contradicts \(fileName(file.path)), a saved state, which brings its own machine")
    }
    let image: Image
    var machine: Chip8
    inputs = file.inputs
    do throws(ImageError) {
      image = try options.dependencies.completed(Image(file.bytes), at: file.diskPath, &inputs)
      machine = try image.machine()
      image.warnOfDrift(machine, in: file.path)
    } catch {
      let hint = error == .notAnImage ? "; to run it as a program, leave out --restore" : ""
      throw Failure.data(file.path, error.description + hint)
    }
    try options.poke(&machine)
    self.machine = machine
    own = Setup()
    setup = own
    self.image = image
  }
}

extension Image {
  /// Tells the user if the machine will not go on as it would have where it was saved, or if the
  /// image's word on that is not to be made out: the state itself is whole either way.
  func warnOfDrift(_ machine: Chip8, in path: String) {
    let warning: String
    do throws(ImageError) {
      guard let witness = try witness(), !witness.holds(for: machine) else { return }
      warning =
        "the state is whole, but it goes on differently in this version of chip8 than in the one "
        + "that saved it"
    } catch { warning = "\(error)" }
    printError("\(fileName(path)): warning: \(warning)")
  }
}

extension Cartridge {
  init(_ file: LoadedFile) throws(Failure) {
    do throws(Refusal) {
      try self.init(file.bytes)
    } catch { throw .data(file.path, error) }
  }
}
