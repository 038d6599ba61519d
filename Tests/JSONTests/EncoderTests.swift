// EncoderTests.swift: the text of values, byte for byte.

import JSON
import Testing

@Suite struct EncoderTests {
  @Test func membersAreInTheOrderOfTheirBytes() throws {
    let members = ["z10": 1, "z9": 2, "Z": 3, "é": 4, "e\u{301}a": 5, "": 6]
    #expect(
      try JSON.encode(members)
        == #"{"":6,"Z":3,"e\#u{301}a":5,"z10":1,"z9":2,"é":4}"#)
  }

  @Test func numbers() throws {
    #expect(try JSON.encode([UInt64.max, 0]) == "[18446744073709551615,0]")
    #expect(try JSON.encode([Int64.min, .max]) == "[-9223372036854775808,9223372036854775807]")
    #expect(try JSON.encode([Int128.max]) == "[170141183460469231731687303715884105727]")
    #expect(
      try JSON.encode([1, 0.1, -0.0, 1e20, 9_007_199_254_740_992, .leastNonzeroMagnitude])
        == "[1,0.1,-0,1e+20,9007199254740992,5e-324]")
    #expect(try JSON.encode([0.1 as Float, 2]) == "[0.1,2]")
    #expect(
      try JSON.encode([.infinity, -.infinity, .nan, -.nan] as [Double])
        == #"["inf","-inf","nan","nan"]"#)
  }

  @Test func texts() throws {
    #expect(
      try JSON.encode("\u{1B}\u{0}\u{1}\u{8}\u{C}\t\r\n/\\\"\u{7F}é😀")
        == #""\u001b\u0000\u0001\b\f\t\r\n/\\\"\#u{7F}é😀""#)
    #expect(try JSON.encode(["\"\n": true]) == #"{"\"\n":true}"#)
  }

  @Test func objectsWithoutATypeOfTheirOwn() throws {
    let object: JSONObject = ["b": 1, "a": nil as Int?, "c": ["d": "e"] as JSONObject]
    #expect(try JSON.encode(object) == #"{"a":null,"b":1,"c":{"d":"e"}}"#)
    #expect(try JSON.encode(object.withoutNulls) == #"{"b":1,"c":{"d":"e"}}"#)
    #expect(
      try JSON.encode(object.withoutNulls.adding(["a": 2, "x": nil]))
        == #"{"a":2,"b":1,"c":{"d":"e"},"x":null}"#)
  }

  @Test func emptyAndMissingFiles() throws {
    struct Sample: Encodable {
      var none: Int?
      var array: [Int] = []
      var object: [String: Int] = [:]
      var nothing = Nothing()
      var gaps: [Int?] = [nil, 1]
    }
    struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
    #expect(try JSON.encode(Sample()) == #"{"array":[],"gaps":[null,1],"nothing":{},"object":{}}"#)
    #expect(try JSON.encode(Int?.none) == "null")
  }

  @Test func prettyTextHasOneMemberPerLine() throws {
    #expect(
      try JSON.encode(["b": [1, 2], "a": []], isPretty: true) == """
        {
          "a" : [],
          "b" : [
            1,
            2
          ]
        }
        """)
  }

  @Test func encodingErrorsNameTheirPlace() {
    struct Refusing: Encodable {
      func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
          self, .init(codingPath: encoder.codingPath, debugDescription: "has no text"))
      }
    }
    #expect {
      try JSON.encode(["a": [nil, Refusing()]])
    } throws: {
      "\($0)" == "`a.1` has no text"
    }
  }
}
