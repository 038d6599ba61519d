/// The letter of a command key: the one in the current layout. If the layout lacks that letter, as Cyrillic
/// and Greek ones do, it is the one that the key has on a US keyboard.
///
/// - Parameters:
///   - symbol: what the key types without modifiers, in Unicode.
///   - usage: the key, by its usage of page 7 in the USB HID usage tables.
///   - isOnLayout: whether any key of the layout types a letter.
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
