import Chip8Core
import Chip8Player
import JSON
import SaveState

/// What is shown in place of a source where a program has none: its bytes as instructions, a line for each.
/// It is made again when the program has changed them, for clients keep what they have requested.
struct MemoryListing {
  /// The number that a client asks for it with.
  let reference: Int
  /// The address of each line.
  private let addresses: [UInt16]
  private let lines: [String]
  private let bytes: [UInt8]

  private static let firstReference = 1_000_000

  /// A listing of the machine as it is.
  ///
  /// - Parameter last: the one before it, which stays if nothing has changed.
  init(_ session: DebugSession, after last: MemoryListing?) {
    let bytes = MemoryListing.bytes(session)
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

  private static func bytes(_ session: DebugSession) -> [UInt8] {
    let ram = session.machine.state.ram
    let end = Chip8.programStart + session.machine.program.bytes.count
    return Array(ram[Chip8.programStart..<max(Chip8.programStart, min(end, ram.count))])
  }

  var text: String { lines.joined(separator: "\n") }

  /// The line with an address, counted from 1.
  func line(with address: UInt16) -> Int? {
    guard Int(address) - Chip8.programStart < bytes.count else { return nil }
    return addresses.lastIndex { $0 <= address }.map { $0 + 1 }
  }

  /// The address of a line.
  func address(ofLine line: Int) -> UInt16? {
    addresses.indices.contains(line - 1) ? addresses[line - 1] : nil
  }
}

extension DebugAdapter {
  /// The listing of the machine as it is; nil if its program has a source.
  var listing: MemoryListing? {
    guard let session = prompt?.session, session.source.files.isEmpty else { return nil }
    return MemoryListing(session, after: listings.last)
  }

  /// Keeps the listing of the machine as it is, for a client that may ask for it.
  mutating func keepListing() {
    guard let listing, listing.reference != listings.last?.reference else { return }
    if listings.count == 16 { listings.removeFirst() }
    listings.append(listing)
  }

  /// Where an address is shown: in its source or in the listing.
  func shown(_ address: UInt16) -> (source: JSONObject, line: Int)? {
    if let line = line(at: address) {
      return sources.json(line.file, in: prompt).map { ($0, number(ofLine: line.number)) }
    }
    guard let listing = listings.last, let line = listing.line(with: address) else { return nil }
    return (json(listing), number(ofLine: line))
  }

  /// The line of an instruction. The assembler may begin a program with a jump to `main` that no line has made;
  /// it is shown where it leads.
  private func line(at address: UInt16) -> ProgramSource.Line? {
    guard let session = prompt?.session else { return nil }
    let word = session.machine.state.word(at: address)
    let isFirstJump = Int(address) == Chip8.programStart && word >> 12 == 1
    return session.source.line(at: address)
      ?? (isFirstJump ? session.source.line(at: word & 0xFFF) : nil)
  }

  func json(_ listing: MemoryListing) -> JSONObject {
    let name = prompt?.session.machine.program.name ?? ""
    return [
      "name": "\(name.displayText) (disassembly)", "sourceReference": listing.reference,
      "origin": "the bytes in the RAM",
    ]
  }
}
