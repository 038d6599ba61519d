// The canonical encoding: tag, length and contents of each section, in order. Nothing is packed, and nothing
// but the fields is checked, for those who keep very many states for a short time. Images are for files.

extension Machine {
  /// The canonical encoding of the whole state.
  public var canonicalState: [UInt8] {
    let encoding = canonicalEncoding
    return [UInt8](unsafeUninitializedCapacity: encoding.canonicalByteCount) { buffer, count in
      count = encoding.canonicalByteCount
      encoding.writeCanonical(to: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// What is to be written of the state.
  package var canonicalEncoding: StateWriter {
    var writer = StateWriter(isCanonical: true)
    encode(into: &writer)
    return writer
  }

  /// A new machine from the sections of a canonical encoding, every field checked.
  package init(
    program: Program, canonicalSections sections: [(tag: Tag, bytes: [UInt8])]
  ) throws(ImageError) {
    var state = StateReader(sections.map { Image.Section(plain: $0.tag, $0.bytes) })
    try self.init(program: program, decoding: &state)
    try state.finish()
  }
}

extension StateWriter {
  /// How many bytes the canonical encoding has.
  package var canonicalByteCount: Int {
    sections.reduce(0) { $0 + CanonicalSection.headerByteCount + $1.bytes.count }
  }

  /// Writes the canonical encoding.
  ///
  /// - Parameters:
  ///   - buffer: has room for it.
  ///   - copy: copies what is in a section to its place.
  package func writeCanonical(
    to buffer: UnsafeMutableRawBufferPointer,
    copy: (Tag, UnsafeRawBufferPointer, UnsafeMutableRawPointer) -> Void = { _, bytes, place in
      if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
    }
  ) {
    precondition(buffer.count >= canonicalByteCount, "a buffer has room for what is written to it")
    guard var place = buffer.baseAddress else { return }
    for section in sections {
      place.storeBytes(of: section.tag.rawValue.littleEndian, as: UInt32.self)
      (place + 4).storeBytes(of: UInt32(section.bytes.count).littleEndian, as: UInt32.self)
      place += CanonicalSection.headerByteCount
      section.bytes.withUnsafeBytes { copy(section.tag, $0, place) }
      place += section.bytes.count
    }
  }
}

/// A section of a canonical encoding.
package struct CanonicalSection {
  static let headerByteCount = 8

  /// Its name.
  package let tag: Tag
  /// Where its contents are.
  package let range: Range<Int>

  /// Those of an encoding.
  ///
  /// - Parameters:
  ///   - buffer: may hold anything. What follows a tag of zeros is not looked at.
  ///   - start: where the encoding begins.
  package static func all(
    in buffer: UnsafeRawBufferPointer, from start: Int
  ) throws(ImageError) -> [CanonicalSection] {
    var sections: [CanonicalSection] = []
    sections.reserveCapacity(8)
    var place = start
    while buffer.count - place >= 4 {
      let tag = Tag(rawValue: buffer.number(at: place))
      guard tag.rawValue != 0 else { break }
      guard buffer.count - place >= headerByteCount, !sections.contains(where: { $0.tag == tag })
      else { throw .damagedSection(tag) }
      let count = Int(buffer.number(at: place + 4))
      place += headerByteCount
      guard count <= buffer.count - place else { throw .damagedSection(tag) }
      sections.append(CanonicalSection(tag: tag, range: place..<place + count))
      place += count
    }
    return sections
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func number(at offset: Int) -> UInt32 {
    loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
  }
}
