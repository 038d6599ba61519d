// JSONMembers.swift: an untrusted object, read member by member.

/// The members of an object, of which nothing is known yet. One that is null is as good as missing.
package struct JSONMembers {
  private let values: [String: JSONValue]
  /// The names that lead to the object.
  private let path: [String]

  package init(_ values: [String: JSONValue] = [:], at path: [String] = []) {
    (self.values, self.path) = (values, path)
  }

  /// The object that a document is.
  package init(document bytes: [UInt8]) throws(JSONError) {
    guard case .object(let values) = try JSONValue(document: bytes) else {
      throw JSONError("is not an object")
    }
    self.init(values)
  }

  /// Their names, in order, so that it is always the same error that is found first.
  package var names: [String] { values.keys.sorted() }

  package subscript(name: String) -> JSONValue? {
    if case .null? = values[name] { nil } else { values[name] }
  }

  /// A member as what it has to be; nil if it is not there.
  package func value<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(JSONError) -> Value? {
    guard let member = self[name] else { return nil }
    guard let value = convert(member) else {
      throw JSONError(path: path + [name], "is not \(expected)")
    }
    return value
  }

  package func text(_ name: String) throws(JSONError) -> String? {
    try value(name, "a text", \.text)
  }

  package func requiredText(_ name: String) throws(JSONError) -> String {
    try required(name, try text(name))
  }

  package func requiredInteger(_ name: String) throws(JSONError) -> Int {
    try required(name, try integer(name))
  }

  /// A member that has to be there.
  package func required<Value>(_ name: String, _ value: Value?) throws(JSONError) -> Value {
    guard let value else { throw JSONError(path: path + [name], "is missing") }
    return value
  }

  package func bool(_ name: String) throws(JSONError) -> Bool? {
    try value(name, "true or false", \.bool)
  }

  package func object(_ name: String) throws(JSONError) -> JSONMembers? {
    try value(name, "an object") { $0.members(at: path + [name]) }
  }

  /// The objects of an array; none if it is not there.
  package func elements(_ name: String) throws(JSONError) -> [JSONMembers] {
    var objects: [JSONMembers] = []
    for (index, element) in try (value(name, "an array", \.elements) ?? []).enumerated() {
      let path = path + [name, "\(index)"]
      guard let object = element.members(at: path) else {
        throw JSONError(path: path, "is not an object")
      }
      objects.append(object)
    }
    return objects
  }

  /// The members of an object, which are all of one kind; none if it is not there.
  package func table<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(JSONError) -> [String: Value] {
    let members = try object(name) ?? JSONMembers()
    var table: [String: Value] = [:]
    for name in members.names {
      table[name] = try members.required(name, members.value(name, expected, convert))
    }
    return table
  }

  package func integer<Number: FixedWidthInteger>(
    _ name: String, _ type: Number.Type = Number.self
  ) throws(JSONError) -> Number? {
    try value(name, "a whole number in range") { $0.integer(type) }
  }

  /// A number that may be a text of digits: few readers of JSON take one of 64 bits as it is.
  package func integer<Number: FixedWidthInteger>(
    orText name: String, _ type: Number.Type = Number.self
  ) throws(JSONError) -> Number? {
    try value(name, "a whole number in range") {
      $0.integer(type) ?? $0.text.flatMap { Number($0) }
    }
  }
}

extension JSONValue {
  package func members(at path: [String] = []) -> JSONMembers? {
    if case .object(let values) = self { JSONMembers(values, at: path) } else { nil }
  }

  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}
