import JSON
import SaveState

/// What a client asks for.
struct AdapterRequest {
  let seq: Int
  let command: String
  let arguments: AdapterArguments

  /// A message of the client, which may be anything.
  static func received(_ bytes: [UInt8]) -> MessageStream.Received {
    let message: AdapterArguments
    do throws(JSONError) {
      guard let members = try JSONValue(document: bytes).members() else {
        return .refused(nil, "a message is an object")
      }
      message = members
    } catch { return .refused(nil, "\(error)") }
    let request = AdapterRequest(
      seq: message["seq"]?.integer(Int.self) ?? 0, command: message["command"]?.text ?? "",
      arguments: message["arguments"]?.members() ?? AdapterArguments())
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
    case nil, .object: return .request(request)
    default: return .refused(request, "arguments are an object")
    }
  }
}

/// The arguments of a request.
typealias AdapterArguments = JSONMembers

extension AdapterArguments {
  func number(_ name: String) throws(JSONError) -> Int? {
    try value(name, "a whole number") { $0.integer() }
  }

  func objects(_ name: String) throws(JSONError) -> [AdapterArguments]? {
    try list(name, "a list of objects") { $0.members() }
  }

  func texts(_ name: String) throws(JSONError) -> [String]? {
    try list(name, "a list of texts", \.text)
  }

  func requiredNumber(_ name: String) throws(JSONError) -> Int {
    try required(name, try number(name))
  }

  private func list<Value>(
    _ name: String, _ what: String, _ convert: (JSONValue) -> Value?
  ) throws(JSONError) -> [Value]? {
    try value(name, what) { member in
      guard let elements = member.elements else { return nil }
      let values = elements.compactMap(convert)
      return values.count == elements.count ? values : nil
    }
  }
}
