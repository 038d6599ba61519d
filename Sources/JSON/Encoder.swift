// Encoder.swift: from `Encodable` to text. A value first becomes a tree, for its members come in any
// order.

/// A value on its way to the document: what of it has been encoded so far.
final class Node: Encoder {
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// Its text if it is neither an array nor an object.
  private var scalar: String?
  private var elements: [Node]?
  private var members: [String: Node] = [:]

  init(codingPath: [any CodingKey]) { self.codingPath = codingPath }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(node: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    elements = elements ?? []
    return Elements(node: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  fileprivate var count: Int { elements?.count ?? 0 }

  fileprivate func appendElement() -> Node {
    let node = Node(codingPath: codingPath + [PathKey(intValue: count)])
    elements?.append(node)
    return node
  }

  fileprivate func addMember(_ key: any CodingKey) -> Node {
    let node = Node(codingPath: codingPath + [key])
    members[key.stringValue] = node
    return node
  }

  /// Writes the value, in lines if there is an indentation.
  func write(to text: inout String, indentation: Int?) {
    if let scalar {
      text += scalar
    } else if let elements {
      Node.write(elements, within: ("[", "]"), to: &text, indentation) { element, text, inner in
        element.write(to: &text, indentation: inner)
      }
    } else {
      let members = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Node.write(members, within: ("{", "}"), to: &text, indentation) { member, text, inner in
        text += quoted(member.key) + (inner == nil ? ":" : " : ")
        member.value.write(to: &text, indentation: inner)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], within brackets: (String, String), to text: inout String,
    _ indentation: Int?, _ write: (Item, inout String, Int?) -> Void
  ) {
    text += brackets.0
    let inner = indentation.map { $0 + 2 }
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      text += newLine(inner)
      write(item, &text, inner)
    }
    if !items.isEmpty { text += newLine(indentation) }
    text += brackets.1
  }

  private static func newLine(_ indentation: Int?) -> String {
    indentation.map { "\n" + String(repeating: " ", count: $0) } ?? ""
  }
}

// One generic function is what the protocols ask for once per type of the standard library.

extension Node: SingleValueEncodingContainer {
  func encodeNil() { scalar = "null" }

  func encode(_ value: some Encodable) throws {
    switch value {
    case let value as Bool: scalar = "\(value)"
    case let value as String: scalar = quoted(value)
    case let value as any FixedWidthInteger: scalar = "\(value)"
    case let value as any BinaryFloatingPoint: scalar = number(value)
    default: try value.encode(to: self)
    }
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: Node
  var codingPath: [any CodingKey] { node.codingPath }

  func encodeNil(forKey key: Key) { node.addMember(key).encodeNil() }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    try node.addMember(key).encode(value)
  }

  func nestedContainer<Inner>(
    keyedBy type: Inner.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Inner> {
    node.addMember(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    node.addMember(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { node.addMember(PathKey.parent) }
  func superEncoder(forKey key: Key) -> any Encoder { node.addMember(key) }
}

private struct Elements: UnkeyedEncodingContainer {
  let node: Node
  var codingPath: [any CodingKey] { node.codingPath }
  var count: Int { node.count }

  func encodeNil() { node.appendElement().encodeNil() }
  func encode(_ value: some Encodable) throws { try node.appendElement().encode(value) }

  func nestedContainer<Inner>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
    node.appendElement().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    node.appendElement().unkeyedContainer()
  }

  func superEncoder() -> any Encoder { node.appendElement() }
}

// MARK: - Text

/// The shortest text that is read as the same number; a whole one has no fraction.
private func number(_ value: some BinaryFloatingPoint) -> String {
  guard value.isFinite else {
    return quoted(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

func quoted(_ text: String) -> String {
  "\"" + (isPlain(text) ? text : text.unicodeScalars.map(escaped).joined()) + "\""
}

/// Whether a text needs no escapes.
func isPlain(_ text: String) -> Bool {
  text.utf8.allSatisfy {
    $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
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
