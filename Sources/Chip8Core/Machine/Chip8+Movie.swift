// What movies ask of a machine: whether the program has looked at the keys, and which others there are.

import SaveState

extension Chip8 {
  /// The contents of `CORE`.
  public var head: [UInt8] { state.encodedCore }

  /// Runs instruction by instruction until the program looks at the keys, and then as ever.
  public mutating func advanceNotingReads(until end: Position) -> Bool {
    while position.isWithin(end) {
      if state.keyWait != nil || isAtKeyInstruction {
        advance(until: end)
        return true
      }
      let start = position
      advance(until: Position(frame: end.frame, instruction: start.instruction + 1))
      guard position > start else { return false }
    }
    return false
  }

  /// Whether the instruction that is next looks at the keys of its frame.
  private var isAtKeyInstruction: Bool {
    guard state.drawWait == nil else { return false }
    switch nextInstruction.kind {
    case .skipIfKey, .skipIfNoKey, .waitForKey: return true
    default: return false
    }
  }

  /// No keys, another one, and one more or less.
  public var otherHeldInputs: [InputEvent] {
    let keys = (0..<16).map { KeySet(key: $0) }
    return ([[]] + keys + keys.map { heldKeys.symmetricDifference($0) })
      .filter { $0 != heldKeys }.map(InputEvent.keys)
  }

  /// The keys of the frame.
  public static var heldFieldName: String { "keys" }
}
