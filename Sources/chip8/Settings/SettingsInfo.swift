import Chip8Core
import Chip8Player
import JSON

// What an image says of how its machine is shown, played and watched, for people and scripts.

extension SessionMetadata {
  private var colorTexts: [String] { colors.map { "#" + hexadecimal($0, 6) } }

  func json(_ names: AddressNames) -> JSONObject {
    let keys = keys.map { key in
      (["key": key.name, "usage": key.usage, "keypad": key.key] as JSONObject).withoutNulls
    }
    let object: JSONObject = [
      "speed": speed, "colors": colorTexts, "rotation": rotation, "keys": keys,
      "breakpoints": breakpoints.map { names.json($0) },
      "watchpoints": watchpoints.map { names.json($0) },
    ]
    return object.withoutNulls
  }

  /// A row for each thing that is said.
  func rows(_ names: AddressNames) -> [(String, String)] {
    let breakpoints = breakpoints.map { names.text($0) }
    let watchpoints = watchpoints.map { point in
      names.text(point.address, after: point.byteCount == 1 ? "" : ":\(point.byteCount)")
    }
    let rows = [
      ("speed", speed.map { "\($0) %" } ?? ""), ("colors", colorTexts.joined(separator: " ")),
      ("rotation", rotation.map { "\($0)°" } ?? ""),
      ("key map", keys.map(\.text).joined(separator: " ")),
      ("stops at", breakpoints.joined(separator: ", ")),
      ("watches", watchpoints.joined(separator: ", ")),
    ]
    return rows.filter { !$0.1.isEmpty }
  }
}
