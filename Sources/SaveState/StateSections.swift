// A machine's state on its way into an image, and out of one.

/// Collects the sections of a machine's state.
public struct StateWriter: Sendable {
  struct Section: Sendable {
    let tag: Tag
    let bytes: [UInt8]
    let base: [UInt8]?
  }

  private(set) var sections: [Section] = []
  private(set) var features: [String] = []

  /// Whether only the canonical encoding is wanted, for which no base is computed.
  private let isCanonical: Bool

  init(isCanonical: Bool = false) {
    self.isCanonical = isCanonical
    sections.reserveCapacity(8)
  }

  /// Declares features that a reader needs. They have no influence on the canonical encoding.
  ///
  /// - Parameter features: as for ``requireFeature(_:)``.
  public mutating func requireFeatures(_ features: @autoclosure () -> [String]) {
    guard !isCanonical else { return }
    for feature in features() { requireFeature(feature) }
  }

  /// Declares a feature that a reader needs.
  ///
  /// - Parameter feature: its name: 1 to 32 of the characters a–z, 0–9 and -.
  public mutating func requireFeature(_ feature: String) {
    precondition(isFeatureName(feature[...]), "a feature's name has a form")
    features.append(feature)
  }

  /// Appends a section.
  ///
  /// - Parameters:
  ///   - tag: its name, used once in a machine.
  ///   - bytes: its contents.
  ///   - base: bytes of the same count that the reader can compute; the file then holds only the
  ///     difference. It has no influence on the canonical encoding.
  public mutating func append(
    _ tag: Tag, _ bytes: [UInt8], differenceFrom base: @autoclosure () -> [UInt8]? = nil
  ) {
    let base = isCanonical ? nil : base()
    precondition(base == nil || base?.count == bytes.count, "a base is as long as its section")
    sections.append(Section(tag: tag, bytes: bytes, base: base))
  }

}

/// Hands out the sections of an image to the machine that is made from it.
public struct StateReader: Sendable {
  private var sections: [Image.Section]
  private lazy var inflater = Inflater()
  /// What has been handed out.
  private(set) var contents: [(Tag, [UInt8])] = []

  init(_ sections: [Image.Section]) {
    self.sections = sections
    contents.reserveCapacity(sections.count)
  }

  /// The contents of a section, which must be there with exactly `count` bytes.
  ///
  /// - Parameter base: what the section was written as a difference from, if it was.
  /// - Throws: ``ImageError/missingSection(_:)`` or ``ImageError/damagedSection(_:)``.
  public mutating func section(
    _ tag: Tag, count: Int, differenceFrom base: @autoclosure () -> [UInt8]? = nil
  ) throws(ImageError) -> [UInt8] {
    guard let index = sections.firstIndex(where: { $0.tag == tag }) else {
      throw .missingSection(tag)
    }
    let section = sections.remove(at: index)
    guard section.version == Image.Section.version else {
      throw .unknownVersion(tag, section.version)
    }
    guard section.decodedByteCount == count else { throw .damagedSection(tag) }
    let bytes = try section.decoded(
      differenceFrom: section.isDifference ? base() : nil, by: inflater)
    contents.append((tag, bytes))
    return bytes
  }

  /// The contents of a section that is there only for some machines, nil if it is not.
  ///
  /// - Parameter limit: how many bytes it has at most.
  /// - Throws: ``ImageError/unknownVersion(_:_:)`` or ``ImageError/damagedSection(_:)``.
  public mutating func sectionIfPresent(
    _ tag: Tag, atMost limit: Int
  ) throws(ImageError) -> [UInt8]? {
    guard let section = sections.first(where: { $0.tag == tag }) else { return nil }
    guard section.decodedByteCount <= limit else { throw .damagedSection(tag) }
    return try self.section(tag, count: section.decodedByteCount)
  }

  /// Rejects unread critical sections.
  func finish() throws(ImageError) {
    if let unknown = sections.first(where: { $0.flags.contains(.critical) }) {
      throw .unknownSection(unknown.tag)
    }
  }
}
