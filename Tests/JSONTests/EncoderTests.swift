// EncoderTests.swift: the text of values, byte for byte.

import JSON
import Testing

@Suite struct EncoderTests {
  @Test func membersAreInTheOrderOfTheirBytes() {
    let members = ["z10": 1, "z9": 2, "Z": 3, "é": 4, "e\u{301}a": 5, "": 6]
    #expect(
      JSONObject(members).encoded()
        == #"{"":6,"Z":3,"e\#u{301}a":5,"z10":1,"z9":2,"é":4}"#)
  }

  @Test func numbers() {
    #expect([UInt64.max, 0].encoded() == "[18446744073709551615,0]")
    #expect([Int64.min, .max].encoded() == "[-9223372036854775808,9223372036854775807]")
    #expect(
      [1, 0.1, -0.0, 1e20, 9_007_199_254_740_992, .leastNonzeroMagnitude].encoded()
        == "[1,0.1,-0,1e+20,9007199254740992,5e-324]")
    #expect(
      ([.infinity, -.infinity, .nan, -.nan] as [Double]).encoded()
        == #"["inf","-inf","nan","nan"]"#)
  }

  @Test func texts() {
    #expect(
      "\u{1B}\u{0}\u{1}\u{8}\u{C}\t\r\n/\\\"\u{7F}é😀".encoded()
        == #""\u001b\u0000\u0001\b\f\t\r\n/\\\"\#u{7F}é😀""#)
    #expect((["\"\n": true] as JSONObject).encoded() == #"{"\"\n":true}"#)
  }

  @Test func objectsWithoutATypeOfTheirOwn() {
    let object: JSONObject = ["b": 1, "a": nil as Int?, "c": ["d": "e"] as JSONObject]
    #expect(object.encoded() == #"{"a":null,"b":1,"c":{"d":"e"}}"#)
    #expect(JSONObject.withoutNulls(object).encoded() == #"{"b":1,"c":{"d":"e"}}"#)
    #expect(
      JSONObject.withoutNulls(object).adding(["a": 2, "x": nil]).encoded()
        == #"{"a":2,"b":1,"c":{"d":"e"},"x":null}"#)
  }

  @Test func whatIsEmpty() {
    #expect(
      (["array": [Int](), "object": JSONObject()] as JSONObject).encoded()
        == #"{"array":[],"object":{}}"#)
  }

  @Test func prettyTextHasOneMemberPerLine() {
    let object: JSONObject = ["b": [1, 2], "a": [Int](), "c": ["d": nil] as JSONObject]
    #expect(
      object.encoded(isPretty: true) == """
        {
          "a" : [],
          "b" : [
            1,
            2
          ],
          "c" : {
            "d" : null
          }
        }
        """)
  }
}
