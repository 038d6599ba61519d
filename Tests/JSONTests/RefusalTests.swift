// RefusalTests.swift: untrusted documents. They are refused with a sentence, and nothing crashes.

import JSON
import Testing

@Suite struct RefusalTests {
  private static let sample =
    #"{"a":[1,-2.5e-3,"x\u00e9\ud83d\ude00é\n",null,true,false,{}],"":{"b":[[]]}}"#

  @Test(arguments: [
    "", " ", "{}x", "{} {}", "[1]]", "{}\u{0}", "\u{0}", "[1,]", #"{"a":1,}"#, "{'a':1}", "{a:1}",
    "/**/1", "[1 2]", "nul", "TRUE", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.",
    ".5", "1e", "0x10", "1.2.3", "1e999", "-1e999", "99999999999999999999",
    "-99999999999999999999", "18446744073709551615", #""\x""#, "\"\n\"", "\"\u{1}\"", "\"\u{0}\"",
    "\"", #""\u12""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud83d\ud83d""#,
    #"{"a\u0000b":1}"#, #"{"a":1,"a":1}"#, "\u{FEFF}", "\u{FEFF}\u{FEFF}1",
  ])
  func whatIsNotJSON(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(document: Array(text.utf8)) }
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
    ] as [[UInt8]])
  func whatIsNotUTF8(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    for document in [bytes, [quote] + bytes + [quote]] {
      #expect(throws: JSONError.self) { try JSONValue(document: document) }
    }
  }

  @Test func truncatedDocuments() throws {
    let bytes = Array(Self.sample.utf8)
    _ = try JSONValue(document: bytes)
    for count in bytes.indices {
      #expect(throws: JSONError.self) {
        try JSONValue(document: Array(bytes[..<count]))
      }
    }
  }

  /// Any byte of a document replaced by any other one: it is read or refused.
  @Test func damagedDocuments() throws {
    var readCount = 0
    let bytes = Array(Self.sample.utf8)
    for index in bytes.indices {
      for byte in UInt8.min ... .max {
        var damaged = bytes
        damaged[index] = byte
        do throws(JSONError) {
          _ = try JSONValue(document: damaged)
          readCount += 1
        } catch { #expect(!error.reason.isEmpty) }
      }
    }
    #expect(readCount > bytes.count)
  }

  @Test func howDeepAndHowMuch() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONValue(document: nested(500))
    for depth in [2049, 100_000] {
      #expect {
        try JSONValue(document: nested(depth))
      } throws: {
        "\($0)".contains("depth")
      }
    }
    #expect(throws: JSONError.self) {
      try JSONValue(document: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
    }
    let many = "[" + String(repeating: "1,", count: 2 << 20) + "1]"
    #expect {
      try JSONValue(document: Array(many.utf8))
    } throws: {
      "\($0)" == "the document has more than 2097152 values"
    }
  }

  @Test(arguments: [
    ("[]", "the document is not an object"),
    ("{}", "`name` is missing"),
    (#"{"name":null}"#, "`name` is missing"),
    (#"{"name":"","parts":{}}"#, "`parts` is not an array"),
    (#"{"name":"","parts":[{"size":1},7]}"#, "`parts.1` is not an object"),
    (#"{"name":"","parts":[{}]}"#, "`parts.0.size` is missing"),
    (
      #"{"name":"","parts":[{"size":256}]}"#,
      "`parts.0.size` is not a whole number in range"
    ),
    (
      #"{"name":"","parts":[{"size":-1}]}"#,
      "`parts.0.size` is not a whole number in range"
    ),
    (
      #"{"name":"","parts":[{"size":1.5}]}"#,
      "`parts.0.size` is not a whole number in range"
    ),
    (#"{"name":"","table":{"b":"1","a":1}}"#, "`table.b` is not a number"),
    (#"{"name":"","table":{"a":null}}"#, "`table.a` is missing"),
    (#"{"name":"","flag":1}"#, "`flag` is not true or false"),
    ("[\n1,,]", "the document is not JSON in line 2, column 3: unexpected token near ','"),
    ("", "the document is empty"),
  ])
  func aRefusalSaysWhatAndWhere(text: String, description: String) {
    #expect {
      let members = try JSONMembers(document: Array(text.utf8))
      _ = try members.requiredText("name")
      for part in try members.elements("parts") {
        _ = try part.required("size", part.integer("size", UInt8.self))
      }
      _ = try members.table("table", "a number", \.real)
      _ = try members.bool("flag")
    } throws: {
      "\($0)" == description
    }
  }
}
