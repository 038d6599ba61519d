// An image that comes through a pipe whose other end stays open.

extension Image {
  /// Reads the bytes of an image up to its footer and none beyond it. They are not checked yet, but
  /// no more of them are read than an image may have.
  ///
  /// - Throws: ``StorageError`` if the other side does not answer, or does not send an image.
  public static func bytes(from channel: PeerChannel) throws(StorageError) -> [UInt8] {
    var image: [UInt8] = []
    /// Appends as many bytes as are to come next, and returns them.
    func take(_ count: Int) throws(StorageError) -> [UInt8] {
      guard image.count + count <= maxByteCount else { throw .image("-", .tooLarge) }
      let bytes = try channel.receive(count, isPatient: image.isEmpty)
      image += bytes
      guard bytes.count == count else { throw .image("-", .truncated) }
      return bytes
    }
    guard try take(headerByteCount).starts(with: headerMagic) else {
      throw .image("-", .notAnImage)
    }
    for _ in 0...maxSectionCount {
      let start = try take(footerMagic.count)
      if start == footerMagic {
        _ = try take(footerByteCount - footerMagic.count)
        return image
      }
      var rest = ByteReader(try take(Section.headerByteCount - footerMagic.count))
      _ = try take(rest.next(UInt32.self).map(Int.init) ?? 0)
    }
    throw .image("-", .malformed("too many sections"))
  }
}
