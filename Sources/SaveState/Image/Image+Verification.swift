// Whether an image is what it should be, beyond being whole.

extension Image {
  /// What was found out about an image whose digest, structure and fields are right.
  public struct Verification: Equatable, Sendable {
    /// Whether the machine, saved again, gives the same sections.
    public let isCanonical: Bool
    /// Whether the witness holds; nil if there is none.
    public let witnessHolds: Bool?
  }

  /// Restores the machine, saves it again, and runs it as far as its witness.
  public func verification<M: Machine>(_: M.Type) throws(ImageError) -> Verification {
    var nothing = NoDependencies()
    return try verification(M.self, by: &nothing)
  }

  /// The same for an image that may leave something out. All of its parents are checked too.
  public func verification<M: Machine>(
    _: M.Type, by dependencies: inout some Dependencies
  ) throws(ImageError) -> Verification {
    var chain = try ImageChain<M>(self, by: &dependencies)
    let machine = try chain.machine(by: &dependencies)
    var parent: ParentImage?
    if let named = try self.parent() {
      parent = try ParentImage(named, of: chain, by: &dependencies)
    }
    let again = Image(of: machine, embedsProgram: embedsProgram, parent: parent)
    return Verification(
      isCanonical: holdsSameState(as: again) && self == reordered(M.sections),
      witnessHolds: try witness()?.holds(for: machine))
  }

  /// Whether two images hold the same machine and program, whatever they say beside it, in the
  /// same way: all of it, or a delta against the same parent.
  public func holdsSameState(as other: Image) -> Bool {
    guard kind == other.kind else { return false }
    let (ours, theirs) = (criticalSections, other.criticalSections)
    return ours.count == theirs.count && zip(ours, theirs).allSatisfy { $0.holdsSame(as: $1) }
  }

  private var criticalSections: [Section] { sections.filter { $0.flags.contains(.critical) } }

  /// The same image with its sections in the order in which they are written.
  private func reordered(_ kinds: [SectionKind]) -> Image {
    var image = self
    image.sortSections(kinds)
    return image
  }
}

extension Image.Section {
  /// Whether two sections hold the same, however it is deflated.
  fileprivate func holdsSame(as other: Image.Section) -> Bool {
    tag == other.tag && flags == other.flags && version == other.version
      && decodedByteCount == other.decodedByteCount && difference == other.difference
      && (stored == other.stored && codec == other.codec || meaning == other.meaning)
  }

  /// What the contents are stored as a difference from; nil if they are not.
  private var difference: UInt8? { isDifference ? codec : nil }

  /// The contents or the difference, without zeros at its end.
  private var meaning: ArraySlice<UInt8>? {
    guard let bytes = try? unpacked() else { return nil }
    return bytes[..<((bytes.lastIndex { $0 != 0 } ?? -1) + 1)]
  }
}
