/// libFuzzer's own way to change an input in place, up to a size; the new size.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int) -> Int

extension Draft {
  /// Changes an input in place: mostly the contents of one section, so that the others stay what they
  /// are, and mostly without a change of their length, which most sections have to have.
  ///
  /// - Returns: the input's new size.
  public static func mutate(
    _ input: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int, seed: UInt32
  ) -> Int {
    var random = Input((0..<4).map { UInt8(truncatingIfNeeded: seed >> ($0 * 8)) })
    var draft = Draft([UInt8](input, count))
    guard random.choice([true, true, true, false]), let place = draft.place(&random) else {
      return Fuzzing.mutate(input, count, countMax)
    }
    let before = draft.sections[place].contents
    var contents = before + [UInt8](repeating: 0, count: 256)
    let changedCount = contents.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { Fuzzing.mutate($0, before.count, buffer.count) } ?? 0
    }
    let keepsCount = random.choice([true, true, true, false])
    draft.sections[place].contents = Array(
      contents.prefix(keepsCount ? before.count : changedCount))
    let bytes = draft.bytes
    guard bytes.count <= countMax else { return Fuzzing.mutate(input, count, countMax) }
    input.update(from: bytes, count: bytes.count)
    return bytes.count
  }

  /// A section to change: every other time the one with most fields, if it is there.
  private func place(_ random: inout Input) -> Int? {
    guard !sections.isEmpty else { return nil }
    let core = sections.firstIndex { $0.tag == Array("CORE".utf8) }
    if let core, random.choice([true, false]) { return core }
    return random.choice(Array(sections.indices))
  }
}
