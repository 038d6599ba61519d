// An image as the bytes of a file, and back.

extension Image {
  /// How many bytes the file has.
  public var byteCount: Int {
    sections.reduce(Image.headerByteCount + Image.footerByteCount) {
      $0 + Section.headerByteCount + $1.stored.count
    }
  }

  /// The file's bytes: the same image always gives the same.
  public var bytes: [UInt8] {
    let byteCount = byteCount
    var writer = ByteWriter(reserving: byteCount)
    writer.append(contentsOf: Image.headerMagic)
    writer.append(kind.rawValue)
    writer.append(Image.revision)
    writer.append(UInt16(0))
    for section in sections { section.write(to: &writer) }
    writer.append(contentsOf: Image.footerMagic)
    writer.append(UInt64(byteCount))
    writer.append(contentsOf: Digest.sha256(writer.bytes).bytes)
    return writer.bytes
  }

  /// The image at the end of some bytes, checked from the outside in.
  public init(_ file: [UInt8]) throws(ImageError) {
    let image = try Image.checkedExtent(of: file)
    var reader = ByteReader(image.dropLast(Image.footerByteCount))
    guard
      let magic = reader.take(8), Array(magic) == Image.headerMagic,
      let kind = reader.next(UInt32.self).map(Tag.init(rawValue:)),
      let revision = reader.next(UInt16.self),
      let zero = reader.next(UInt16.self)
    else { throw .malformed("it has no header") }
    guard revision == Image.revision else { throw .unknownRevision(revision) }
    guard zero == 0 else { throw .malformed("its header has a value in a reserved field") }
    self.kind = kind
    sections = []
    while reader.count > 0 {
      let section = try Section(from: &reader)
      guard sections.count < Image.maxSectionCount else { throw .malformed("too many sections") }
      guard !sections.contains(where: { $0.tag == section.tag }) else {
        throw .malformed("section \"\(section.tag)\" appears twice")
      }
      sections.append(section)
    }
    guard isWithinLimits else { throw .tooLarge }
  }

  /// Whether some bytes claim to be an image: they begin or end like one. One that is cut off or
  /// damaged still does, so that the user is told so and not that it is a strange program.
  public static func isImage(_ file: [UInt8]) -> Bool {
    file.starts(with: headerMagic) || hasFooter(file)
  }

  /// The digest that a file's footer names, which is not yet known to be right.
  static func footerDigest(of file: some BidirectionalCollection<UInt8>) -> Digest? {
    let footer = file.suffix(footerByteCount)
    guard footer.count == footerByteCount, footer.starts(with: footerMagic) else { return nil }
    return Digest(bytes: Array(footer.suffix(32)))
  }

  /// The length that a file's footer names, if it is one that an image can have.
  static func lengthInFooter(of file: [UInt8]) -> Int? {
    var footer = ByteReader(file.suffix(footerByteCount).dropFirst(8))
    guard hasFooter(file), let length = footer.next(UInt64.self),
      length <= UInt64(maxByteCount)
    else { return nil }
    return Int(length)
  }

  private static func hasFooter(_ file: [UInt8]) -> Bool {
    file.suffix(footerByteCount).starts(with: footerMagic) && file.count >= footerByteCount
  }

  /// The bytes from header to footer, after the digest was found right.
  private static func checkedExtent(of file: [UInt8]) throws(ImageError) -> ArraySlice<UInt8> {
    guard hasFooter(file) else {
      throw file.starts(with: headerMagic) ? .truncated : .notAnImage
    }
    var footer = ByteReader(file.suffix(footerByteCount).dropFirst(8))
    guard
      let length = footer.next(UInt64.self),
      let digest = footer.take(32)
    else { throw .notAnImage }
    guard length <= UInt64(Image.maxByteCount) else { throw .tooLarge }
    guard length <= UInt64(file.count) else { throw .truncated }
    guard length >= UInt64(headerByteCount + footerByteCount) else {
      throw .malformed("it is shorter than its own header")
    }
    let image = file.suffix(Int(length))
    guard Digest.sha256(image.dropLast(32)).bytes == Array(digest) else { throw .digestMismatch }
    return image
  }
}
