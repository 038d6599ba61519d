import JSON
import SaveState

/// What a client asks for.
struct AdapterRequest {
  let seq: Int
  let command: String
  let arguments: AdapterArguments

  /// A message of the client, which may be anything.
  static func received(_ bytes: [UInt8]) -> MessageStream.Received {
    let message: [String: JSONValue]
    do throws(JSONError) {
      guard case .object(let members) = try JSONValue(document: bytes) else {
        return .refused(nil, "a message is an object")
      }
      message = members
    } catch { return .refused(nil, "\(error)") }
    let request = AdapterRequest(
      seq: message["seq"]?.integer(Int.self) ?? 0, command: message["command"]?.text ?? "",
      arguments: AdapterArguments(members: message["arguments"]?.members ?? [:]))
    guard message["type"]?.text == "request" else {
      return .refused(request, "only requests are expected here")
    }
    guard message["seq"]?.integer(Int.self) != nil else {
      return .refused(request, "a request has a seq, which is a whole number")
    }
    guard message["command"]?.text != nil else {
      return .refused(request, "a request has a command, which is a text")
    }
    switch message["arguments"] {
    case nil, .null, .object: return .request(request)
    default: return .refused(request, "arguments are an object")
    }
  }
}

/// Why a request is refused, in one sentence.
struct AdapterRefusal: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

/// The arguments of a request. One that is null is as one that is missing.
struct AdapterArguments {
  let members: [String: JSONValue]

  private func member(_ name: String) -> JSONValue? {
    if case .null? = members[name] { nil } else { members[name] }
  }

  /// An argument as what it has to be; nil if it is not there.
  private func value<Value>(
    _ name: String, _ what: String, _ convert: (JSONValue) -> Value?
  ) throws(AdapterRefusal) -> Value? {
    guard let member = member(name) else { return nil }
    guard let value = convert(member) else {
      throw AdapterRefusal("\(name.displayText) is not \(what)")
    }
    return value
  }

  private func required<Value>(_ name: String, _ value: Value?) throws(AdapterRefusal) -> Value {
    guard let value else { throw AdapterRefusal("\(name) is missing") }
    return value
  }

  func text(_ name: String) throws(AdapterRefusal) -> String? {
    try value(name, "a text", \.text)
  }

  func bool(_ name: String) throws(AdapterRefusal) -> Bool? {
    try value(name, "true or false", \.bool)
  }

  func number(_ name: String) throws(AdapterRefusal) -> Int? {
    try value(name, "a whole number") { $0.integer(Int.self) }
  }

  func object(_ name: String) throws(AdapterRefusal) -> AdapterArguments? {
    try value(name, "an object") { $0.members.map { AdapterArguments(members: $0) } }
  }

  func objects(_ name: String) throws(AdapterRefusal) -> [AdapterArguments]? {
    try list(name, "a list of objects") { $0.members.map { AdapterArguments(members: $0) } }
  }

  func texts(_ name: String) throws(AdapterRefusal) -> [String]? {
    try list(name, "a list of texts", \.text)
  }

  func requiredText(_ name: String) throws(AdapterRefusal) -> String {
    try required(name, try text(name))
  }

  func requiredNumber(_ name: String) throws(AdapterRefusal) -> Int {
    try required(name, try number(name))
  }

  private func list<Value>(
    _ name: String, _ what: String, _ convert: (JSONValue) -> Value?
  ) throws(AdapterRefusal) -> [Value]? {
    try value(name, what) { member in
      guard case .array(let elements) = member else { return nil }
      let values = elements.compactMap(convert)
      return values.count == elements.count ? values : nil
    }
  }

  /// A number that does not fit into what JSON has may be a text: a seed, or a target of a client that takes
  /// them for texts.
  func number<Number: FixedWidthInteger>(
    orText name: String, _ type: Number.Type
  ) throws(AdapterRefusal) -> Number? {
    try value(name, "a whole number in range") {
      $0.integer(type) ?? $0.text.flatMap { Number($0) }
    }
  }
}

extension JSONValue {
  fileprivate var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }
}
