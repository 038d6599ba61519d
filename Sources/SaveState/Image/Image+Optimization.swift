// Images in fewer bytes.

extension Image {
  /// The same image in fewer bytes, or as many. Only the way in which its sections are deflated
  /// changes: no section is dropped, and those that this version does not know stay as they are,
  /// byte for byte. A parent stays the parent.
  public func optimized<M: Machine>(_: M.Type) throws(ImageError) -> Image {
    try check(M.self)
    var image = self
    image.sections = []
    for section in sections {
      let isReadable =
        Image.sectionKind(of: section, M.self) != nil && section.version == Section.version
      image.sections.append(isReadable ? try section.optimized() : section)
    }
    return image
  }
}
