import SaveState

/// Which keys are down in which frames of a run, as users write it: `FROM-TO:KEYS[,…]` holds keys
/// from frame FROM until before frame TO, or to the end if TO is left out. Frames count from 0 where
/// the run starts; keys are hexadecimal digits.
///
/// It is the notation of a tape of ``InputEvent/keys(_:)``: ``tape`` has what was read, and
/// ``init(_:until:)`` gives what is written.
public struct KeyScript: Hashable, Sendable {
  /// Keys that are held for some frames.
  public struct Press: Hashable, Sendable {
    /// The frames, at least one.
    public let frames: Range<UInt64>
    /// The keys.
    public let keys: KeySet

    package init(frames: Range<UInt64>, keys: KeySet) {
      (self.frames, self.keys) = (frames, keys)
    }
  }

  /// The keys that are down from a frame on, until the next change.
  public struct Change: Hashable, Sendable {
    /// The first frame in which they are down.
    public let frame: UInt64
    /// All keys that are down then.
    public let keys: KeySet
  }

  /// In the order in which they were written; they may overlap.
  public let presses: [Press]
  /// What the presses come to: the frames in which the keys change, ascending, and with no key down
  /// at the end. There may be millions, so they are not searched from the start, and they take less room
  /// than the entries of a tape.
  public let changes: [Change]

  /// No key at any time.
  public static let empty = KeyScript(presses: [])

  package init(presses: [Press]) {
    self.presses = presses
    changes = presses.changes
  }

  /// What a user wrote in one line, or nil if it is something else.
  public init?(_ line: String) {
    var presses: [Press] = []
    guard presses.append(Array(line.utf8)[...]) else { return nil }
    self.init(presses: presses)
  }

  /// The keys of a tape, until before a frame.
  public init(_ tape: Tape<InputEvent>, until end: UInt64 = UInt64(Int.max)) {
    self.init(presses: KeyScript.presses(of: tape, until: end))
  }

  /// A press for each time between two changes of the keys on a tape.
  package static func presses(of tape: Tape<InputEvent>, until end: UInt64) -> [Press] {
    var presses: [Press] = []
    var (from, down) = (UInt64(0), KeySet())
    func press(until frame: UInt64) {
      guard !down.isEmpty, from < min(frame, end) else { return }
      presses.append(Press(frames: from..<min(frame, end), keys: down))
    }
    for entry in tape.entries {
      guard case .keys(let keys) = entry.input else { continue }
      // A frame that has begun keeps its keys.
      let frame = entry.position.frame + (entry.position.isInFrame ? 1 : 0)
      press(until: frame)
      (from, down) = (frame, keys)
    }
    press(until: end)
    return presses
  }

  /// The changes as the inputs that they are, each where its frame can begin.
  public var tape: Tape<InputEvent> {
    var tape = Tape<InputEvent>()
    for change in changes { tape.append(.keys(change.keys), at: Position(frame: change.frame)) }
    return tape
  }

  /// A recording: the same notation, a press a line; `#` begins a comment. Nil if it is something else.
  public init?(recording: String) {
    self.init(lines: Array(recording.utf8).split(whereSeparator: isLineEnd))
  }

  package init?(lines: some Sequence<ArraySlice<UInt8>>) {
    var presses: [Press] = []
    for line in lines {
      let text = line.prefix { $0 != UInt8(ascii: "#") }
        .filter { ![UInt8(ascii: " "), UInt8(ascii: "\t")].contains($0) }
      guard text.isEmpty || presses.append(text[...]) else { return nil }
    }
    self.init(presses: presses)
  }

  /// The keys that are down in a frame, and the first frame after it in which that changes.
  public func keys(in frame: UInt64) -> (keys: KeySet, until: UInt64) {
    let next = changes.firstIndex(after: frame)
    return (
      next > 0 ? changes[next - 1].keys : [],
      next < changes.count ? changes[next].frame : .max
    )
  }

}

extension [KeyScript.Change] {
  /// The first change after a frame, by halving.
  fileprivate func firstIndex(after frame: UInt64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].frame <= frame { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension [KeyScript.Press] {
  /// The frames in which the keys change that are down in all.
  fileprivate var changes: [KeyScript.Change] {
    var edges = map { (frame: $0.frames.lowerBound, keys: $0.keys, step: 1) }
    edges += map { (frame: $0.frames.upperBound, keys: $0.keys, step: -1) }
    edges.sort { $0.frame < $1.frame }
    // How many presses hold each key.
    var counts = [Int](repeating: 0, count: 16)
    var down = KeySet()
    var changes: [KeyScript.Change] = []
    for (index, edge) in edges.enumerated() {
      var keys = edge.keys
      while let key = keys.lowest {
        keys.remove(KeySet(key: key))
        counts[Int(key)] += edge.step
        if counts[Int(key)] > 0 { down.insert(KeySet(key: key)) }
        if counts[Int(key)] == 0 { down.remove(KeySet(key: key)) }
      }
      let isLastOfFrame = index + 1 == edges.count || edges[index + 1].frame > edge.frame
      guard isLastOfFrame, down != changes.last?.keys ?? [] else { continue }
      changes.append(KeyScript.Change(frame: edge.frame, keys: down))
    }
    return changes
  }
}

extension [KeyScript.Press] {
  /// Appends presses with commas between them, and says whether that is what they are.
  fileprivate mutating func append(_ text: ArraySlice<UInt8>) -> Bool {
    for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let press = KeyScript.Press(part) else { return false }
      append(press)
    }
    return true
  }
}

extension KeyScript.Press {
  fileprivate init?(_ text: ArraySlice<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { return nil }
    let bounds = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard
      bounds.count == 2, let from = Int(number: bounds[0]),
      let to = bounds[1].isEmpty ? Int.max : Int(number: bounds[1]), from < to
    else { return nil }
    guard let keys = KeySet(digits: String(decoding: parts[1], as: UTF8.self)) else { return nil }
    self.init(frames: UInt64(from)..<UInt64(to), keys: keys)
  }
}

package func isLineEnd(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
}
