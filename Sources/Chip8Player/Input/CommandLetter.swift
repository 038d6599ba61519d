/// The letter that a command is given with: the one on the key, in its layout. Where the layout has no such
/// letter at all, as with Cyrillic and Greek ones, it is the one that the key has on a US keyboard.
///
/// - Parameters:
///   - symbol: what the key writes without modifiers, as Unicode.
///   - usage: the key's place, by its usage of page 7 in the USB HID usage tables.
///   - isOnLayout: whether any key of the layout writes a letter.
public func commandLetter(
  symbol: UInt32, usage: UInt32, isOnLayout: (Character) -> Bool
) -> Character? {
  let a = UInt32(UInt8(ascii: "a"))
  if (a..<a + 26).contains(symbol) { return Character(UnicodeScalar(UInt8(symbol))) }
  let firstUsage: UInt32 = 4
  guard (firstUsage..<firstUsage + 26).contains(usage) else { return nil }
  let letter = Character(UnicodeScalar(UInt8(a + usage - firstUsage)))
  return isOnLayout(letter) ? nil : letter
}
