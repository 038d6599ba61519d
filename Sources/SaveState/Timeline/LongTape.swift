// A tape in as few bytes as a file has it: a session lasts for days, and its tape is never thinned out.

/// A tape that grows: what was recorded a while ago is packed, as it is in files. An event takes four or five
/// bytes then, and some microseconds to be looked at again.
struct LongTape<Input: TapeInput>: Sendable {
  typealias Entry = Tape<Input>.Entry

  private struct Chunk: Sendable {
    let bytes: [UInt8]
    /// Where its first event is.
    let position: Position
  }

  private static var chunkCount: Int { 64 }

  /// So many events each.
  private var chunks: [Chunk] = []
  /// The events after them.
  private var recent: [Entry] = []

  /// A tape with nothing on it.
  init() {}

  /// A tape that was read. None of it is packed as long as it does not grow.
  init(_ tape: Tape<Input>) { recent = tape.entries }

  /// How many events there are.
  var count: Int { chunks.count * LongTape.chunkCount + recent.count }

  /// The last event.
  var last: Entry? { recent.last }

  /// How many bytes of memory it takes, about.
  var byteCount: Int {
    chunks.reduce(recent.capacity * MemoryLayout<Entry>.stride) { $0 + $1.bytes.capacity + 64 }
  }

  /// Appends an event.
  ///
  /// - Parameter position: where the machine is: not before the last event.
  mutating func append(_ input: Input, at position: Position) {
    let position = position.mark
    precondition(recent.last.map { $0.position <= position } ?? true, "a tape continues at its end")
    recent.append(Entry(position: position, input: input))
    // Some stay, so that there is always a last one.
    if recent.count >= 2 * LongTape.chunkCount { pack() }
  }

  private mutating func pack() {
    let packedCount = recent.count / LongTape.chunkCount - 1
    for index in 0..<packedCount {
      let entries = recent[index * LongTape.chunkCount..<(index + 1) * LongTape.chunkCount]
      chunks.append(
        Chunk(bytes: Tape(entries).encoded, position: entries[entries.startIndex].position))
    }
    recent = Array(recent.dropFirst(packedCount * LongTape.chunkCount))
  }

  /// The events of a chunk.
  private func entries(of chunk: Int) -> [Entry] {
    do throws(TapeError) { return try Tape(decoding: chunks[chunk].bytes).entries } catch {
      preconditionFailure("what was packed can be unpacked: \(error)")
    }
  }

  /// Some of the events.
  subscript(range: Range<Int>) -> ArraySlice<Entry> {
    let packedCount = chunks.count * LongTape.chunkCount
    if range.lowerBound >= packedCount {
      return recent[range.lowerBound - packedCount..<range.upperBound - packedCount]
    }
    let first = range.lowerBound / LongTape.chunkCount
    var found: [Entry] = []
    found.reserveCapacity(range.count + LongTape.chunkCount)
    var chunk = first
    while chunk < chunks.count, chunk * LongTape.chunkCount < range.upperBound {
      found += entries(of: chunk)
      chunk += 1
    }
    if range.upperBound > packedCount { found += recent[..<(range.upperBound - packedCount)] }
    let skipped = range.lowerBound - first * LongTape.chunkCount
    return found[skipped..<skipped + range.count]
  }

  /// How many events there are up to a position, and at it.
  func count(through position: Position) -> Int {
    let position = position.mark
    if let first = recent.first, first.position <= position {
      return chunks.count * LongTape.chunkCount + recent.count(through: position)
    }
    let later = chunks.partitioningIndex { $0.position > position }
    guard later > 0 else { return 0 }
    return (later - 1) * LongTape.chunkCount + entries(of: later - 1).count(through: position)
  }
}

extension Array {
  /// The first index from which on all elements are such, where all before are not.
  fileprivate func partitioningIndex(where isSuch: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isSuch(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  fileprivate func count<Input>(through position: Position) -> Int
  where Element == Tape<Input>.Entry {
    partitioningIndex { $0.position > position }
  }
}
