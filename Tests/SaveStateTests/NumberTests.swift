import SaveState
import Testing

@Suite struct NumberTests {
  @Test(
    arguments: [
      ("0", 0), ("007", 7), ("0x1f", 31), ("0X1F", 31), ("255", 255), ("256", nil), ("0x", nil),
      ("", nil),
      ("+1", nil), ("-1", nil), ("0x+1", nil), ("1f", nil), (" 1", nil), ("１", nil),
    ] as [(String, UInt8?)])
  func valuesAreDecimalOrHexadecimal(text: String, value: UInt8?) {
    #expect(UInt8(number: text) == value)
  }

  @Test func countsAreDecimal() {
    #expect(UInt64(decimal: "18446744073709551615") == .max)
    #expect(
      ["18446744073709551616", "0x10", "+1", "1f", ""].allSatisfy { UInt64(decimal: $0) == nil })
  }

  @Test func hexadecimalDigitsCanBeCounted() {
    #expect(Int(hexadecimal: "00ff", digitCount: 4) == 255 && Int(hexadecimal: "Ff") == 255)
    #expect(
      Int(hexadecimal: "ff", digitCount: 4) == nil && Int(hexadecimal: "+fff", digitCount: 4) == nil
    )
  }
}
