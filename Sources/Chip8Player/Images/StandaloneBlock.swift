import SaveState

/// One file that is an emulator and a machine: a copy of the emulator's executable that says so in a block of
/// its own, with an image at its end.
package struct StandaloneBlock {
  /// Why there cannot be such a file.
  package enum Problem: Error {
    /// An option is empty, or all of them are too long.
    case options
    /// The executable needs libraries, by their names, that are not on every machine.
    case libraries([String])
  }

  /// The libraries that every machine has on which such a file can run at all.
  private static let systemLibraries = [
    "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libutil.so", "ld-linux",
  ]

  private let magic: [UInt8]
  /// A byte that is 1 in a copy that stands alone, and options, each with a zero after it.
  private let contents: [UInt8]

  /// The block of the executable that runs.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, magicByteCount: Int) {
    magic = Array(bytes.prefix(magicByteCount))
    contents = Array(bytes.dropFirst(magicByteCount))
  }

  /// The options that the executable runs its own image with, nil if it is just an emulator.
  package var options: [String]? {
    guard contents.first == 1 else { return nil }
    return contents.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The executable that runs, as one that runs an image which is put after it.
  ///
  /// - Parameter path: where it is, for messages.
  /// - Throws: ``Problem``, ``PlayerError`` or `StorageError`.
  package func emulator(_ path: String, with options: [String]) throws -> [UInt8] {
    try StandaloneBlock.checkThatACopyStandsAlone()
    var executable = try Storage.read("/proc/self/exe", limit: 1 << 30)
    let words: [UInt8] = [1] + options.flatMap { Array($0.utf8) + [0] }
    guard words.count < contents.count, !options.contains("") else { throw Problem.options }
    guard let place = executable.onlyIndex(of: magic) else {
      throw PlayerError.contents(path: path, ContentsError.modifiedExecutable)
    }
    let start = place + magic.count
    executable.replaceSubrange(start..<start + words.count, with: words)
    return executable
  }

  /// A copy needs what this process has loaded.
  private static func checkThatACopyStandsAlone() throws {
    let maps = String(decoding: try Storage.read("/proc/self/maps", limit: 1 << 20), as: UTF8.self)
    let files = maps.split(separator: "\n").map { Storage.basename(of: String($0)) }
    let needed = Set(
      files.filter { name in
        name.contains(".so") && !systemLibraries.contains { name.hasPrefix($0) }
      })
    guard needed.isEmpty else { throw Problem.libraries(needed.sorted()) }
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
