// What the machine of a movie was on the way: docs/STATE-FORMAT.md, `MOVI` and `SUMS`.

/// State digests of some frames, and checksums of the heads and of the memories of more: for a long movie
/// further apart, so that they never take more than some bytes.
struct MovieIndex: Hashable, Sendable {
  /// From the frame in which the movie begins to that in which it ends.
  let frames: ClosedRange<UInt64>
  /// A digest of every frame whose number is a multiple of two to the power of this.
  let digestShift: UInt8
  /// The same for checksums; there are no fewer of them.
  let checkShift: UInt8
  private(set) var digests: [Digest] = []
  private(set) var checks: [UInt32] = []
  /// The same for what is not in the heads; nothing in a movie of an earlier version.
  private(set) var memories: [Memory] = []

  /// A section of the machine beside its head, and checksums of it.
  struct Memory: Hashable, Sendable {
    let tag: Tag
    var checks: [UInt32] = []
  }

  private static var maxDigestCount: UInt64 { 1 << 12 }
  private static var maxCheckCount: UInt64 { 1 << 17 }
  private static var minDigestShift: UInt8 { 8 }
  private static var maxShift: UInt8 { 26 }

  /// - Parameter machine: the one at the end.
  init(from start: UInt64, to machine: some Machine) {
    let end = machine.position.frame
    frames = start...end
    memories = machine.stateSections.dropFirst().map { Memory(tag: $0.tag) }
    func shift(_ least: UInt8, atMost count: UInt64) -> UInt8 {
      var shift = least
      while (end - start) >> UInt64(shift) > count { shift += 1 }
      return shift
    }
    checkShift = shift(0, atMost: MovieIndex.maxCheckCount)
    digestShift = max(
      shift(MovieIndex.minDigestShift, atMost: MovieIndex.maxDigestCount), checkShift)
  }

  /// The frames at whose beginning there is a checksum, after the start.
  var checkFrames: StrideTo<UInt64> {
    let step = UInt64(1) << UInt64(checkShift)
    return stride(
      from: (frames.lowerBound / step + 1) * step, to: frames.upperBound + 1, by: Int(step))
  }

  private func count(_ shift: UInt8) -> Int {
    Int((frames.upperBound >> UInt64(shift)) - (frames.lowerBound >> UInt64(shift)))
  }

  /// Notes a machine where a frame can begin, which is one of ``checkFrames``.
  mutating func note(_ machine: some Machine, at frame: UInt64) {
    checks.append(crc(machine.head[...]))
    let sections = machine.stateSections
    for index in memories.indices {
      memories[index].checks.append(sections.checksum(of: memories[index].tag))
    }
    if hasDigest(at: frame) { digests.append(machine.stateDigest) }
  }

  func hasDigest(at frame: UInt64) -> Bool { frame & ((1 << UInt64(digestShift)) - 1) == 0 }

  /// Whether a machine is what it was where a frame could begin, as far as that is known.
  func agrees(with machine: some Machine, at frame: UInt64) -> Bool {
    crc(machine.head[...]) == check(at: frame) && differingMemory(of: machine, at: frame) == nil
      && (!hasDigest(at: frame) || machine.stateDigest == digest(at: frame))
  }

  /// The checksum of a frame that has one.
  func check(at frame: UInt64) -> UInt32 { checks[index(ofCheckAt: frame)] }

  private func index(ofCheckAt frame: UInt64) -> Int {
    Int((frame >> UInt64(checkShift)) - (frames.lowerBound >> UInt64(checkShift))) - 1
  }

  /// The first memory in which a machine is not what it was, as it is and by its checksum.
  func differingMemory(
    of machine: some Machine, at frame: UInt64
  ) -> (tag: Tag, bytes: [UInt8], check: UInt32)? {
    guard !memories.isEmpty else { return nil }
    let (sections, index) = (machine.stateSections, index(ofCheckAt: frame))
    for memory in memories where sections.checksum(of: memory.tag) != memory.checks[index] {
      let bytes = sections.first { $0.tag == memory.tag }?.bytes ?? []
      return (memory.tag, bytes, memory.checks[index])
    }
    return nil
  }

  /// The digest of a frame that has one.
  func digest(at frame: UInt64) -> Digest {
    digests[Int((frame >> UInt64(digestShift)) - (frames.lowerBound >> UInt64(digestShift))) - 1]
  }

  func encode(into writer: inout ByteWriter) {
    writer.append(digestShift)
    writer.append(checkShift)
    for digest in digests { writer.append(contentsOf: digest.bytes) }
    for check in checks { writer.append(check) }
  }

  /// - Parameter frames: those of the movie.
  init?(decoding reader: inout ByteReader, of frames: ClosedRange<UInt64>) {
    guard
      let digestShift = reader.next(UInt8.self), let checkShift = reader.next(UInt8.self),
      checkShift <= digestShift, digestShift <= MovieIndex.maxShift
    else { return nil }
    (self.frames, self.digestShift, self.checkShift) = (frames, digestShift, checkShift)
    let (digestCount, checkCount) = (count(digestShift), count(checkShift))
    guard
      digestCount <= 2 * MovieIndex.maxDigestCount, checkCount <= 2 * MovieIndex.maxCheckCount,
      reader.count == 32 * digestCount + 4 * checkCount
    else { return nil }
    for _ in 0..<digestCount {
      guard let bytes = reader.take(32) else { return nil }
      digests.append(Digest(bytes: Array(bytes)))
    }
    while let check = reader.next(UInt32.self) { checks.append(check) }
  }

  // MARK: Memories

  private static var maxMemoryCount: UInt8 { 4 }
  /// The most bytes of all memories.
  static var maxMemoryByteCount: Int {
    1 + Int(maxMemoryCount) * (4 + 4 * 2 * Int(maxCheckCount))
  }

  /// The checksums of the memories; nil if there are none.
  var encodedMemories: [UInt8]? {
    guard !memories.isEmpty else { return nil }
    var writer = ByteWriter()
    writer.append(UInt8(memories.count))
    for memory in memories { writer.append(memory.tag.rawValue) }
    for memory in memories { for check in memory.checks { writer.append(check) } }
    return writer.bytes
  }

  /// Takes the checksums of the memories.
  ///
  /// - Returns: whether they are such.
  mutating func decodeMemories(_ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    guard let count = reader.next(UInt8.self), (1...MovieIndex.maxMemoryCount).contains(count)
    else {
      return false
    }
    memories = []
    for _ in 0..<count {
      guard let tag = reader.next(UInt32.self).map(Tag.init(rawValue:)),
        !memories.contains(where: { $0.tag == tag })
      else { return false }
      memories.append(Memory(tag: tag))
    }
    guard reader.count == 4 * checks.count * Int(count) else { return false }
    for index in memories.indices {
      for _ in checks { memories[index].checks.append(reader.next(UInt32.self) ?? 0) }
    }
    return true
  }
}

extension [StateWriter.Section] {
  /// The checksum of a section; that of nothing if it is not there.
  fileprivate func checksum(of tag: Tag) -> UInt32 {
    crc((first { $0.tag == tag }?.bytes ?? [])[...])
  }
}
