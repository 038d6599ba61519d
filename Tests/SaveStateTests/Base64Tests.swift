// Base64Tests.swift: bytes as text, and nothing else taken for it.

import SaveState
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func theVectorsOfTheRFC(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(Array(encoded.utf8)[...]) == Array(plain.utf8))
  }

  @Test func everyByteComesBack() {
    let bytes = Array(UInt8.min ... .max)
    for start in 0..<4 {
      let part = Array(bytes[start...])
      #expect(Base64.decode(Array(Base64.encode(part).utf8)[...]) == part)
    }
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zh==", "Zm9v\n", "Zm 9v", "Zm9-", "Zm9v=",
    "Zm9vé",
  ])
  func whatIsNotBase64(text: String) {
    #expect(Base64.decode(Array(text.utf8)[...]) == nil)
  }
}
