// JSONObject.swift: objects that are written down where they are needed, without a type of their own.

/// An object whose members stand next to their names: `["program": name, "frames": 60]`. A member
/// that is nil is null.
public struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
  private var members: [String: (any Encodable)?]

  /// The object with these members, each name once.
  public init(dictionaryLiteral members: (String, (any Encodable)?)...) {
    self.members = Dictionary(uniqueKeysWithValues: members)
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
