// The canonical encoding and back, for those who keep very many states for a short time: nothing is
// packed, and nothing but the fields is checked. Images are for files.

extension Machine {
  /// A new machine from the bytes of ``canonicalState``, every field checked.
  ///
  /// - Parameter reader: is left after them; what follows is not looked at.
  package init(
    program: Program, canonicalState reader: inout ByteReader
  ) throws(ImageError) {
    var sections: [Image.Section] = []
    while let tag = reader.next(UInt32.self), tag != 0 {
      let section = Tag(rawValue: tag)
      guard
        let count = reader.next(UInt32.self), let bytes = reader.take(Int(count)),
        !sections.contains(where: { $0.tag == section })
      else { throw .damagedSection(section) }
      sections.append(Image.Section(plain: section, Array(bytes)))
    }
    var state = StateReader(sections)
    try self.init(program: program, decoding: &state)
    try state.finish()
  }
}
