/// Which keys are down in which frames of a run, as users write it: `FROM-TO:KEYS[,…]` holds keys
/// from frame FROM until before frame TO, or to the end if TO is left out. Frames count from 0 where
/// the run starts; keys are hexadecimal digits.
public struct KeyScript: Hashable, Sendable {
  /// Keys that are held for some frames.
  public struct Press: Hashable, Sendable {
    /// The frames, at least one.
    public let frames: Range<UInt64>
    /// The keys.
    public let keys: Keypad
  }

  /// In the order in which they were written; they may overlap.
  public let presses: [Press]

  /// No key at any time.
  public static let empty = KeyScript(presses: [])

  private init(presses: [Press]) { self.presses = presses }

  /// What a user wrote in one line, or nil if it is something else.
  public init?(_ line: String) {
    let presses = line.split(separator: ",", omittingEmptySubsequences: false).map(Press.init)
    let known = presses.compactMap { $0 }
    guard known.count == presses.count else { return nil }
    self.presses = known
  }

  /// A recording: the same notation, a press a line; `#` begins a comment. Nil if it is none.
  public init?(recording: String) {
    let lines = recording.split(whereSeparator: \.isNewline)
      .map { $0.prefix { $0 != "#" }.filter { !$0.isWhitespace } }
      .filter { !$0.isEmpty }
    if lines.isEmpty {
      self = .empty
    } else {
      self.init(lines.joined(separator: ","))
    }
  }

  /// The keys that are down in a frame, and the first frame after it in which that could change.
  public func keys(in frame: UInt64) -> (keys: Keypad, until: UInt64) {
    var keys = Keypad()
    var until = UInt64.max
    for press in presses {
      if press.frames.contains(frame) { keys.formUnion(press.keys) }
      for edge in [press.frames.lowerBound, press.frames.upperBound] where edge > frame {
        until = min(until, edge)
      }
    }
    return (keys, until)
  }

  /// Whether any key is down in a frame or later.
  public func hasKeys(from frame: UInt64) -> Bool {
    presses.contains { $0.frames.upperBound > frame }
  }
}

extension KeyScript.Press {
  fileprivate init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { return nil }
    let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard
      bounds.count == 2, let from = number(bounds[0]),
      let to = bounds[1].isEmpty ? Int.max : number(bounds[1]), from < to
    else { return nil }
    var keys = Keypad()
    for digit in parts[1] {
      guard let key = digit.hexDigitValue else { return nil }
      keys.insert(Keypad(key: UInt8(key)))
    }
    self.init(frames: UInt64(from)..<UInt64(to), keys: keys)
  }
}

/// A number that is not negative, in decimal or with 0x in hexadecimal.
package func number(_ text: some StringProtocol) -> Int? {
  let isHex = text.lowercased().hasPrefix("0x")
  let digits = isHex ? text.dropFirst(2) : text[...]
  guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return nil }
  return Int(digits, radix: isHex ? 16 : 10)
}
