// What a file claims to hold, found out without reading all of it. None of this is checked;
// decoding the image does that.

extension Image {
  /// The image that a regular file claims to hold at its end, read without the rest of the file; nil
  /// if it claims none. Of one that is cut off there is enough for it to be refused. Nothing is waited
  /// for, whatever kind of file this is.
  public static func claimed(at path: String) throws(StorageError) -> [UInt8]? {
    let file = try RegularFile(path)
    // Enough for most images at one go.
    let end = try file.suffix(4096)
    if let length = lengthInFooter(of: end) {
      return length <= end.count ? end.suffix(length) : try file.suffix(length)
    }
    if isImage(end) { return end }
    let start = end.count < file.byteCount ? try file.bytes(headerMagic.count, from: 0) : []
    return start == headerMagic ? start : nil
  }

  /// The contents of a section as they are stored in the image that a file claims to hold, found by
  /// the frames of the sections alone; nil if the section is missing.
  ///
  /// - Parameter limit: how many bytes of them are read at most.
  static func claimedContents(
    of tag: Tag, at path: String, limit: Int
  ) throws(StorageError) -> [UInt8]? {
    let file = try RegularFile(path)
    guard let length = lengthInFooter(of: try file.suffix(footerByteCount)) else { return nil }
    let end = file.byteCount - footerByteCount
    var offset = file.byteCount - length + headerByteCount
    for _ in 0..<maxSectionCount where offset >= 0 && offset < end {
      var frame = ByteReader(try file.bytes(Section.headerByteCount, from: offset))
      guard
        let found = frame.next(UInt32.self).map(Tag.init(rawValue:)), frame.take(4) != nil,
        let byteCount = frame.next(UInt32.self).map(Int.init)
      else { return nil }
      offset += Section.headerByteCount
      if found == tag { return try file.bytes(min(byteCount, limit), from: offset) }
      offset += byteCount
    }
    return nil
  }
}
