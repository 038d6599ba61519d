// What tests need beyond the public interface: states without the work of packing them.

extension Machine {
  /// A new machine from this one's sections, after they were altered.
  ///
  /// - Parameter alter: gets each section; one that it leaves nil is missing.
  package func restored(
    altering alter: (Tag, inout [UInt8]?) -> Void = { _, _ in }
  ) throws(ImageError) -> Self {
    var writer = StateWriter()
    encode(into: &writer)
    var sections: [Image.Section] = []
    for section in writer.sections {
      var bytes: [UInt8]? = section.bytes
      alter(section.tag, &bytes)
      if let bytes { sections.append(Image.Section(plain: section.tag, bytes)) }
    }
    var reader = StateReader(sections)
    let machine = try Self(program: program, decoding: &reader)
    try reader.finish()
    return machine
  }
}
