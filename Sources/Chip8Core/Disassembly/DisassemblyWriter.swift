/// Makes the items of a disassembly.
struct DisassemblyWriter {
  /// How many bytes of data are on a line.
  private static let dataByteCount = 8

  let layout: DisassemblyLayout
  let names: DisassemblyNames
  let modification: SelfModification
  let notes: [Int: [String]]

  func items() -> [Disassembly.Item] {
    var items: [Disassembly.Item] = []
    var offset = 0
    while offset < layout.program.count {
      let instruction = layout.byteCounts[offset] > 0 ? layout.code.instructions[offset] : nil
      let item = instruction.map { code($0, at: offset) } ?? data(at: offset)
      items.append(item)
      offset += item.bytes.count
    }
    return items
  }

  private func code(_ instruction: Instruction, at offset: Int) -> Disassembly.Item {
    let (address, length) = (offset + Chip8.programStart, instruction.byteCount)
    let text = instruction.octo(
      next: layout.code.word(address + 2) ?? 0, naming: names.name)
    let isEntry = offset == 0 && names.entryTarget != nil
    return Disassembly.Item(
      address: address, bytes: Array(layout.program[offset..<offset + length]),
      kind: isEntry ? .entry : .code, text: text,
      labels: isEntry ? [] : names.labels(at: address),
      labelsOfNext: isEntry ? [] : names.labels(at: address + 1),
      notes: (address..<address + length).flatMap { notes[$0] ?? [] }
        + overlap(offset, length) + changes(offset, length),
      isSkip: instruction.form.flow == .skip)
  }

  private func overlap(_ offset: Int, _ length: Int) -> [String] {
    (offset + 1..<offset + length).filter { layout.overlaps[$0] }
      .map { "executed from 0x\(hexadecimal($0 + Chip8.programStart, 3)) on, too" }
  }

  /// What the program does to its own instruction.
  private func changes(_ offset: Int, _ length: Int) -> [String] {
    let writes = modification.writes[offset..<offset + length].compactMap { $0 }
    guard let write = writes.first(where: \.isCertain) ?? writes.first else { return [] }
    let writer = hexadecimal(write.writer, 3)
    return ["self-modifying: \(write.isCertain ? "changed" : "perhaps changed") at 0x\(writer)"]
  }

  private func data(at offset: Int) -> Disassembly.Item {
    let address = offset + Chip8.programStart
    var end = offset + 1
    while end < layout.program.count, end < offset + DisassemblyWriter.dataByteCount,
      layout.byteCounts[end] == 0, names.labels(at: end + Chip8.programStart).isEmpty,
      notes[end + Chip8.programStart] == nil
    {
      end += 1
    }
    let bytes = Array(layout.program[offset..<end])
    return Disassembly.Item(
      address: address, bytes: bytes, kind: .data,
      text: bytes.map { "0x" + hexadecimal($0, 2) }.joined(separator: " "),
      labels: names.labels(at: address), labelsOfNext: [], notes: notes[address] ?? [],
      isSkip: false)
  }
}
