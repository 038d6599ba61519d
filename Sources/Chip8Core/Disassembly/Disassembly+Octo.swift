import SaveState

extension Disassembly {
  /// The program as a source in Octo's language, which assembles to the same bytes.
  ///
  /// - Parameters:
  ///   - title: its first line.
  ///   - maxByteCount: how long it may be. Where notes make it longer, it has none.
  public func octo(title: String, maxByteCount: Int = .max) -> String {
    let source = octo(title, withNotes: true)
    return source.utf8.count <= maxByteCount ? source : octo(title, withNotes: false)
  }

  private func octo(_ title: String, withNotes: Bool) -> String {
    var source = "# \(title.displayText)\n"
    for (name, address) in constants {
      source += ":const \(name) 0x\(hexadecimal(address, 3))\n"
    }
    if !constants.isEmpty { source += "\n" }
    var isAfterSkip = false
    for item in items {
      let isLabeled = !item.labels.isEmpty
      let notes = withNotes ? item.notes : []
      if isAfterSkip,
        item.kind != .code || isLabeled || !item.labelsOfNext.isEmpty || item.isSkip
          || !notes.isEmpty
      {
        source += "\n"
        isAfterSkip = false
      }
      for label in item.labels { source += ": \(label)\n" }
      for note in notes { source += "  # \(note.displayText)\n" }
      if item.kind == .entry {
        // The assembler adds this one.
        source += "  # 0x\(hexadecimal(item.address, 3)) jumps to main\n"
        continue
      }
      for label in item.labelsOfNext { source += "  :next \(label)\n" }
      source += (isAfterSkip ? " " : "  ") + item.text
      isAfterSkip = item.isSkip
      if !isAfterSkip { source += "\n" }
    }
    if isAfterSkip { source += "\n" }
    for label in labelsAtEnd { source += ": \(label)\n" }
    return source
  }
}
