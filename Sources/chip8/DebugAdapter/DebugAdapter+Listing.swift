import Chip8Core
import Chip8Player
import JSON

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
    if let line = prompt?.session.shownLine(at: address) {
      return json(ofFile: line.file).map { ($0, number(ofLine: line.number)) }
    }
    guard let listing = listings.last, let line = listing.line(with: address) else { return nil }
    return (json(listing), number(ofLine: line))
  }

  func json(_ listing: MemoryListing) -> JSONObject {
    let name = prompt?.session.machine.program.name ?? ""
    return [
      "name": "\(name.displayText) (disassembly)", "sourceReference": listing.reference,
      "origin": "the bytes in the RAM",
    ]
  }
}
