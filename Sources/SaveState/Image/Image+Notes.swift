// What an image says beside the machine's state: when it was saved, and what the user notes.

extension Image {
  static let timeTag = Tag("TIME")
  static let noteTag = Tag("NOTE")

  /// The most bytes of UTF-8 that a note has.
  public static let maxNoteByteCount = 4096

  /// When it was saved, in seconds since 1970-01-01 00:00:00 UTC, if the image says so.
  public func time() throws(ImageError) -> UInt64? {
    guard let contents = try ancillary(Image.timeTag, atMost: 8) else { return nil }
    var reader = ByteReader(contents)
    guard contents.count == 8, let time = reader.next(UInt64.self) else {
      throw .damagedSection(Image.timeTag)
    }
    return time
  }

  /// Says when it was saved, unless the image is full of what others have put into it.
  public mutating func setTime(_ time: UInt64?) {
    setAncillary(
      .ancillary(Image.timeTag),
      time.map {
        var writer = ByteWriter()
        writer.append($0)
        return writer.bytes
      })
  }

  /// What the user says of it, if anything.
  public func note() throws(ImageError) -> String? {
    guard
      let contents = try ancillary(Image.noteTag, atMost: Image.maxNoteByteCount)
    else { return nil }
    guard
      (1...Image.maxNoteByteCount).contains(contents.count), !contents.contains(0),
      let note = String(validating: contents, as: UTF8.self)
    else { throw .damagedSection(Image.noteTag) }
    return note
  }

  /// Says what the user notes; an empty note removes it.
  ///
  /// - Throws: ``ImageError/badField(_:)`` if the note is too long or has a zero byte, or if the
  ///   image is full of what others have put into it. It is unchanged then.
  public mutating func setNote(_ note: String) throws(ImageError) {
    let bytes = Array(note.utf8)
    guard bytes.count <= Image.maxNoteByteCount else {
      throw .badField(
        "a note of \(bytes.count) bytes, more than \(Image.maxNoteByteCount)")
    }
    guard !bytes.contains(0) else { throw .badField("a note with a zero byte") }
    guard setAncillary(.ancillary(Image.noteTag), bytes.isEmpty ? nil : bytes) else {
      throw .badField("a note; no space left: foreign sections fill the image")
    }
  }

  /// The contents of a section that need not be there, nil also if a later version has changed what
  /// they mean.
  ///
  /// - Parameter byteCount: how many bytes they have at most. More are damage.
  public func ancillary(
    _ tag: Tag, atMost byteCount: Int = maxByteCount
  ) throws(ImageError) -> [UInt8]? {
    guard
      let section = sections.first(where: { $0.tag == tag }),
      section.version == Section.version
    else { return nil }
    return try section.decoded(atMost: byteCount)
  }

  /// Puts a section of a machine's own beside its state, or removes it with nil.
  ///
  /// - Returns: whether there is room for it; the image is as it was if there is none, or if a later
  ///   version has put something there that may not be skipped.
  @discardableResult
  public mutating func setAncillary<M: Machine>(
    _ kind: SectionKind, _ contents: [UInt8]?, of _: M.Type
  ) -> Bool {
    setAncillary(kind, contents, among: M.sections)
  }

  @discardableResult
  private mutating func setAncillary(
    _ kind: SectionKind, _ contents: [UInt8]?, among kinds: [SectionKind] = []
  ) -> Bool {
    let isRefused = sections.contains {
      $0.tag == kind.tag && $0.version != Section.version && $0.flags.contains(.critical)
    }
    guard !isRefused else { return false }
    var image = self
    image.sections.removeAll { $0.tag == kind.tag }
    if let contents {
      image.sections.append(Section(kind.tag, kind.isSafeToCopy ? .safeToCopy : [], contents))
    }
    image.sortSections(kinds)
    guard image.isWithinLimits else { return false }
    self = image
    return true
  }

  /// Takes a section over from another image, if that leaves room for all that there is to say
  /// beside a machine.
  mutating func carry(_ section: Section) {
    sections.append(section)
    if !isWithinLimits(leaving: 8, 1 << 16) { sections.removeLast() }
  }

  /// Whether readers would not refuse the file for its size.
  var isWithinLimits: Bool { isWithinLimits(leaving: 0, 0) }

  private func isWithinLimits(leaving sectionCount: Int, _ leftByteCount: Int) -> Bool {
    let decodedByteCount = sections.reduce(0) { $0 + $1.decodedByteCount }
    return sections.count + sectionCount <= Image.maxSectionCount
      && max(byteCount, decodedByteCount) + leftByteCount <= Image.maxByteCount
  }
}
