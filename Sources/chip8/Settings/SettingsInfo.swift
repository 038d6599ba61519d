import Chip8Core
import Chip8Player

/// What an image says of how its machine is shown, played and watched, for people and scripts.
struct SettingsInfo: Encodable {
  struct Key: Encodable {
    let key: String
    let usage: UInt8
    /// The key of the keypad, nil for none.
    let keypad: UInt8?
  }

  struct Point: Encodable {
    let address: UInt16
    let place: String?
    /// How many bytes are watched.
    let bytes: UInt16?
  }

  let speed: Int?
  let colors: [String]
  let rotation: Int?
  let keys: [Key]
  let breakpoints: [Point]
  let watchpoints: [Point]

  init(_ settings: Settings, _ names: AddressNames) {
    speed = settings.speed
    colors = settings.colors.map { "#" + hexadecimal($0, 6) }
    rotation = settings.rotation
    keys = settings.keys.map {
      Key(key: $0.name, usage: $0.usage, keypad: $0.key)
    }
    breakpoints = settings.breakpoints.map {
      Point(address: $0, place: names.place(of: $0), bytes: nil)
    }
    watchpoints = settings.watchpoints.map {
      Point(address: $0.address, place: names.place(of: $0.address), bytes: $0.byteCount)
    }
  }

  /// A row for each thing that is said.
  var rows: [(String, String)] {
    var rows: [(String, String)] = []
    if let speed { rows.append(("speed", "\(speed) %")) }
    if !colors.isEmpty { rows.append(("colors", colors.joined(separator: " "))) }
    if let rotation { rows.append(("rotation", "\(rotation)°")) }
    if !keys.isEmpty {
      let texts = keys.map { "\($0.key)=\($0.keypad.map { hexadecimal($0, 1) } ?? "none")" }
      rows.append(("key map", texts.joined(separator: " ")))
    }
    if !breakpoints.isEmpty { rows.append(("stops at", text(breakpoints))) }
    if !watchpoints.isEmpty { rows.append(("watches", text(watchpoints))) }
    return rows
  }

  private func text(_ points: [Point]) -> String {
    points.map { point in
      let bytes = point.bytes.map { $0 == 1 ? "" : ":\($0)" } ?? ""
      return hexadecimal(point.address, 4) + bytes + (point.place.map { " (\($0))" } ?? "")
    }.joined(separator: ", ")
  }
}

/// A name of an address, for scripts.
struct LabelInfo: Encodable {
  let address: UInt16
  let name: String

  init(_ label: Label) { (address, name) = (label.address, label.name) }
}
