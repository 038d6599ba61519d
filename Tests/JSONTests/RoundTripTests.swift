// RoundTripTests.swift: what comes back is what was encoded.

import JSON
import Testing

private struct Sample: Codable, Equatable {
  enum Kind: String, Codable { case plain, odd }

  struct Part: Codable, Equatable {
    var name: String
    var size: UInt8
  }

  var kind = Kind.odd
  var flag = true
  var count = Int64.min
  var fraction = 0.1
  var endless = -Double.infinity
  var text = "a\u{0}\"/\\\u{1F}\u{2028}é😀"
  var none: Int?
  var some: Int? = 7
  var gaps: [Int?] = [nil, 1]
  var parts = [Part(name: "first", size: 255), Part(name: "", size: 0)]
  var table: [String: [Double]] = ["": [], "a.b": [1, -2.5, 1e300, .leastNonzeroMagnitude]]
}

/// What encodes itself through every kind of container.
private class Base: Codable {
  let first: Int

  init(first: Int) { self.first = first }
}

private final class Derived: Base {
  let pairs: [[Int]]
  let inner: String

  init(first: Int, pairs: [[Int]], inner: String) {
    (self.pairs, self.inner) = (pairs, inner)
    super.init(first: first)
  }

  private enum Keys: CodingKey { case pairs, nested, inner }

  override func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    var list = container.nestedUnkeyedContainer(forKey: .pairs)
    for pair in pairs {
      var row = list.nestedUnkeyedContainer()
      for number in pair { try row.encode(number) }
    }
    var nested = container.nestedContainer(keyedBy: Keys.self, forKey: .nested)
    try nested.encode(inner, forKey: .inner)
    try nested.encodeNil(forKey: .pairs)
    try super.encode(to: container.superEncoder())
  }

  required init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    var list = try container.nestedUnkeyedContainer(forKey: .pairs)
    var pairs: [[Int]] = []
    while !list.isAtEnd {
      var row = try list.nestedUnkeyedContainer()
      var pair: [Int] = []
      while !row.isAtEnd { pair.append(try row.decode(Int.self)) }
      pairs.append(pair)
    }
    self.pairs = pairs
    let nested = try container.nestedContainer(keyedBy: Keys.self, forKey: .nested)
    inner = try nested.decode(String.self, forKey: .inner)
    #expect(try nested.decodeNil(forKey: .pairs) && nested.allKeys.count == 2)
    try super.init(from: container.superDecoder())
  }
}

@Suite struct RoundTripTests {
  @Test(arguments: [false, true])
  func aValueOfEveryKind(isPretty: Bool) throws {
    let text = try JSON.encode(Sample(), isPretty: isPretty)
    #expect(try JSON.decode(Sample.self, from: Array(text.utf8)) == Sample())
    #expect(try JSON.encode(Sample(), isPretty: isPretty) == text)
  }

  @Test func nestedContainersAndClasses() throws {
    let text = try JSON.encode(Derived(first: 3, pairs: [[1, 2], [], [3]], inner: "x"))
    #expect(
      text == #"{"nested":{"inner":"x","pairs":null},"pairs":[[1,2],[],[3]],"super":{"first":3}}"#)
    let read = try JSON.decode(Derived.self, from: Array(text.utf8))
    #expect(read.first == 3 && read.pairs == [[1, 2], [], [3]] && read.inner == "x")
  }

  @Test func aDocumentCanBeAnyValue() throws {
    #expect(try JSON.decode(Int.self, from: Array(" 12\n".utf8)) == 12)
    #expect(try JSON.decode(Int?.self, from: Array("null".utf8)) == nil)
    #expect(try JSON.decode(String.self, from: Array(#""\ud83d\ude00\u0000""#.utf8)) == "😀\u{0}")
    #expect(try JSON.decode([Bool].self, from: Array("\u{FEFF}[true]".utf8)) == [true])
    #expect(try JSON.decode([Int].self, from: Array("[1.0, 1e2, -0]".utf8)) == [1, 100, 0])
    #expect(
      try JSON.decode([Float].self, from: Array(#"[1, 0.5, "inf"]"#.utf8)) == [1, 0.5, .infinity])
  }
}
