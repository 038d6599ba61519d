// JSONObject.swift: objects built where they are needed, without a type of their own.

/// What a member of a ``JSONObject`` can be. It writes itself: millions of reports are written, and their
/// members are never read back.
public protocol JSONMember: Encodable {
  /// Appends the value in one line, in UTF-8.
  func write(to text: inout [UInt8])
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

  /// The object without the members that are null.
  public var withoutNulls: JSONObject {
    var object = self
    object.members = members.filter { $0.value != nil }
    return object
  }
}

extension JSONObject: JSONMember {
  /// Writes the members in the order of their names.
  public func write(to text: inout [UInt8]) {
    text.append(UInt8(ascii: "{"))
    var isFirst = true
    for (name, value) in members {
      if !isFirst { text.append(UInt8(ascii: ",")) }
      isFirst = false
      name.write(to: &text)
      text.append(UInt8(ascii: ":"))
      if let value { value.write(to: &text) } else { text += "null".utf8 }
    }
    text.append(UInt8(ascii: "}"))
  }

  /// Encodes the members in any order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: PathKey.self)
    for (name, value) in members {
      let key = PathKey(stringValue: name)
      if let value {
        try container.encode(value, forKey: key)
      } else {
        try container.encodeNil(forKey: key)
      }
    }
  }
}

extension String: JSONMember {
  /// Writes it in quotation marks.
  public func write(to text: inout [UInt8]) {
    guard isPlain(self) else { return text += quoted(self).utf8 }
    text.append(UInt8(ascii: "\""))
    text += utf8
    text.append(UInt8(ascii: "\""))
  }
}

extension Bool: JSONMember {
  /// Writes `true` or `false`.
  public func write(to text: inout [UInt8]) { text += (self ? "true" : "false").utf8 }
}

extension Int: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

extension Int64: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

extension UInt8: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

extension UInt16: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

extension UInt32: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

extension UInt64: JSONMember {
  /// Writes it in decimal digits.
  public func write(to text: inout [UInt8]) { writeDecimal(self, to: &text) }
}

@inline(__always)
private func writeDecimal(_ number: some FixedWidthInteger, to text: inout [UInt8]) {
  if number < 0 { text.append(UInt8(ascii: "-")) }
  var magnitude = UInt64(number.magnitude)
  let start = text.count
  repeat {
    text.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
    magnitude /= 10
  } while magnitude > 0
  text[start...].reverse()
}

extension Array: JSONMember where Element: JSONMember {
  /// Writes the elements in brackets.
  public func write(to text: inout [UInt8]) {
    text.append(UInt8(ascii: "["))
    for index in indices {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      self[index].write(to: &text)
    }
    text.append(UInt8(ascii: "]"))
  }
}
