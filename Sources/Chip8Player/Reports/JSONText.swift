import Chip8Core
import JSON
import SaveState

/// A value as JSON, in one line unless it is to be pretty. It means the text itself; characters that
/// no terminal may get are written as their numbers.
package func jsonText(_ value: some JSONMember, isPretty: Bool = false) -> String {
  let text = value.encoded(isPretty: isPretty)
  guard text.utf8.contains(where: { $0 >= 0x7F }) else { return text }
  // Outside of texts, JSON is in ASCII, with line feeds if it is pretty.
  var escaped = ""
  for scalar in text.unicodeScalars {
    guard scalar.value >= 0x7F, scalar.isHidden else {
      escaped.unicodeScalars.append(scalar)
      continue
    }
    for unit in String(scalar).utf16 { escaped += "\\u" + hexadecimal(unit, 4).lowercased() }
  }
  return escaped
}
