// Value.swift: documents as Jansson reads them. The only file that knows of it.
//
// Jansson refuses what RFC 8259 does: anything after the value, text that is not UTF-8, half of a
// surrogate pair, other numbers and literals. It also refuses values nested deeper than 2048 levels,
// whole numbers beyond Int64, numbers too large for a Double, NUL in names, and two members of one
// name.

import CJansson

/// A value of a document.
package enum JSONValue {
  case null
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// More than any document of ours has. A value takes up to about 300 bytes while it is read.
  static let maxCount = 2 << 20

  /// The value that an untrusted document is.
  package init(document bytes: [UInt8]) throws(JSONError) {
    // Editors of Windows put it there.
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
    guard !text.isEmpty else { throw JSONError("is empty") }
    // Each value but the first comes after one of these, which may also be in a text.
    let separators = "[{,".utf8
    guard text.count(where: { separators.contains($0) }) < JSONValue.maxCount else {
      throw JSONError("has more than \(JSONValue.maxCount) values")
    }
    let flags = Int(JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES)
    var error = json_error_t()
    let root = text.withUnsafeBytes {
      json_loadb($0.baseAddress, $0.count, flags, &error)
    }
    guard let root else {
      let text = withUnsafeBytes(of: error.text) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw JSONError("is not JSON in line \(error.line), column \(error.column): \(text)")
    }
    defer { json_decref(root) }
    self.init(root)
  }

  private init(_ json: UnsafeMutablePointer<json_t>) {
    switch json.pointee.type {
    case JSON_TRUE: self = .bool(true)
    case JSON_FALSE: self = .bool(false)
    case JSON_INTEGER: self = .integer(json_integer_value(json))
    case JSON_REAL: self = .real(json_real_value(json))
    case JSON_STRING:
      let bytes = UnsafeRawBufferPointer(
        start: json_string_value(json), count: json_string_length(json))
      self = .text(String(decoding: bytes, as: UTF8.self))
    case JSON_ARRAY:
      self = .array(
        (0..<json_array_size(json)).compactMap { json_array_get(json, $0).map(JSONValue.init) })
    case JSON_OBJECT: self = .object(JSONValue.members(json))
    default: self = .null
    }
  }

  private static func members(_ json: UnsafeMutablePointer<json_t>) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    var next = json_object_iter(json)
    while let member = next {
      if let name = json_object_iter_key(member), let value = json_object_iter_value(member) {
        members[String(cString: name)] = JSONValue(value)
      }
      next = json_object_iter_next(json, member)
    }
    return members
  }
}

extension JSONValue {
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  package var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// A whole number that the type has.
  package func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T? {
    switch self {
    case .integer(let value): T(exactly: value)
    case .real(let value): T(exactly: value)
    default: nil
    }
  }

  package var real: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .text("inf"): .infinity
    case .text("-inf"): -.infinity
    case .text("nan"): .nan
    default: nil
    }
  }
}
