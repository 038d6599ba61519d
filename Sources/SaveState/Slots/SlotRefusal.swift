/// Why a slot could not be used or changed.
public enum SlotRefusal: Equatable, Sendable, CustomStringConvertible {
  /// There is nothing in it.
  case empty
  /// It has no version of that number, or none at all.
  case noVersion(Int?)
  /// It is locked.
  case locked
  /// There is something in it already.
  case taken
  /// It is for autosaves alone.
  case autosave

  /// How a sentence continues after the slot's name.
  public var description: String {
    switch self {
    case .empty: "empty"
    case .noVersion(nil): "no earlier version"
    case .noVersion(let number?): "no version \(number)"
    case .locked: "locked; unlock it first"
    case .taken: "already exists; choose another name"
    case .autosave:
      "names that begin with auto- are reserved for autosaves; choose another name"
    }
  }
}

extension StorageError {
  /// A slot could not be used or changed.
  public static func slot(_ slot: SlotName, _ refusal: SlotRefusal) -> StorageError {
    StorageError(reason: .slot(refusal), path: "slot \(slot)", code: 0)
  }
}
