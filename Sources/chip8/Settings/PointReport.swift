import Chip8Core
import Chip8Player

/// Where a debugger has stopped a machine, as the report says it.
struct PointReport: Encodable {
  /// The breakpoint, or where what is watched begins.
  let address: UInt16
  let place: String?
  /// How many bytes are watched.
  let bytes: UInt16?
  /// The instruction that has changed them.
  let by: UInt16?
  private let byPlace: String?

  private enum CodingKeys: CodingKey { case address, place, bytes, by }

  init(_ pause: Debugger.StopReason, _ names: AddressNames) {
    switch pause {
    case .breakpoint(let address):
      (self.address, bytes, by, byPlace) = (address, nil, nil, nil)
    case .watchpoint(let watchpoint, let by):
      (address, bytes) = (watchpoint.address, watchpoint.byteCount)
      (self.by, byPlace) = (by, names.place(of: by))
    }
    place = names.place(of: address)
  }

  /// For people: where it is, and what has changed it.
  var text: String {
    let at = "at \(text(address, place))"
    return by.map { "\(at), changed by \(text($0, byPlace))" } ?? at
  }

  private func text(_ address: UInt16, _ place: String?) -> String {
    "0x\(hexadecimal(address, 3))" + (place.map { " (\($0))" } ?? "")
  }
}
