import CStandalone
import Glibc
import SaveState

/// One file that is an emulator and a machine: a copy of this executable that says so in a block of
/// its own, with an image at its end.
enum Standalone {
  /// The libraries that every machine has on which such a file can run at all.
  private static let systemLibraries = [
    "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libutil.so", "ld-linux",
  ]

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
    let contents = block.contents
    guard contents.first == 1, name != emulatorName else { return nil }
    return contents.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What the command line comes to in a file that stands alone: all of it is for the program.
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
    try checkThatACopyStandsAlone()
    var executable = try Storage.read("/proc/self/exe", limit: 1 << 30)
    let (magic, contents) = block
    let words: [UInt8] = [1] + options.words.flatMap { Array($0.utf8) + [0] }
    guard words.count < contents.count, !options.words.contains("") else {
      throw Failure.usage("--with: an option is empty, or all of them are too long")
    }
    guard let place = executable.onlyIndex(of: magic) else {
      throw Failure.data(path, "this executable was modified after it was built")
    }
    let start = place + magic.count
    executable.replaceSubrange(start..<start + words.count, with: words)
    return executable
  }

  private static var block: (magic: [UInt8], contents: [UInt8]) {
    let bytes = UnsafeBufferPointer(
      start: CStandalone_block(), count: CStandalone_byteCount)
    let count = CStandalone_magicByteCount
    return (Array(bytes.prefix(count)), Array(bytes.dropFirst(count)))
  }

  /// A copy needs what this process has loaded.
  private static func checkThatACopyStandsAlone() throws {
    let maps = String(decoding: try Storage.read("/proc/self/maps", limit: 1 << 20), as: UTF8.self)
    let files = maps.split(separator: "\n").compactMap { $0.split(separator: "/").last }
    let needed = Set(
      files.filter { name in
        name.contains(".so") && !systemLibraries.contains { name.hasPrefix($0) }
      }
    ).sorted()
    guard let first = needed.first else { return }
    let others = needed.count > 1 ? " and \(needed.count - 1) more libraries" : ""
    throw Failure(
      message: "this chip8 needs \(first)\(others), so a copy would not stand alone: use the one "
        + "that make install builds",
      code: EX_UNAVAILABLE)
  }
}

extension [UInt8] {
  /// Where some bytes are, if they are there exactly once.
  fileprivate func onlyIndex(of part: [UInt8]) -> Int? {
    let places = indices.dropLast(part.count - 1).filter { index in
      self[index] == part[0] && self[index..<index + part.count].elementsEqual(part)
    }
    return places.count == 1 ? places[0] : nil
  }
}
