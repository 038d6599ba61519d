// An image whose seals are right, whatever the fuzzer has changed in it. Otherwise the digest, which
// no fuzzer guesses, would keep it from everything that is checked behind it.

import SaveState

/// An image as the fuzzer changes it: laid out like a file, but lengths that follow from others,
/// checksums and digests are made right when it is sealed. An image is a draft of itself.
public struct Draft {
  private static let headerMagic: [UInt8] = [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let footerMagic: [UInt8] = [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]

  private let header: [UInt8]
  var sections: [Section] = []

  /// The draft in an input, which may be anything.
  public init(_ bytes: [UInt8]) {
    var input = Input(bytes)
    _ = input.take(Draft.headerMagic.count)
    header = (0..<8).map { _ in input.next() }
    while !input.isAtEnd {
      let section = Section(from: &input)
      if section.tag == Array(Draft.footerMagic.prefix(4)) { break }
      sections.append(section)
    }
  }

  /// The draft as an input.
  public var bytes: [UInt8] {
    Draft.headerMagic + header + sections.flatMap(\.bytes)
  }

  /// The image that the draft is meant to be.
  public var sealed: [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: Draft.headerMagic)
    writer.append(contentsOf: header)
    for section in sections { writer.append(contentsOf: named(section).sealed) }
    writer.append(contentsOf: Draft.footerMagic)
    writer.append(UInt64(writer.bytes.count + 8 + 32))
    writer.append(contentsOf: Digest.sha256(writer.bytes).bytes)
    return writer.bytes
  }

  /// A section; if it is the one that names the program, with the program's length and digest.
  private func named(_ section: Section) -> Section {
    let program = sections.first { $0.tag == Array("ROM ".utf8) && $0.isPlain }
    guard
      let program, section.tag == Array("PROG".utf8), section.isPlain, !section.keepsSeals,
      section.contents.count >= 24
    else { return section }
    var writer = ByteWriter()
    writer.append(UInt32(program.contents.count))
    writer.append(contentsOf: Digest.sha1(program.contents).bytes)
    var section = section
    section.contents.replaceSubrange(..<24, with: writer.bytes)
    return section
  }
}

extension Draft {
  /// A section, laid out as in an image. Its codec says what its seals are to be.
  struct Section {
    let tag: [UInt8]
    private let flags: UInt8
    private let version: UInt8
    private let codec: UInt8
    private let isToBeDeflated: Bool
    /// Whether its lengths and digests stand as they are meant, right or wrong.
    let keepsSeals: Bool
    private let reserved: UInt8
    private let decodedByteCount: UInt32
    var contents: [UInt8]

    init(from input: inout Input) {
      tag = input.take(4)
      flags = input.next()
      version = input.next()
      let codec: UInt8 = input.next()
      self.codec = codec & 0x3F
      isToBeDeflated = codec & 0x80 != 0
      keepsSeals = codec & 0x40 != 0
      reserved = input.next()
      let byteCount: UInt32 = input.next()
      decodedByteCount = input.next()
      _ = input.next(UInt32.self)
      contents = input.take(Int(byteCount))
    }

    /// Whether the contents stand as they are meant, and not as they are to be stored.
    var isPlain: Bool { codec == 0 || isToBeDeflated }

    var bytes: [UInt8] {
      let wishes: UInt8 = (isToBeDeflated ? 0x80 : 0) | (keepsSeals ? 0x40 : 0)
      return bytes(codec: codec | wishes, decodedByteCount, checksum: 0, contents)
    }

    var sealed: [UInt8] {
      let stored = isToBeDeflated ? zlibStream(contents) : contents
      // A difference may be shorter than what it is a difference from.
      let isRight = isPlain && codec != 2 && !keepsSeals
      return bytes(
        codec: codec, isRight ? UInt32(contents.count) : decodedByteCount,
        checksum: crc32(stored), stored)
    }

    private func bytes(
      codec: UInt8, _ decodedByteCount: UInt32, checksum: UInt32, _ contents: [UInt8]
    ) -> [UInt8] {
      var writer = ByteWriter()
      writer.append(contentsOf: tag)
      for field in [flags, version, codec, reserved] { writer.append(field) }
      writer.append(UInt32(contents.count))
      writer.append(decodedByteCount)
      writer.append(checksum)
      writer.append(contentsOf: contents)
      return writer.bytes
    }
  }
}

/// A zlib stream (RFC 1950) that stores the bytes.
private func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
  var writer = ByteWriter()
  writer.append(contentsOf: [0x78, 0x01])
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(0xFFFF)
    rest = rest.dropFirst(block.count)
    writer.append(UInt8(rest.isEmpty ? 1 : 0))
    writer.append(UInt16(block.count))
    writer.append(~UInt16(block.count))
    writer.append(contentsOf: block)
  } while !rest.isEmpty
  writer.append(adler32(bytes).byteSwapped)
  return writer.bytes
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in bytes {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  return b << 16 | a
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~0) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 0 ? crc >> 1 : 0xEDB8_8320 ^ crc >> 1 }
}
