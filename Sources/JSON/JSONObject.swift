// JSONObject.swift: JSON (RFC 8259) from objects that are built where they are needed, without a type of
// their own.

/// What a member of a ``JSONObject`` can be. It writes itself: millions of reports are written, and their
/// members are never read back.
public protocol JSONMember {
  /// Appends the value in UTF-8, in one line unless there is an indentation.
  func write(to text: inout [UInt8], indentation: Int?)
}

extension JSONMember {
  /// The value as JSON. The same value always gives the same text: members are in the order of the bytes of
  /// their names.
  ///
  /// - Parameter isPretty: one member or element per line, instead of everything in one.
  public func encoded(isPretty: Bool = false) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    write(to: &text, indentation: isPretty ? 0 : nil)
    return String(decoding: text, as: UTF8.self)
  }
}

/// An object whose members are next to their names: `["program": name, "frames": 60]`. A member
/// that is nil is null.
public struct JSONObject: ExpressibleByDictionaryLiteral {
  /// In the order in which they are written.
  private var members: [(name: String, value: (any JSONMember)?)] = []

  /// The object with these members, each name once.
  public init(dictionaryLiteral members: (String, (any JSONMember)?)...) {
    self.members = members.map { (name: $0, value: $1) }
    self.members.sort { $0.name < $1.name }
  }

  /// The object without members.
  public init() {}

  /// The object with the members of a dictionary.
  public init(_ members: [String: some JSONMember]) {
    let members = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    self.members = members.map { (name: $0.key, value: $0.value) }
  }

  /// Sets a member, replacing one of the same name.
  public mutating func set(_ name: String, _ value: (any JSONMember)?) {
    // They mostly come in order.
    guard let last = members.last, last.name >= name else { return members.append((name, value)) }
    let place = members.firstIndex { $0.name >= name } ?? members.endIndex
    let exists = place < members.endIndex && members[place].name == name
    members.replaceSubrange(place..<(exists ? place + 1 : place), with: [(name, value)])
  }

  /// The object with the members of another one, which has none of its names.
  public func adding(_ other: JSONObject) -> JSONObject {
    var object = self
    for (name, value) in other.members { object.set(name, value) }
    return object
  }

  /// An object without those of its members that are null.
  public static func withoutNulls(_ object: JSONObject) -> JSONObject {
    var rest = object
    rest.members = object.members.filter { $0.value != nil }
    return rest
  }
}

extension JSONObject: JSONMember {
  /// Writes the members in the order of their names.
  public func write(to text: inout [UInt8], indentation: Int?) {
    JSON.write(members, within: "{}", to: &text, indentation) { member, text, inner in
      member.name.write(to: &text, indentation: inner)
      text += (inner == nil ? ":" : " : ").utf8
      if let value = member.value {
        value.write(to: &text, indentation: inner)
      } else {
        text += "null".utf8
      }
    }
  }
}

extension Array: JSONMember where Element: JSONMember {
  /// Writes the elements in brackets.
  public func write(to text: inout [UInt8], indentation: Int?) {
    JSON.write(self, within: "[]", to: &text, indentation) { element, text, inner in
      element.write(to: &text, indentation: inner)
    }
  }
}

/// Writes items in brackets, each in a line of its own if there is an indentation.
@inline(__always)
private func write<Item>(
  _ items: [Item], within brackets: StaticString, to text: inout [UInt8], _ indentation: Int?,
  _ write: (Item, inout [UInt8], Int?) -> Void
) {
  text.append(brackets.utf8Start[0])
  let inner = indentation.map { $0 + 2 }
  for (index, item) in items.enumerated() {
    if index > 0 { text.append(UInt8(ascii: ",")) }
    beginLine(inner, &text)
    write(item, &text, inner)
  }
  if !items.isEmpty { beginLine(indentation, &text) }
  text.append(brackets.utf8Start[1])
}

private func beginLine(_ indentation: Int?, _ text: inout [UInt8]) {
  guard let indentation else { return }
  text.append(UInt8(ascii: "\n"))
  text += repeatElement(UInt8(ascii: " "), count: indentation)
}

// MARK: - Texts, flags, numbers

extension String: JSONMember {
  /// Writes it in quotation marks.
  public func write(to text: inout [UInt8], indentation: Int?) {
    text.append(UInt8(ascii: "\""))
    let isPlain = utf8.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain {
      text += utf8
    } else {
      for scalar in unicodeScalars { text += escaped(scalar).utf8 }
    }
    text.append(UInt8(ascii: "\""))
  }
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\"": "\\\""
  case "\\": "\\\\"
  case "\u{8}": "\\b"
  case "\t": "\\t"
  case "\n": "\\n"
  case "\u{C}": "\\f"
  case "\r": "\\r"
  case ..<" ": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
  default: String(scalar)
  }
}

extension Bool: JSONMember {
  /// Writes `true` or `false`.
  public func write(to text: inout [UInt8], indentation: Int?) {
    text += (self ? "true" : "false").utf8
  }
}

extension Double: JSONMember {
  /// Writes the shortest text that is read as the same number; a whole one has no fraction. One that is not
  /// finite is the text `"inf"`, `"-inf"` or `"nan"`.
  public func write(to text: inout [UInt8], indentation: Int?) {
    guard isFinite else {
      return (isNaN ? "nan" : self < 0 ? "-inf" : "inf").write(to: &text, indentation: nil)
    }
    let digits = "\(self)"
    text += digits.utf8.dropLast(digits.hasSuffix(".0") ? 2 : 0)
  }
}

extension JSONMember where Self: FixedWidthInteger {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8], indentation: Int?) {
    if self < 0 { text.append(UInt8(ascii: "-")) }
    var magnitude = UInt64(magnitude)
    let start = text.count
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
      magnitude /= 10
    } while magnitude > 0
    text[start...].reverse()
  }
}

extension Int: JSONMember {}
extension Int64: JSONMember {}
extension UInt8: JSONMember {}
extension UInt16: JSONMember {}
extension UInt32: JSONMember {}
extension UInt64: JSONMember {}
