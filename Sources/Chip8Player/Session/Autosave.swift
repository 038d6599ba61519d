import SaveState

/// What the player saves automatically.
public enum Autosave: String, CaseIterable, Sendable {
  /// When the user leaves.
  case exit
  /// Periodically.
  case minute
  /// When the program faults.
  case fault

  /// The slots that a program resumes from.
  public static let resumable = [exit.slot, minute.slot]

  /// The slot that it is saved to.
  public var slot: SlotName { SlotName(autosave: rawValue) }
}

extension SlotName {
  /// The numbers of the slots that have keys.
  public static let keys = 0...9

  /// The slot of a key, 0 to 9.
  public static func key(_ number: Int) -> SlotName {
    precondition(keys.contains(number), "keys are 0 to 9")
    return SlotName(known: "slot\(number)")
  }

  /// A name as users write it: a digit stands for the slot of that key.
  public init(typed text: String) throws(SlotNameError) {
    if text.utf8.count == 1, let number = Int(decimal: text) {
      self = .key(number)
    } else {
      try self.init(text)
    }
  }
}
