// Images whose seals are right, whatever the fuzzer has changed in them. Otherwise the digest, which
// no fuzzer guesses, would keep it from everything that is checked after it.

import Chip8Core
import SaveState

/// An image as the fuzzer changes it, and after it its parent, if it
/// has one, and so on. They are laid out like files, but lengths that follow from others, checksums
/// and digests are made right when they are sealed. An image is a draft of itself.
public struct Draft {
  var images: [Image] = []

  /// The draft in an input, which may be anything.
  public init(_ bytes: [UInt8]) {
    var input = Input(bytes)
    repeat { images.append(Image(from: &input)) } while !input.isAtEnd
  }

  /// The draft as an input.
  public var bytes: [UInt8] {
    Array(images.map(\.bytes).joined(separator: footerMagic + [UInt8](repeating: 0, count: 40)))
  }

  /// The images that the draft is meant to be, each based on the next.
  public var sealed: [[UInt8]] {
    images.reversed().reduce(into: []) { $0.append($1.sealed(over: $0)) }.reversed()
  }
}

private let headerMagic: [UInt8] = [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
private let footerMagic: [UInt8] = [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]

extension Draft {
  /// One of a draft's images.
  struct Image {
    private let header: [UInt8]
    var sections: [Section] = []

    init(from input: inout Input) {
      _ = input.take(headerMagic.count)
      header = (0..<8).map { _ in input.next() }
      while !input.isAtEnd {
        let tag = input.take(4)
        if tag == Array(footerMagic.prefix(4)) {
          _ = input.take(4 + 8 + 32)
          break
        }
        sections.append(Section(tag, from: &input))
      }
    }

    var bytes: [UInt8] { headerMagic + header + sections.flatMap(\.bytes) }

    /// - Parameter parents: what it is based on, its parent last.
    func sealed(over parents: [[UInt8]]) -> [UInt8] {
      var writer = ByteWriter()
      writer.append(contentsOf: headerMagic)
      writer.append(contentsOf: header)
      for section in sections { writer.append(contentsOf: named(section, parents).sealed) }
      writer.append(contentsOf: footerMagic)
      writer.append(UInt64(writer.bytes.count + 8 + 32))
      writer.append(contentsOf: Digest.sha256(writer.bytes).bytes)
      return writer.bytes
    }

    /// A section; if it names the program or the parent, then that of this draft.
    private func named(_ section: Section, _ parents: [[UInt8]]) -> Section {
      guard section.isPlain, !section.keepsSeals else { return section }
      let name =
        switch section.tag {
        case Array("PROG".utf8): programName
        case Array("BASE".utf8): parentName(parents)
        default: [UInt8]()
        }
      guard section.contents.count >= name.count else { return section }
      var section = section
      section.contents.replaceSubrange(..<name.count, with: name)
      return section
    }

    /// The length and the digest of the program that is in the image, or of one that is not.
    private var programName: [UInt8] {
      let section = sections.first { $0.tag == Array("ROM ".utf8) }
      guard let program = section.map({ $0.isPlain ? $0.contents : nil }) ?? Shelf.program else {
        return []
      }
      var writer = ByteWriter()
      writer.append(UInt32(program.count))
      writer.append(contentsOf: Digest.sha1(program).bytes)
      return writer.bytes
    }

    /// The digest of the parent and of the machine in it, if there is one.
    private func parentName(_ parents: [[UInt8]]) -> [UInt8] {
      guard let parent = parents.last else { return [] }
      var shelf = Shelf(parents)
      let machine: Chip8? = try? SaveState.Image(parent).completed(Chip8.self, by: &shelf).machine()
      return parent.suffix(32) + (machine?.stateDigest.bytes ?? [UInt8](repeating: 0, count: 32))
    }
  }

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

    fileprivate init(_ tag: [UInt8], from input: inout Input) {
      self.tag = tag
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
    var isPlain: Bool { codec == 0 || isToBeDeflated && !isDifference }

    private var isDifference: Bool { codec == 2 || codec == 3 }

    var bytes: [UInt8] {
      let wishes: UInt8 = (isToBeDeflated ? 0x80 : 0) | (keepsSeals ? 0x40 : 0)
      return bytes(codec: codec | wishes, decodedByteCount, checksum: 0, contents)
    }

    var sealed: [UInt8] {
      let stored = isToBeDeflated ? zlibStream(contents) : contents
      let isRight = isPlain && !keepsSeals
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
