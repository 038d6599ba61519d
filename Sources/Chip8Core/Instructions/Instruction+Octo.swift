extension Instruction {
  /// The instruction in Octo's assembly language, as it would be in a source file.
  ///
  /// - Parameters:
  ///   - next: the two bytes after its first two, the second half of a long load of I.
  ///   - name: what an address is called, nil where it has no name.
  public func octo(
    next: UInt16, naming name: (UInt16) -> String? = { _ in nil }
  ) -> String {
    guard let text = form.text else { return "\(hex(opcode >> 8)) \(hex(opcode & 0xFF))" }
    // A name on its own is a call; but `exit`, which may be a label, is an instruction.
    if kind == .call, let name = name(nnn), name != "exit" { return name }
    return text.description.split(separator: " ").map { word in
      switch word {
      case "vx": "v" + String(x, radix: 16)
      case "vy": "v" + String(y, radix: 16)
      case "x": String(x)
      case "n": String(n)
      case "nn": hex(nn)
      case "nnn": name(nnn) ?? hex(nnn, 3)
      case "nnnn": name(next) ?? hex(next, 4)
      default: String(word)
      }
    }.joined(separator: " ")
  }

  private func hex(_ number: some BinaryInteger, _ digitCount: Int = 2) -> String {
    "0x" + hexadecimal(number, digitCount)
  }
}

/// A number in upper-case hexadecimal with leading zeros.
public func hexadecimal(_ number: some BinaryInteger, _ digitCount: Int) -> String {
  String(number, radix: 16, uppercase: true).padded(before: digitCount, with: "0")
}
