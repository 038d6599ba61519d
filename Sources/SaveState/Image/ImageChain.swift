// An image, its parent, and so on. What is refused: docs/STATE-FORMAT.md.

extension Image {
  /// The most images of which each is a delta against the next.
  public static let maxChainCount = 256
  /// The most bytes of all images of a chain together, in their files and decoded.
  public static let maxChainByteCount = 64 << 20

  /// This image with everything in it that it leaves out. It is itself if it leaves out nothing.
  ///
  /// - Throws: ``ImageError/missingProgram(_:_:)``, ``ImageError/missingParent(_:_:)``,
  ///   ``ImageError/changedParent(_:path:)``, ``ImageError/refusedParent(path:_:)``,
  ///   ``ImageError/parentCycle(path:)``, ``ImageError/chainTooLong``,
  ///   ``ImageError/chainTooLarge``, or why this image itself is refused.
  public func completed<M: Machine>(
    _: M.Type, by dependencies: inout some Dependencies
  ) throws(ImageError) -> Image {
    if try isComplete() { return self }
    var chain = try ImageChain<M>(self, by: &dependencies)
    return try chain.completed(by: &dependencies)
  }

  /// The same machine as a file that leaves out nothing, with all that is said beside it.
  public func flattened<M: Machine>(
    _: M.Type, by dependencies: inout some Dependencies
  ) throws(ImageError) -> Image {
    if try isComplete() { return self }
    let machine: M = try completed(M.self, by: &dependencies).machine()
    var image = Image(of: machine)
    image.sections.removeAll { !Image.isState($0, M.self) }
    image.sections += sections.filter { !Image.isState($0, M.self) }
    guard image.isWithinLimits else { throw .tooLarge }
    return image
  }
}

/// An image, its parent, its parent's parent, and so on.
struct ImageChain<M: Machine> {
  private struct Link {
    let image: Image
    /// The file of a parent; nil for the image that everything is about.
    let path: String?
    /// What a parent has to be that was not found by its image's digest.
    let expected: Image.Parent?

    init(_ image: Image) {
      self.image = image
      path = nil
      expected = nil
    }

    /// Finds a parent.
    init(
      _ parent: Image.Parent, _ dependencies: inout some Dependencies
    ) throws(ImageError) {
      switch dependencies.find(parent) {
      case .missing(let search): throw .missingParent(parent, search)
      case .found(let file, let path):
        self.path = path
        expected = Image.footerDigest(of: file) == parent.digest ? nil : parent
        do throws(ImageError) {
          image = try Image(file)
          try image.check(M.self)
        } catch { throw .refusedParent(path: path, error) }
      }
    }

    /// Says which image it was that cannot be used.
    func refusal(_ error: ImageError) -> ImageError {
      guard let path else { return error }
      if case .changedParent = error { return error }
      return .refusedParent(path: path, error)
    }
  }

  private var links: [Link]
  /// The program's bytes that were met last: most images of a chain have the same.
  private var programBytes: [UInt8]?

  /// How many images there are.
  var count: Int { links.count }
  /// How many bytes they have together, in their files or decoded.
  var byteCount: Int {
    links.flatMap(\.image.sections)
      .reduce(0) { $0 + max($1.storedByteCount, $1.decodedByteCount) }
  }
  /// The image that everything is about.
  var first: Image { links[0].image }

  /// Finds all parents of an image.
  init(_ image: Image, by dependencies: inout some Dependencies) throws(ImageError) {
    try image.check(M.self)
    links = [Link(image)]
    var digests: Set<Digest> = [image.digest]
    while let parent = try last({ image throws(ImageError) in try image.parent() }) {
      guard links.count < Image.maxChainCount else { throw .chainTooLong }
      let link = try last { _ throws(ImageError) in try Link(parent, &dependencies) }
      let digest = link.expected == nil ? parent.digest : link.image.digest
      guard digests.insert(digest).inserted else {
        throw .parentCycle(path: link.path ?? parent.name)
      }
      links.append(link)
      guard byteCount <= Image.maxChainByteCount else { throw .chainTooLarge }
    }
  }

  var withoutFirst: ImageChain {
    get throws(ImageError) {
      var rest = self
      rest.links.removeFirst()
      guard !rest.links.isEmpty else { throw .missingSection(Image.baseTag) }
      return rest
    }
  }

  mutating func machine(by dependencies: inout some Dependencies) throws(ImageError) -> M {
    try completed(by: &dependencies).machine()
  }

  /// The first image with everything in it.
  mutating func completed(by dependencies: inout some Dependencies) throws(ImageError) -> Image {
    var contents: [Tag: [UInt8]] = [:]
    for link in links.reversed() {
      do throws(ImageError) {
        contents = try self.contents(of: link, over: contents, &dependencies)
      } catch { throw link.refusal(error) }
    }
    if contents[Image.bytesTag] == nil {
      contents[Image.bytesTag] = try program(of: first, nil, &dependencies).bytes
    }
    return try first.holding(contents)
  }

  /// Reads something in the last image, and says which one that was if it cannot be used.
  private func last<Value>(
    _ read: (Image) throws(ImageError) -> Value
  ) throws(ImageError) -> Value {
    let link = links[links.count - 1]
    do throws(ImageError) {
      return try read(link.image)
    } catch { throw link.refusal(error) }
  }

  /// The decoded contents of an image's sections.
  ///
  /// Only deltas against bytes that the machine computes need a machine.
  private mutating func contents(
    of link: Link, over inherited: [Tag: [UInt8]], _ dependencies: inout some Dependencies
  ) throws(ImageError) -> [Tag: [UInt8]] {
    var contents: [Tag: [UInt8]] = [:]
    var takesMachine = link.expected != nil
    var sections: [Image.Section] = []
    for section in link.image.sections {
      let isProgram = section.tag == Image.bytesTag
      guard isProgram || M.sections.contains(where: { $0.isState && $0.tag == section.tag }) else {
        continue
      }
      if section.codec == Image.Section.Codec.differenceDeflate {
        takesMachine = true
        sections.append(section)
        continue
      }
      let bytes = try section.known().decoded(inheriting: inherited[section.tag])
      contents[section.tag] = bytes
      if isProgram { programBytes = bytes }
      if !isProgram { sections.append(Image.Section(plain: section.tag, bytes)) }
    }
    guard takesMachine else { return contents }
    let program = try program(of: link.image, contents[Image.bytesTag], &dependencies)
    var reader = StateReader(sections)
    let machine = try M(program: program, decoding: &reader)
    if let expected = link.expected, machine.stateDigest != expected.stateDigest {
      throw .changedParent(expected, path: link.path ?? expected.name)
    }
    return contents.merging(reader.contents) { _, new in new }
  }

  /// The program of an image.
  ///
  /// - Parameter bytes: its bytes, if they are in the image.
  private mutating func program(
    of image: Image, _ bytes: [UInt8]?, _ dependencies: inout some Dependencies
  ) throws(ImageError) -> Program {
    let identity = try image.programIdentity()
    if let bytes {
      guard let program = Program(identity, bytes) else { throw .damagedSection(Image.bytesTag) }
      return program
    }
    guard try image.needs().contains(Image.noProgramFeature) else {
      throw .missingSection(Image.bytesTag)
    }
    if let programBytes, let known = Program(identity, programBytes) { return known }
    switch dependencies.find(identity) {
    case .missing(let search): throw .missingProgram(identity, search)
    case .found(let bytes, let path):
      guard let program = Program(identity, bytes) else {
        throw .missingProgram(identity, Search(notes: ["\(path) is another program"]))
      }
      programBytes = bytes
      return program
    }
  }
}

extension Image {
  /// This image with contents that it has left out or holds as differences.
  fileprivate func holding(_ contents: [Tag: [UInt8]]) throws(ImageError) -> Image {
    var image = self
    image.sections = Image.needs(try needs().filter { !Image.features.contains($0) })
    for section in sections {
      switch section.tag {
      case Image.needTag, Image.baseTag, Image.bytesTag: continue
      default:
        image.sections.append(
          contents[section.tag].map { Section(plain: section.tag, $0) } ?? section)
      }
      if section.tag == Image.programTag, let bytes = contents[Image.bytesTag] {
        image.sections.append(Section(plain: Image.bytesTag, bytes))
      }
    }
    return image
  }
}

extension Program {
  /// The program that is meant, if these are its bytes.
  init?(_ identity: Identity, _ bytes: [UInt8]) {
    guard bytes.count == identity.byteCount else { return nil }
    self.init(name: identity.name, bytes: bytes)
    guard sha1 == identity.sha1 else { return nil }
  }
}
