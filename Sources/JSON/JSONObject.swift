// JSONObject.swift: objects that are written down where they are needed, without a type of their own.

/// An object whose members stand next to their names: `["program": name, "frames": 60]`. A member
/// that is nil is null.
public struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
  private var members: [String: (any Encodable)?]

  /// The object with these members, each name once.
  public init(dictionaryLiteral members: (String, (any Encodable)?)...) {
    self.members = Dictionary(uniqueKeysWithValues: members)
  }

  /// The object without members.
  public init() { members = [:] }

  /// Gives it a member, in place of one of that name.
  public mutating func set(_ name: String, _ value: (any Encodable)?) {
    members.updateValue(value, forKey: name)
  }

  /// The object with the members of another one, which has none of its names.
  public func adding(_ other: JSONObject) -> JSONObject {
    var object = self
    object.members.merge(other.members) { one, _ in one }
    return object
  }

  /// The object without the members that are null.
  public var withoutNulls: JSONObject {
    var object = self
    object.members = members.filter { $0.value != nil }
    return object
  }

  /// The object in one line, without a tree of its values; nil if it has any but numbers, texts, bytes
  /// and objects. Most reports have none, and farms write millions.
  var text: String? {
    var text = ""
    text.reserveCapacity(512)
    return write(to: &text) ? text : nil
  }

  private func write(to text: inout String) -> Bool {
    text += "{"
    var isFirst = true
    for name in members.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      if !isFirst { text += "," }
      isFirst = false
      text += quoted(name)
      text += ":"
      switch members[name] ?? nil {
      case nil: text += "null"
      case let value as String: text += quoted(value)
      case let value as JSONObject: guard value.write(to: &text) else { return false }
      case let value as Int: text += String(value)
      case let value as UInt8: text += String(value)
      case let value as UInt16: text += String(value)
      case let value as UInt64: text += String(value)
      case let value as Int64: text += String(value)
      case let value as Bool: text += value ? "true" : "false"
      case let value as [UInt8]: text += "[" + value.map { String($0) }.joined(separator: ",") + "]"
      default: return false
      }
    }
    text += "}"
    return true
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
