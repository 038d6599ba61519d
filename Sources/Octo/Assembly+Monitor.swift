// Assembly+Monitor.swift: what `:monitor` asks a debugger to show.

extension Assembly {
  /// Registers or memory which the source asks a debugger to show while the program runs.
  public struct Monitor: Sendable, Equatable {
    /// The register or address as the source names it.
    public var name: String
    /// Where the shown bytes begin.
    public var base: Base
    /// How many bytes to show, and how.
    public var display: Display

    package init(name: String, base: Base, display: Display) {
      self.name = name
      self.base = base
      self.display = display
    }

    /// Where the bytes of a monitor begin.
    public enum Base: Sendable, Equatable {
      /// A register, 0 to 15.
      case register(Int)
      /// An address in memory.
      case memory(Int)
    }

    /// How a monitor shows its bytes.
    public enum Display: Sendable, Equatable {
      /// So many bytes as hexadecimal digits.
      case bytes(Int)
      /// Text with fields which take bytes one after the other.
      case format([Piece])
    }

    /// A part of a format string.
    public enum Piece: Sendable, Equatable {
      /// Text shown as it is.
      case text(String)
      /// The next `count` bytes.
      case field(Field, count: Int)
    }

    /// How a field of a format string shows its bytes; the raw value is its letter.
    public enum Field: Character, Sendable {
      /// 7-bit ASCII characters.
      case characters = "c"
      /// A signed integer.
      case integer = "i"
      /// Binary digits, padded with zeros.
      case binary = "b"
      /// Hexadecimal digits, padded with zeros.
      case hexadecimal = "x"
    }
  }
}

extension Assembly.Monitor {
  static func format(of pieces: [Piece]) -> String {
    pieces.map {
      switch $0 {
      case .text(let text): text
      case .field(let field, let count): "%\(count)\(field.rawValue)"
      }
    }.joined()
  }

  /// Splits a format string such as `x:%2i y:%2i` into its pieces; nil where a field is malformed.
  static func pieces(of format: String) -> [Piece]? {
    var pieces: [Piece] = []
    var rest = format[...]
    while let start = rest.firstIndex(of: "%") {
      if start > rest.startIndex { pieces.append(.text(String(rest[..<start]))) }
      rest = rest[start...].dropFirst()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard
        let count = digits.isEmpty ? 1 : Int(digits), (1...0x10000).contains(count),
        let field = rest.popFirst().flatMap(Field.init(rawValue:))
      else { return nil }
      pieces.append(.field(field, count: count))
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }
}
