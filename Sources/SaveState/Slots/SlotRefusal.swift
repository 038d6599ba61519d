/// Why a slot could not be used or changed. What it holds is as it was.
public enum SlotError: Error, Equatable, CustomStringConvertible {
  /// There is nothing in the slot.
  case empty(SlotName)
  /// The slot has no version of that number, or none at all.
  case noVersion(SlotName, Int?)
  /// The slot is locked.
  case locked(SlotName)
  /// There is something in the slot already.
  case taken(SlotName)
  /// The slot is for autosaves alone.
  case autosave(SlotName)
  /// The state in the file with this path, or the one that was to go there, is of another program,
  /// which has this name.
  case otherProgram(String, String)
  /// A file could not be read or written, or what it holds cannot be used.
  case file(FileError)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .empty(let slot): "slot \(slot): there is nothing in it"
    case .noVersion(let slot, nil): "slot \(slot): there is no earlier version of it"
    case .noVersion(let slot, let number?): "slot \(slot): there is no version \(number) of it"
    case .locked(let slot): "slot \(slot): it is locked against changes, so unlock it first"
    case .taken(let slot): "slot \(slot): there is something in it already, so take another name"
    case .autosave(let slot):
      "slot \(slot): names that begin with auto- belong to autosaves, so take another name"
    case .otherProgram(let path, let name):
      "\(path): the saved state is of another program, \"\(name)\""
    case .file(let error): error.description
    }
  }
}
