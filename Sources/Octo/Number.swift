// Number.swift: number literals, and the integers which calculated numbers become.

/// The numbers of the language: 64-bit floating point, made integers where bits count.
package enum Number {
  /// The value of a literal such as `12`, `-0x1F` or `0b101`; nil where `text` is not one.
  package static func literal(_ text: ArraySlice<UInt8>) -> Double? {
    var digits = text
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative || text.first == UInt8(ascii: "+") { digits.removeFirst() }
    var radix = 10.0
    if digits.starts(with: "0x".utf8) || digits.starts(with: "0X".utf8) {
      radix = 16
    } else if digits.starts(with: "0b".utf8) {
      radix = 2
    }
    if radix != 10 { digits.removeFirst(2) }
    guard !digits.isEmpty else { return nil }
    var value = 0.0
    for byte in digits {
      guard let digit = hexadecimalDigit(byte), Double(digit) < radix else { return nil }
      value = value * radix + Double(digit)
    }
    return isNegative ? -value : value
  }

  /// The value of a decimal fraction such as `0.5`, which only a calculation may hold.
  static func fraction(_ text: String) -> Double? {
    let isPlain = text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
    return isPlain ? Double(text) : nil
  }

  /// The value of a hexadecimal digit, in either case.
  static func hexadecimalDigit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// The low 32 bits of `value` without its fraction; 0 for infinity and for no number at all.
  package static func bits(_ value: Double) -> Int32 {
    guard value.isFinite else { return 0 }
    return Int32(truncatingIfNeeded: Int64(value.truncatingRemainder(dividingBy: 4_294_967_296)))
  }
}
