// Fields of bytes, and digests of them.

import SaveState
import Testing

@Suite struct BytesTests {
  @Test func numbersAreLittleEndian() {
    var writer = ByteWriter()
    writer.append(UInt8(0x01))
    writer.append(UInt16(0x0302))
    writer.append(UInt32(0x0706_0504))
    writer.append(UInt64(0x0F0E_0D0C_0B0A_0908))
    writer.append(contentsOf: [0x10, 0x11])
    #expect(writer.bytes == (0x01...0x11).map { $0 })
    var reader = ByteReader(writer.bytes)
    #expect(reader.next(UInt8.self) == 0x01)
    #expect(reader.next(UInt16.self) == 0x0302)
    #expect(reader.next(UInt32.self) == 0x0706_0504)
    #expect(reader.next(UInt64.self) == 0x0F0E_0D0C_0B0A_0908)
    #expect(reader.take(2).map(Array.init) == [0x10, 0x11])
    #expect(reader.count == 0)
  }

  @Test func missingFilesAreNotRead() {
    var reader = ByteReader([1, 2, 3] as [UInt8])
    #expect(reader.next(UInt32.self) == nil)
    #expect(reader.take(4) == nil)
    #expect(reader.take(-1) == nil)
    #expect(reader.count == 3)
    #expect(reader.take(0).map(Array.init) == [])
    #expect(reader.take(3).map(Array.init) == [1, 2, 3])
    #expect(reader.next(UInt8.self) == nil)
  }

  @Test func slicesAreReadFromTheirOwnStart() {
    var reader = ByteReader(([9, 9, 1, 2] as [UInt8])[2...])
    #expect(reader.next(UInt16.self) == 0x0201)
  }

  @Test func prefixesHaveTheirOwnDigests() {
    let message: [UInt8] = Array(1...130)
    #expect(
      Digest.sha1(ofPrefixesOf: message, from: 60)
        == (60..<130).map { Digest.sha1(Array(message.prefix($0))) })
    #expect(Digest.sha1(ofPrefixesOf: message, from: 130).isEmpty)
  }

  /// The examples of FIPS 180-4.
  @Test func digestsAreKnown() {
    let message = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
    #expect(
      Digest.sha1(message).description == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(Digest.sha1([]).description == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      Digest.sha256(message).description
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      Digest.sha256([UInt8]()).description
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    // A sequence without storage of its own.
    #expect(Digest.sha256(message.lazy.map { $0 }) == Digest.sha256(message))
  }
}
