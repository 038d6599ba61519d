import Chip8Core

/// What is shown in place of a source where a program has none: its bytes as instructions, a line for each.
/// It is made again when the program has changed them, for clients keep what they have requested.
package struct MemoryListing {
  /// The number that a client asks for it with.
  package let reference: Int
  /// The address of each line.
  private let addresses: [UInt16]
  private let lines: [String]
  private let bytes: [UInt8]

  private static let firstReference = 1_000_000

  /// A listing of the machine as it is.
  ///
  /// - Parameter last: the one before it, which stays if nothing has changed.
  package init(_ session: DebugSession, after last: MemoryListing?) {
    let bytes = session.bytes(at: Chip8.programStart, count: session.machine.program.bytes.count)
    if let last, last.bytes == bytes {
      self = last
      return
    }
    var (addresses, lines) = ([UInt16](), [String]())
    var address = Chip8.programStart
    while address < Chip8.programStart + bytes.count, let place = UInt16(exactly: address) {
      let instruction = session.instruction(at: address)
      addresses.append(place)
      lines.append(
        session.text(of: instruction) + (instruction.label.map { "  # \($0)" } ?? ""))
      address += max(2, instruction.bytes.count)
    }
    (self.addresses, self.lines, self.bytes) = (addresses, lines, bytes)
    reference = last.map { $0.reference + 1 } ?? MemoryListing.firstReference
  }

  /// Its lines.
  package var text: String { lines.joined(separator: "\n") }

  /// The line with an address, counted from 1.
  package func line(with address: UInt16) -> Int? {
    guard Int(address) - Chip8.programStart < bytes.count else { return nil }
    return addresses.lastIndex { $0 <= address }.map { $0 + 1 }
  }

  /// The address of a line.
  package func address(ofLine line: Int) -> UInt16? {
    addresses.indices.contains(line - 1) ? addresses[line - 1] : nil
  }
}
