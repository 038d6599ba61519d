// Whether an image is what it should be, beyond being whole.

extension Image {
  /// What was found out about an image whose digest, structure and fields are right.
  public struct Verification: Equatable, Sendable {
    /// Whether the machine, saved again, gives the same sections.
    public let isCanonical: Bool
    /// Whether the machine goes on as the image says; nil if it does not say.
    public let witnessHolds: Bool?
  }

  /// Makes the machine, saves it again, and lets it go on as far as the witness tells.
  public func verification<M: Machine>(_: M.Type) throws(ImageError) -> Verification {
    let machine: M = try machine()
    return Verification(
      isCanonical: try isCanonical(for: machine),
      witnessHolds: try witness()?.holds(for: machine))
  }

  /// Whether two images hold the same machine and program, whatever they say beside it.
  public func holdsSameState(as other: Image) -> Bool {
    guard kind == other.kind else { return false }
    let (ours, theirs) = (criticalSections, other.criticalSections)
    return ours.count == theirs.count && zip(ours, theirs).allSatisfy { $0.holdsSame(as: $1) }
  }

  private var criticalSections: [Section] { sections.filter { $0.flags.contains(.critical) } }

  private func isCanonical(for machine: some Machine) throws(ImageError) -> Bool {
    holdsSameState(as: Image(of: machine)) && self == Image(reordering: self)
  }

  /// The same image with its sections in the order in which they are written.
  private init(reordering image: Image) {
    self = image
    sortSections()
  }
}

extension Image.Section {
  /// Whether two sections hold the same, however it is deflated.
  fileprivate func holdsSame(as other: Image.Section) -> Bool {
    tag == other.tag && flags == other.flags && version == other.version
      && decodedByteCount == other.decodedByteCount && isDifference == other.isDifference
      && (stored == other.stored && codec == other.codec || meaning == other.meaning)
  }

  private var isDifference: Bool { codec == Codec.differenceDeflate }

  /// The contents or the difference, without zeros at its end.
  private var meaning: ArraySlice<UInt8>? {
    guard let bytes = try? unpacked() else { return nil }
    return bytes[..<((bytes.lastIndex { $0 != 0 } ?? -1) + 1)]
  }
}
