import JSON
import SaveState

/// The members of a line, of which nothing is known yet. One that is null is as good as missing.
struct FarmMembers {
  private let values: [String: JSONValue]

  /// - Throws: if the line is not an object.
  init(_ line: [UInt8]) throws {
    guard case .object(let values) = try JSONValue(document: line) else {
      throw FarmError("the document is not an object")
    }
    self.values = values
  }

  /// Their names, in order, so that it is always the same error that is found first.
  var names: [String] { values.keys.sorted() }

  /// The job's name, if it has one.
  var id: FarmJobID? { values["id"].flatMap(FarmJobID.init) }

  func text(_ name: String) throws(FarmError) -> String? {
    try value(name, "a text", \.text)
  }

  func integer<Number: FixedWidthInteger>(
    _ name: String, _ type: Number.Type = Number.self
  ) throws(FarmError) -> Number? {
    try value(name, "a whole number in range") { $0.integer(type) }
  }

  /// A number of 64 bits, which may be a text of digits: few readers of JSON take such a number as it is.
  func largeInteger(_ name: String) throws(FarmError) -> UInt64? {
    try value(name, "a whole number in range") { $0.text.map { UInt64($0) } ?? $0.integer() }
  }

  func texts(_ name: String) throws(FarmError) -> [String] {
    guard let value = present(name) else { return [] }
    guard case .array(let elements) = value else { throw mismatch(name, "an array") }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.text else { throw mismatch("\(name).\(index)", "a text") }
      texts.append(text)
    }
    return texts
  }

  /// The members of an object that is a member, by their names in order.
  func switches(_ name: String) throws(FarmError) -> [(name: String, isOn: Bool)] {
    guard let value = present(name) else { return [] }
    guard case .object(let members) = value else { throw mismatch(name, "an object") }
    var switches: [(name: String, isOn: Bool)] = []
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let isOn = value.bool else { throw mismatch("\(name).\(key)", "true or false") }
      switches.append((key, isOn))
    }
    return switches
  }

  private func value<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(FarmError) -> Value? {
    guard let present = present(name) else { return nil }
    guard let value = convert(present) else { throw mismatch(name, expected) }
    return value
  }

  private func present(_ name: String) -> JSONValue? {
    guard let value = values[name] else { return nil }
    if case .null = value { return nil }
    return value
  }

  private func mismatch(_ name: String, _ expected: String) -> FarmError {
    FarmError("`\(name.displayText)` is not \(expected)")
  }
}

/// The name of a job: a text or a whole number, which its row has as it is.
enum FarmJobID: Hashable {
  case text(String)
  case number(Int64)

  init?(_ value: JSONValue) {
    if let number = value.integer(Int64.self) {
      self = .number(number)
    } else if let text = value.text {
      self = .text(text)
    } else {
      return nil
    }
  }

  /// As the row has it.
  var value: any JSONMember {
    switch self {
    case .text(let text): text
    case .number(let number): number
    }
  }
}

/// Why a job cannot be run: one sentence.
struct FarmError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
