// Where two states of a machine differ: from their bytes to a field.

/// A byte of a machine's canonical encoding.
struct EncodedByte {
  let tag: Tag
  let offset: Int
}

extension Machine {
  /// The sections of its state.
  var stateSections: [StateWriter.Section] {
    var writer = StateWriter(isCanonical: true)
    encode(into: &writer)
    return writer.sections
  }

  /// Where two machines differ first; nil if they do not.
  func firstDifference(from other: Self) -> EncodedByte? {
    firstDifference(from: other.stateSections)
  }

  /// Where this machine differs first from one with these sections; nil if it does not.
  func firstDifference(from others: [StateWriter.Section]) -> EncodedByte? {
    let sections = stateSections
    for (section, other) in zip(sections, others) {
      guard section.tag == other.tag else { return EncodedByte(tag: section.tag, offset: 0) }
      let common = zip(section.bytes, other.bytes).prefix { $0 == $1 }.count
      if common < max(section.bytes.count, other.bytes.count) {
        return EncodedByte(tag: section.tag, offset: common)
      }
    }
    let longer = sections.count > others.count ? sections : others
    return longer.dropFirst(min(sections.count, others.count)).first.map {
      EncodedByte(tag: $0.tag, offset: 0)
    }
  }

  func byte(at place: EncodedByte) -> UInt8? {
    let bytes = stateSections.first { $0.tag == place.tag }?.bytes
    return bytes.flatMap { place.offset < $0.count ? $0[place.offset] : nil }
  }
}

extension Machine {
  /// The first field in which the state differs from that of another machine; nil if it does not.
  public func firstDifferingField(from other: Self) -> String? {
    firstDifference(from: other).map { fieldName(in: $0.tag, at: $0.offset) }
  }
}
