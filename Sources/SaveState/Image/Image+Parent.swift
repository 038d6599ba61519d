// Images that leave out their program, or hold only a delta against their parent.

extension Image {
  static let baseTag = Tag("BASE")
  static let baseFeature = "base"
  static let noProgramFeature = "no-rom"

  /// What images of any kind of machine may ask for.
  static let features: Set<String> = [baseFeature, noProgramFeature]

  /// The digest in the footer: what another image knows this one by.
  public var digest: Digest { Digest(bytes: Array(bytes.suffix(32))) }

  /// The image that this one is a delta against, if it is one.
  public func parent() throws(ImageError) -> Parent? {
    guard let section = sections.first(where: { $0.tag == Image.baseTag }) else { return nil }
    var reader = ByteReader(try section.known().decoded(atMost: 65 + 255))
    guard
      let digest = reader.take(32), let stateDigest = reader.take(32),
      let nameByteCount = reader.next(UInt8.self),
      let name = reader.take(Int(nameByteCount)), reader.count == 0,
      let text = String(validating: name, as: UTF8.self), text.isEmpty || isBasename(text)
    else { throw .damagedSection(Image.baseTag) }
    return Parent(
      digest: Digest(bytes: Array(digest)), stateDigest: Digest(bytes: Array(stateDigest)),
      name: text)
  }

  /// Whether the program's bytes are in this image, whole or as a delta against its parent's.
  public var embedsProgram: Bool { sections.contains { $0.tag == Image.bytesTag } }

  /// Whether there is everything in this image that its machine is made of.
  public func isComplete() throws(ImageError) -> Bool { try parent() == nil && embedsProgram }
}

/// An image that others are saved as deltas against.
public struct ParentImage: Sendable {
  let parent: Image.Parent
  /// The decoded contents of the sections that others may refer to.
  let contents: [Tag: [UInt8]]

  /// Reads the machine in an image.
  ///
  /// - Parameters:
  ///   - name: what the image's file is called, without directory; it is where one looks first.
  ///   - dependencies: finds what the image itself leaves out.
  /// - Throws: why the image cannot be used, or ``ImageError/chainTooLong`` or
  ///   ``ImageError/chainTooLarge`` if nothing more can be built on it.
  public init<M: Machine>(
    _ image: Image, named name: String, _: M.Type, by dependencies: inout some Dependencies
  ) throws(ImageError) {
    var chain = try ImageChain<M>(image, by: &dependencies)
    guard chain.count < Image.maxChainCount else { throw .chainTooLong }
    // Room for any image, so that what is saved on this one can be loaded.
    guard chain.byteCount + Image.maxByteCount <= Image.maxChainByteCount else {
      throw .chainTooLarge
    }
    try self.init(chain.machine(by: &dependencies), in: image, digest: image.digest, named: name)
  }

  /// The parent of an image that was read.
  init<M: Machine>(
    _ parent: Image.Parent, of chain: ImageChain<M>, by dependencies: inout some Dependencies
  ) throws(ImageError) {
    var rest = try chain.withoutFirst
    try self.init(
      rest.machine(by: &dependencies), in: rest.first, digest: parent.digest, named: parent.name)
  }

  private init(_ machine: some Machine, in image: Image, digest: Digest, named name: String) {
    parent = Image.Parent(
      digest: digest, stateDigest: machine.stateDigest, name: isBasename(name) ? name : "")
    var writer = StateWriter()
    machine.encode(into: &writer)
    var contents: [Tag: [UInt8]] = [:]
    for section in writer.sections { contents[section.tag] = section.bytes }
    if image.embedsProgram { contents[Image.bytesTag] = machine.program.bytes }
    self.contents = contents
  }

  /// Whether a program's bytes are in it, so that what is saved on it may leave them out.
  public func holds(_ program: Program) -> Bool { contents[Image.bytesTag] == program.bytes }

  var section: Image.Section {
    var writer = ByteWriter()
    writer.append(contentsOf: parent.digest.bytes)
    writer.append(contentsOf: parent.stateDigest.bytes)
    writer.append(UInt8(parent.name.utf8.count))
    writer.append(contentsOf: parent.name.utf8)
    return Image.Section(Image.baseTag, .critical, writer.bytes)
  }
}
