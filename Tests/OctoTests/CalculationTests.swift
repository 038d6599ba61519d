// CalculationTests.swift: the values of calculations.

import Octo
import Testing

@Suite struct CalculationTests {
  @Test(arguments: [
    ("2 * 3 + 4", 14), ("( 2 * 3 ) + 4", 10), ("10 - 4 - 3", 9), ("- 5 + 3", -8),
    ("2 * ( ( 1 + 1 ) * 3 )", 12), ("7 / 2", 3), ("7 % 4", 3), ("-7 % 4", -3),
    ("12 & 10", 8), ("12 | 3", 15), ("12 ^ 10", 6), ("1 << 4", 16), ("1 << 33", 2),
    ("-16 >> 2", -4), ("2 pow 5", 32), ("3 min 4", 3), ("3 max 4", 4),
    ("1 < 2", 1), ("1 > 2", 0), ("2 <= 2", 1), ("1 >= 2", 0), ("2 == 2", 1), ("2 != 2", 0),
    ("~ 5", -6), ("! 0", 1), ("! 7", 0), ("abs -9", 9), ("sqrt 81", 9), ("sign -3", -1),
    ("sign 0", 0), ("ceil 3 / 2", 2), ("floor 3 / 2", 1), ("0.5 * 10", 5),
    ("100 * sin PI / 2", 100), ("100 * cos PI", -100), ("10 * tan 0", 0), ("exp 0", 1),
    ("log E", 1), ("1 / 0", 0), ("0 / 0", 0), ("strlen \"four\"", 4), ("HERE & 0xF", 4),
    ("@ 0x201", 0x22), ("@ 0x7FFFFFFF", 0), ("x + 1", 8), ("v4 + 1", 5), ("main & 15", 0),
  ])
  func values(source: String, value: Int) throws {
    let program = try bytes("0x11 0x22 0x33 0x44 :const x 7 :byte { \(source) }")
    #expect(program.last == UInt8(truncatingIfNeeded: value))
  }

  @Test func calculatedConstantsMayChange() throws {
    #expect(
      try bytes(":calc a { 1 } v0 := a :calc a { a + 1.5 } v0 := a") == [0x60, 0x01, 0x60, 0x02])
  }

  @Test(arguments: [("-5", -5.0), ("0x", nil), ("0b2", nil), ("12a", nil), ("+", nil), ("0b10", 2)])
  func literals(text: String, value: Double?) {
    #expect(Number.literal(Array(text.utf8)[...]) == value)
  }

  @Test(arguments: [
    (-1.5, -1), (4_294_967_297.0, 1), (-4_294_967_297.0, -1), (2_147_483_648.0, Int32.min),
    (1e300, 0), (.infinity, 0), (.nan, 0),
  ])
  func bitsOfNumbers(value: Double, bits: Int32) {
    #expect(Number.bits(value) == bits)
  }
}
