// The image file: a machine's whole state with the program in it.
// Layout, limits and the order of the checks: docs/STATE-FORMAT.md.

/// A machine's whole state, ready to be written to a file or turned into a machine again.
public struct Image: Equatable, Sendable {
  /// The largest image, and the most that all its sections may unpack to.
  public static let maxByteCount = 16 << 20
  static let maxSectionCount = 64
  static let maxNeedByteCount = 4096

  static let headerMagic: [UInt8] = [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  static let footerMagic: [UInt8] = [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]
  static let headerByteCount = 16
  /// How much of a file's end tells whether there is an image.
  package static let footerByteCount = 48
  static let revision: UInt16 = 1

  static let needTag = Tag("NEED")
  static let programTag = Tag("PROG")
  static let bytesTag = Tag("ROM ")

  /// What kind of machine this is an image of.
  public let kind: Tag
  /// The sections in the order of the file.
  public internal(set) var sections: [Section]

  /// The image of a machine as it is now.
  ///
  /// - Parameters:
  ///   - older: the image that the machine came from. What it holds that this version does not
  ///     know, and that is safe to copy, is carried over, as far as there is room.
  ///   - embedsProgram: whether the program's bytes are in the image. Without them, loading it
  ///     needs the program.
  ///   - parent: the parent image, which is needed to load this one.
  public init<M: Machine>(
    of machine: M, preservingUnknownSectionsOf older: Image? = nil, embedsProgram: Bool = true,
    parent: ParentImage? = nil
  ) {
    kind = M.kind
    var writer = StateWriter()
    machine.encode(into: &writer)
    if !embedsProgram { writer.requireFeature(Image.noProgramFeature) }
    if parent != nil { writer.requireFeature(Image.baseFeature) }
    sections = Image.needs(writer.features.sorted())
    if let parent { sections.append(parent.section) }
    sections.append(machine.program.section)
    if embedsProgram {
      let inherited = parent?.contents[Image.bytesTag]
      sections.append(
        inherited.map {
          Section(Image.bytesTag, .critical, machine.program.bytes, inheriting: $0)
        } ?? machine.program.bytesSection)
    }
    sections += writer.sections.map {
      Section(
        $0.tag, .critical, $0.bytes, differenceFrom: $0.base, inheriting: parent?.contents[$0.tag])
    }
    sections.append(Section(Image.witnessTag, [], Witness(of: machine).encoded))
    for section in older?.sections ?? []
    where Image.isSafeToCopy(section, M.self) { carry(section) }
    sortSections(M.sections)
  }

  /// A new machine from this image, every field checked.
  ///
  /// - Throws: ``ImageError/missingProgram(_:_:)`` or ``ImageError/missingParent(_:_:)`` too, if the
  ///   image does not hold everything: see ``completed(_:by:)``.
  public func machine<M: Machine>(_: M.Type = M.self) throws(ImageError) -> M {
    try check(M.self)
    if let parent = try parent() { throw .missingParent(parent, Search()) }
    var reader = StateReader(
      sections.filter { section in
        M.sections.contains { $0.isState && $0.tag == section.tag }
      })
    let machine = try M(program: program(), decoding: &reader)
    try reader.finish()
    return machine
  }

  /// Refuses the image of another machine, and one with what may not be skipped and is not
  /// known.
  func check<M: Machine>(_: M.Type) throws(ImageError) {
    guard kind == M.kind else { throw .otherMachine(kind) }
    // First, for the name of a feature says more than that of a section which comes with it.
    let features = M.features.union(Image.features)
    if let lacking = try needs().first(where: { !features.contains($0) }) {
      throw .unknownFeature(lacking)
    }
    for section in sections where section.flags.contains(.critical) {
      guard Image.sectionKind(of: section, M.self) != nil else {
        throw .unknownSection(section.tag)
      }
      _ = try section.known()
    }
  }

  /// The features that a reader needs, by name, in ascending order.
  public func needs() throws(ImageError) -> [String] {
    guard let section = sections.first(where: { $0.tag == Image.needTag }) else { return [] }
    let contents = try section.known().decoded(atMost: Image.maxNeedByteCount)
    guard let text = String(validating: contents, as: UTF8.self), text.last == "\n" else {
      throw .damagedSection(Image.needTag)
    }
    let names = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard
      names.allSatisfy(isFeatureName), zip(names, names.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .damagedSection(Image.needTag) }
    return names.map(String.init)
  }

  /// The section that asks for features, if any are needed.
  ///
  /// - Parameter features: their names in ascending order.
  static func needs(_ features: [String]) -> [Section] {
    guard !features.isEmpty else { return [] }
    let names = features.map { $0 + "\n" }.joined()
    return [Section(needTag, .critical, Array(names.utf8))]
  }

  /// Which program this is, whether or not its bytes are in the image.
  public func programIdentity() throws(ImageError) -> Program.Identity {
    var reader = ByteReader(try required(Image.programTag).decoded(atMost: 25 + 255))
    guard
      let byteCount = reader.next(UInt32.self),
      let sha1 = reader.take(20),
      let nameByteCount = reader.next(UInt8.self),
      let name = reader.take(Int(nameByteCount)), reader.count == 0,
      let text = String(validating: name, as: UTF8.self)
    else { throw .damagedSection(Image.programTag) }
    return Program.Identity(
      name: text, byteCount: Int(byteCount), sha1: Digest(bytes: Array(sha1)))
  }

  /// The program in this image.
  ///
  /// - Throws: ``ImageError/missingProgram(_:_:)`` or ``ImageError/missingParent(_:_:)`` if it is left
  ///   out or only a delta against another one.
  public func program() throws(ImageError) -> Program {
    let identity = try programIdentity()
    if !embedsProgram, try needs().contains(Image.noProgramFeature) {
      throw .missingProgram(identity, Search())
    }
    let section = try required(Image.bytesTag)
    guard section.decodedByteCount == identity.byteCount, identity.byteCount > 0 else {
      throw .damagedSection(Image.bytesTag)
    }
    if section.codec == Section.Codec.inheritedDeflate, let parent = try parent() {
      throw .missingParent(parent, Search())
    }
    guard let program = Program(identity, try section.decoded(atMost: Program.maxByteCount)) else {
      throw .damagedSection(Image.bytesTag)
    }
    return program
  }

  func required(_ tag: Tag) throws(ImageError) -> Section {
    guard let section = sections.first(where: { $0.tag == tag }) else {
      throw .missingSection(tag)
    }
    return try section.known()
  }
}

func isFeatureName(_ name: Substring) -> Bool {
  (1...32).contains(name.utf8.count)
    && name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
}
