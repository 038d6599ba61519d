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

  /// How a sentence goes on after the slot's name.
  public var description: String {
    switch self {
    case .empty: "there is nothing in it"
    case .noVersion(nil): "there is no earlier version of it"
    case .noVersion(let number?): "there is no version \(number) of it"
    case .locked: "it is locked against changes, so unlock it first"
    case .taken: "there is something in it already, so take another name"
    case .autosave:
      "names that begin with auto- belong to autosaves, so take another name"
    }
  }
}

extension StorageError {
  /// A slot could not be used or changed.
  public static func slot(_ slot: SlotName, _ refusal: SlotRefusal) -> StorageError {
    StorageError(reason: .slot(refusal), path: "slot \(slot)", code: 0)
  }
}
