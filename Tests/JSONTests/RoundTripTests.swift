// RoundTripTests.swift: what comes back is what was written.

import JSON
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: [false, true])
  func aValueOfEveryKind(isPretty: Bool) throws {
    let text = "a\u{0}\"/\\\u{1F}\u{2028}é😀"
    let table = ["": 1, "a.b": -2.5, "c": 1e300, "d": .leastNonzeroMagnitude, "e": -.infinity]
    let object: JSONObject = [
      "flag": true, "count": Int64.min, "text": text, "none": nil, "table": JSONObject(table),
      "parts": [["name": "first", "size": UInt8(255)] as JSONObject],
    ]
    let members = try JSONMembers(document: Array(object.encoded(isPretty: isPretty).utf8))
    #expect(members.names == ["count", "flag", "none", "parts", "table", "text"])
    #expect(try members.bool("flag") == true && members.text("text") == text)
    #expect(try members.integer("count") == Int64.min && members.text("none") == nil)
    #expect(try members.table("table", "a number", \.real) == table)
    let parts = try members.elements("parts")
    #expect(parts.count == 1)
    #expect(try parts[0].requiredText("name") == "first" && parts[0].requiredInteger("size") == 255)
  }

  @Test func aDocumentCanBeAnyValue() throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue(document: Array(text.utf8)) }
    #expect(try value(" 12\n").integer() == 12)
    #expect(try value("null").text == nil)
    #expect(try value(#""\ud83d\ude00\u0000""#).text == "😀\u{0}")
    #expect(try value("\u{FEFF}[true]").elements?.first?.bool == true)
    #expect(try value("[1.0, 1e2, -0]").elements?.map { $0.integer() } == [1, 100, 0])
    #expect(try value(#"[1, 0.5, "inf"]"#).elements?.map(\.real) == [1, 0.5, .infinity])
  }
}
