import Chip8Core
import Octo
import SaveState

/// A file that was read and not looked into yet.
struct LoadedFile {
  let path: String
  let bytes: [UInt8]
  /// Whether it has to be an image.
  let isRestore: Bool

  init(_ path: String, isRestore: Bool) throws(StorageError) {
    self.path = path
    self.isRestore = isRestore
    bytes = try Storage.read(path, limit: Image.byteCountMax)
  }

  /// Whether the file is a program's source, by its name.
  var isSource: Bool { path.lowercased().hasSuffix(".8o") }

  /// The file's name without folders and suffix.
  var programName: String {
    let name = path == "-" ? "program" : String(path.split(separator: "/").last ?? "program")
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}

/// A machine made from a file: a program that is switched on, from its source or assembled, or an
/// image that is resumed.
struct Opening {
  let machine: Chip8
  /// What the program's source calls things, if it was opened.
  let symbols: Symbols?
  /// Whether the machine comes from an image.
  let isResumed: Bool

  init(_ file: LoadedFile, _ options: MachineOptions, isHeadless: Bool) throws {
    isResumed = file.isRestore || Image.isImage(file.bytes)
    var machine: Chip8
    if isResumed {
      machine = try Opening.resumed(file, options)
      symbols = nil
    } else {
      let assembly = file.isSource ? try SourceFile(file.path, file.bytes).assembled() : nil
      let program = Program(name: file.programName, bytes: assembly?.program ?? file.bytes)
      let configuration = try options.configuration(
        for: program, atLeast: assembly?.dialect.instructionSet ?? .chip8)
      machine = try Opening.switchedOn(file, program, configuration, options, isHeadless)
      symbols = assembly.map { Symbols(of: $0, file: file.path, program) }
    }
    for poke in options.poke {
      do throws(ProgramError) {
        try machine.poke(poke.address, poke.bytes)
      } catch { throw Failure.usage("--poke: \(error)") }
    }
    self.machine = machine
  }

  private static func resumed(_ file: LoadedFile, _ options: MachineOptions) throws -> Chip8 {
    if let option = options.decidingOption {
      throw Failure.usage(
        "\(option) contradicts \(fileName(file.path)), a saved state, which brings its own machine")
    }
    do throws(ImageError) {
      return try Image(file.bytes).machine()
    } catch {
      let hint = error == .notAnImage ? "; to run it as a program, leave out --restore" : ""
      throw Failure.data(file.path, error.description + hint)
    }
  }

  private static func switchedOn(
    _ file: LoadedFile, _ program: Program, _ configuration: Configuration,
    _ options: MachineOptions, _ isHeadless: Bool
  ) throws -> Chip8 {
    let seed = options.seed ?? (isHeadless ? 0 : UInt64.random(in: 0...UInt64.max))
    do throws(ProgramError) {
      return try Chip8(program, configuration, seed: seed)
    } catch { throw Failure.data(file.path, error) }
  }
}

extension Assembly.Dialect {
  /// The instructions that a source needs.
  fileprivate var instructionSet: InstructionSet {
    switch self {
    case .chip8: .chip8
    case .superChip: .schip
    case .xoChip: .xochip
    }
  }
}
