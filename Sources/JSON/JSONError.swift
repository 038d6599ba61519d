// JSON.swift: what Swift can encode as JSON (RFC 8259), and back. Documents are whole in memory.

/// JSON from and to types that are `Encodable` and `Decodable`.
///
/// A number that is not finite is the text `"inf"`, `"-inf"` or `"nan"`.
public enum JSON {
  /// A value as JSON. The same value always gives the same text: members are in the order of the
  /// bytes of their names.
  ///
  /// - Parameter isPretty: one member or element per line, instead of everything in one.
  public static func encode(
    _ value: some Encodable, isPretty: Bool = false
  ) throws(JSONError) -> String {
    if !isPretty, let object = value as? JSONObject {
      var text: [UInt8] = []
      text.reserveCapacity(512)
      object.write(to: &text)
      return String(decoding: text, as: UTF8.self)
    }
    let root = Node(codingPath: [])
    do { try root.encode(value) } catch { throw JSONError(error) }
    var text = ""
    root.write(to: &text, indentation: isPretty ? 0 : nil)
    return text
  }

  /// A value from untrusted JSON.
  public static func decode<T: Decodable>(
    _ type: T.Type, from bytes: [UInt8]
  ) throws(JSONError) -> T {
    let root = ValueDecoder(value: try JSONValue(document: bytes), codingPath: [])
    do { return try root.decode(type) } catch { throw JSONError(error) }
  }
}

/// Why a document is refused, or a value cannot be written as JSON.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The names and indices that lead to the value, the outermost first.
  public let path: [String]
  /// What is wrong with it, to be read after its name.
  public let reason: String

  /// One sentence.
  public var description: String {
    (path.isEmpty ? "the document" : "`\(path.joined(separator: "."))`") + " \(reason)"
  }

  init(at path: [any CodingKey] = [], _ reason: String) {
    self.init(path: path.map(\.stringValue), reason)
  }

  package init(path: [String], _ reason: String) { (self.path, self.reason) = (path, reason) }

  /// From what `Encodable` and `Decodable` types throw.
  package init(_ error: any Error) {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      self.init(at: context.codingPath + [key], "is missing")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      self.init(at: context.codingPath, context.debugDescription)
    case EncodingError.invalidValue(_, let context):
      self.init(at: context.codingPath, context.debugDescription)
    default: self.init("\(error)")
    }
  }
}

/// A step from a value to one in it.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
  init(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }

  /// Where a class keeps what its superclass encodes.
  static let parent = PathKey(stringValue: "super")
}
