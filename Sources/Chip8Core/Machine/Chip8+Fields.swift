// What the fields of the machine's encoding are called: docs/STATE-FORMAT.md.

import SaveState

extension Chip8 {
  /// The contents of a section of `docs/STATE-FORMAT.md`.
  public func fieldName(in section: Tag, at offset: Int) -> String {
    switch section {
    case Chip8.coreTag: return coreFieldName(at: offset)
    case Chip8.ramTag: return "RAM at 0x\(hexadecimal(offset, 4))"
    case Chip8.displayTag:
      let platform = state.configuration.platform
      let rowByteCount = platform.hasHires ? 16 : 8
      let (plane, row) = (offset / rowByteCount).quotientAndRemainder(
        dividingBy: platform.display.height)
      return "row \(row) of the display" + (plane > 0 ? ", plane \(plane + 1)" : "")
    case Chip8.hostTag: return "host calls"
    case Chip8.entryCallTag: return "entry calls"
    default: return "\(section)"
    }
  }

  private func coreFieldName(at offset: Int) -> String {
    switch offset {
    case 16..<32: return "V\(hexadecimal(offset - 16, 1))"
    case 35..<67: return "stack entry \((offset - 35) / 2)"
    case 67..<83: return "user flag \(offset - 67)"
    default: return Chip8.coreFields.last { $0.offset <= offset }?.name ?? "CORE"
    }
  }

  private static let coreFields: [(offset: Int, name: String)] = [
    (0, "platform"), (1, "timing"), (2, "font"), (3, "reserved"), (4, "quirks"),
    (8, "instructions per frame"), (12, "PC"), (14, "I"), (32, "delay timer"),
    (33, "sound timer"), (34, "stack depth"), (83, "random generator"), (91, "keys"),
    (93, "register of the key wait"), (94, "keys of the key wait"),
    (96, "instructions left in the frame"), (100, "frames"), (108, "instructions"),
    (116, "cycles"), (124, "hires"), (125, "selected planes"), (126, "audio pattern is loaded"),
    (127, "audio pattern"), (143, "pitch"), (144, "audio phase"), (148, "display wait"),
  ]
}
