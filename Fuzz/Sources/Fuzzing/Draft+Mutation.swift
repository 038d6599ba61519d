/// libFuzzer's own way to change an input in place, up to a size; the new size.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ maxCount: Int) -> Int

extension Draft {
  /// Changes an input in place: mostly the contents of one section, so that the others stay what they
  /// are, and mostly without a change of their length, which most sections have to have.
  ///
  /// - Returns: the input's new size.
  public static func mutate(
    _ input: UnsafeMutablePointer<UInt8>, _ count: Int, _ maxCount: Int, seed: UInt32
  ) -> Int {
    // Eight bytes of chance out of four, for six choices.
    let chance = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    var random = Input((0..<8).map { UInt8(truncatingIfNeeded: chance >> ($0 * 8)) })
    var draft = Draft([UInt8](input, count))
    guard random.choice([true, true, true, false]), let place = draft.place(&random) else {
      return Fuzzing.mutate(input, count, maxCount)
    }
    draft.images[place.image].sections[place.section].mutate(&random)
    let bytes = draft.bytes
    guard bytes.count <= maxCount else { return Fuzzing.mutate(input, count, maxCount) }
    input.update(from: bytes, count: bytes.count)
    return bytes.count
  }

  /// A section to change: every other time the one with most fields, if it is there.
  private func place(_ random: inout Input) -> (image: Int, section: Int)? {
    let image = random.choice([true, false]) ? 0 : random.choice(Array(images.indices))
    let sections = images[image].sections
    guard !sections.isEmpty else { return nil }
    let core = sections.firstIndex { $0.tag == Array("CORE".utf8) }
    if let core, random.choice([true, false]) { return (image, core) }
    return (image, random.choice(Array(sections.indices)))
  }
}

extension Draft.Section {
  fileprivate mutating func mutate(_ random: inout Input) {
    let count = contents.count
    let keepsCount = count > 0 && random.choice([true, true, true, false])
    // Where nothing can be inserted, more changes are of a byte or two.
    contents += [UInt8](repeating: 0, count: keepsCount ? 0 : 256)
    let changedCount = contents.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { Fuzzing.mutate($0, count, buffer.count) } ?? 0
    }
    if !keepsCount { contents.removeSubrange(changedCount...) }
  }
}
