// The image file: a machine's whole state with the program in it.
// Layout, limits and the order of the checks: docs/STATE-FORMAT.md.

/// A machine's whole state, ready to be written to a file or turned into a machine again.
public struct Image: Equatable, Sendable {
  /// The largest file, and the most that all its sections may unpack to.
  public static let byteCountMax = 16 << 20
  static let sectionCountMax = 64

  static let headerMagic: [UInt8] = [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  static let footerMagic: [UInt8] = [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]
  static let headerByteCount = 16
  static let footerByteCount = 48
  static let revision: UInt16 = 0
  static let programTag = Tag("PROG")

  /// What kind of machine this is an image of.
  public let kind: Tag
  var sections: [Section]

  /// The image of a machine as it is now.
  public init<M: Machine>(of machine: M) {
    kind = M.kind
    var writer = StateWriter()
    machine.encode(into: &writer)
    sections =
      [Section(tag: Image.programTag, machine.program.encoded)]
      + writer.sections.map { Section(tag: $0.tag, $0.bytes, differenceFrom: $0.base) }
  }

  /// A new machine from this image, every field checked.
  public func machine<M: Machine>(_: M.Type = M.self) throws(ImageError) -> M {
    guard kind == M.kind else { throw .otherMachine(kind) }
    var reader = StateReader(sections.filter { $0.tag != Image.programTag })
    let machine = try M(program: program(), decoding: &reader)
    try reader.finish()
    return machine
  }

  /// The program in this image.
  public func program() throws(ImageError) -> Program {
    guard let section = sections.first(where: { $0.tag == Image.programTag }) else {
      throw .missingSection(Image.programTag)
    }
    var reader = ByteReader(try section.decoded())
    guard
      let count = reader.next(UInt8.self),
      let name = reader.take(Int(count)),
      let text = String(validating: name, as: UTF8.self),
      let bytes = reader.take(reader.count), !bytes.isEmpty
    else { throw .damagedSection(Image.programTag) }
    return Program(name: text, bytes: Array(bytes))
  }
}

extension Program {
  fileprivate var encoded: [UInt8] {
    [UInt8(name.utf8.count)] + Array(name.utf8) + bytes
  }
}
