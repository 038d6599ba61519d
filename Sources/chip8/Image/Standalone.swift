import CStandalone
import Chip8Player
import Glibc
import SaveState

/// This executable, and whether it stands alone with an image at its end.
enum Standalone {
  /// Where this executable is.
  static var path: String {
    if let path = realpath("/proc/self/exe", nil) {
      defer { free(path) }
      return String(cString: path)
    }
    return String(cString: CStandalone_path())
  }

  /// What this process was started with, after its name; an argument that is not text is repaired.
  static var arguments: [String] {
    (1..<max(1, argumentCount)).map { String(cString: CStandalone_argument(Int32($0))) }
  }

  /// The number of the first argument that is not text, if there is one.
  static var damagedArgument: Int? {
    (1..<max(1, argumentCount)).first {
      String(validatingCString: CStandalone_argument(Int32($0))) == nil
    }
  }

  private static var argumentCount: Int { Int(CStandalone_argumentCount()) }

  private static var name: String? {
    argumentCount > 0 ? String(cString: CStandalone_argument(0)) : nil
  }

  /// The name (`argv[0]`) by which such a file is called to be an emulator and nothing else.
  static let emulatorName = "chip8 without a state"

  /// The options that this executable runs its own image with, nil if it is just an emulator.
  static var options: [String]? {
    name == emulatorName ? nil : block.options
  }

  /// The effective command line of a standalone file: all arguments are for the program.
  ///
  /// - Parameter options: those that the file was made with.
  static func commandLine(_ options: [String], _ arguments: [String]) throws -> [String] {
    guard Image.isImage(try Storage.readEnd(path, limit: Image.footerByteCount)) else {
      throw Failure.data(
        path,
        "the saved state is missing from this program, which may have been stripped: use another "
          + "copy, or make it again with chip8 image standalone")
    }
    return ["--restore", path] + options + ["--"] + arguments
  }

  /// This executable as one that runs an image which is put after it.
  static func emulator(with options: RunOptions) throws -> [UInt8] {
    do {
      return try block.emulator(path, with: options.words)
    } catch StandaloneBlock.Problem.options {
      throw Failure.usage("--with: an option is empty, or all of them are too long")
    } catch StandaloneBlock.Problem.libraries(let names) {
      let others = names.count > 1 ? " and \(names.count - 1) more libraries" : ""
      throw Failure(
        message:
          "this chip8 needs \(names[0])\(others), so a copy would not stand alone: use the one "
          + "that make install builds",
        code: EX_UNAVAILABLE)
    }
  }

  private static var block: StandaloneBlock {
    StandaloneBlock(
      UnsafeBufferPointer(start: CStandalone_block(), count: CStandalone_byteCount),
      magicByteCount: CStandalone_magicByteCount)
  }
}
