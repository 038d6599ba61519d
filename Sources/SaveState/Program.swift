import Synchronization

/// The program in a machine: what was loaded at power-on.
public struct Program: Sendable {
  /// The most bytes of a program in an image. No machine that there is has room for so many.
  static let maxByteCount = 1 << 20

  /// How the user knows it: a file name without directory and suffix. At most 255 bytes of UTF-8.
  public let name: String

  /// What was loaded, unchanged.
  public let bytes: [UInt8]

  /// The SHA-1 of the bytes: what the program is known by, whatever it is called.
  public let sha1: Digest

  private let contents = Contents()

  /// The bytes as a section of images. To deflate them takes as long as all the rest of an image,
  /// and they never change: it is done when it is first needed, and once.
  private final class Contents: Sendable {
    let section = Mutex<Image.Section?>(nil)
  }

  /// A program under a name, which is cut to 255 bytes at a character boundary.
  public init(name: String, bytes: [UInt8]) {
    var name = name
    while name.utf8.count > 255 { name.removeLast() }
    self.name = name
    self.bytes = bytes
    sha1 = Digest.sha1(bytes)
  }

  /// What an image says of the program.
  var section: Image.Section {
    var writer = ByteWriter()
    writer.append(UInt32(bytes.count))
    writer.append(contentsOf: sha1.bytes)
    writer.append(UInt8(name.utf8.count))
    writer.append(contentsOf: name.utf8)
    return Image.Section(Image.programTag, .critical, writer.bytes)
  }

  /// The program itself in an image.
  var bytesSection: Image.Section {
    contents.section.withLock { section in
      let made = section ?? Image.Section(Image.bytesTag, .critical, bytes)
      section = made
      return made
    }
  }
}

extension Program: Hashable {
  /// Whether two programs have the same name and the same bytes.
  public static func == (one: Program, other: Program) -> Bool {
    one.contents === other.contents || one.name == other.name && one.bytes == other.bytes
  }

  /// By the name and the digest, which follows from the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(sha1)
  }
}
