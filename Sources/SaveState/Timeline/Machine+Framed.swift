// A machine within another record: its sections, framed as in an image.

extension Machine {
  private static var maxSectionCount: UInt8 { 16 }

  /// Appends the number of its sections, and each of them.
  func encodeFramed(into writer: inout ByteWriter) {
    var state = StateWriter()
    encode(into: &state)
    writer.append(UInt8(state.sections.count))
    for section in state.sections {
      Image.Section(section.tag, .critical, section.bytes, differenceFrom: section.base)
        .write(to: &writer)
    }
  }

  /// A machine from untrusted bytes: every section and every field is checked.
  ///
  /// - Parameter tag: what is damaged if they are not as ``encodeFramed(into:)`` writes them.
  init(
    program: Program, decodingFramed reader: inout ByteReader, of tag: Tag
  ) throws(ImageError) {
    guard let count = reader.next(UInt8.self), count <= Self.maxSectionCount else {
      throw .damagedSection(tag)
    }
    var sections: [Image.Section] = []
    for _ in 0..<count {
      let section = try Image.Section(from: &reader)
      guard
        section.flags.contains(.critical), !sections.contains(where: { $0.tag == section.tag })
      else { throw .damagedSection(tag) }
      sections.append(section)
    }
    var state = StateReader(sections)
    try self.init(program: program, decoding: &state)
    try state.finish()
  }
}
