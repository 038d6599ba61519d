import Chip8Core
import Glibc
import SaveState

/// A directory could not be made.
struct ChainError: Error {
  let code: Int32
}

/// A hundred images in a directory, each a delta against the one before.
struct ImageChain {
  static let count = 100

  private let directory: String
  /// What they take up together, in bytes.
  private(set) var byteCount = 0

  /// A machine whose program writes to its memory and draws, and an image after each second.
  init(_ platform: Platform) throws {
    var template = Array("/tmp/chip8-chain-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else {
      throw ChainError(code: errno)
    }
    directory = String(cString: path)
    let workload = Workload.synthetic[1]
    var machine = try Chip8(
      Program(name: workload.name, bytes: workload.program), Configuration(platform))
    var parent: ParentImage?
    for k in 0..<ImageChain.count {
      _ = machine.run(frames: 60)
      // All over the memory, as games do that unpack themselves.
      try machine.apply(.poke(0x400 + (k * 0x1F3) % (machine.state.ram.count - 0x400), [UInt8(k)]))
      let image = Image(of: machine, parent: parent)
      try Storage.writeAtomically("\(directory)/\(k).state", with: image.bytes, as: .savedState)
      byteCount += image.bytes.count
      var files = FileDependencies(beside: "\(directory)/x", programSuffix: ".ch8")
      parent = try ParentImage(image, named: "\(k).state", Chip8.self, by: &files)
    }
  }

  /// Reads the last one, and so all of them.
  func load() throws -> Chip8 {
    let path = "\(directory)/\(ImageChain.count - 1).state"
    var files = FileDependencies(beside: path, programSuffix: ".ch8")
    return try Image(contentsOf: path).completed(Chip8.self, by: &files).machine()
  }

  func remove() {
    for k in 0..<ImageChain.count {
      unlink("\(directory)/\(k).state")
    }
    rmdir(directory)
  }
}
