// AlteredImage.swift: images that no chip8 has written, with every checksum right.

import SaveState

/// The sections of an image, to be changed and put together again.
struct AlteredImage {
  struct Section {
    var tag: String
    var flags: UInt8
    var version: UInt8
    var codec: UInt8
    /// As they are in the file.
    var contents: [UInt8]
    var decodedByteCount: UInt32
  }

  private let header: [UInt8]
  var sections: [Section] = []

  init(_ image: [UInt8]) {
    header = Array(image.prefix(16))
    var reader = ByteReader(image.dropFirst(16).dropLast(48))
    while let tag = reader.take(4), let frame = reader.take(4),
      let storedByteCount = reader.next(UInt32.self),
      let decodedByteCount = reader.next(UInt32.self), reader.next(UInt32.self) != nil,
      let contents = reader.take(Int(storedByteCount))
    {
      let frame = Array(frame)
      sections.append(
        Section(
          tag: String(decoding: tag, as: UTF8.self), flags: frame[0], version: frame[1],
          codec: frame[2], contents: Array(contents), decodedByteCount: decodedByteCount))
    }
  }

  /// The section of that tag.
  subscript(tag: String) -> Section? {
    get { sections.first { $0.tag == tag } }
    set {
      guard let index = sections.firstIndex(where: { $0.tag == tag }) else { return }
      if let newValue { sections[index] = newValue } else { sections.remove(at: index) }
    }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: header)
    for section in sections {
      writer.append(contentsOf: Array(section.tag.utf8))
      writer.append(contentsOf: [section.flags, section.version, section.codec, 0])
      writer.append(UInt32(section.contents.count))
      writer.append(section.decodedByteCount)
      writer.append(crc32(section.contents))
      writer.append(contentsOf: section.contents)
    }
    writer.append(contentsOf: [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A])
    writer.append(UInt64(writer.bytes.count + 40))
    writer.append(contentsOf: Digest.sha256(writer.bytes).bytes)
    return writer.bytes
  }
}

/// What begins like a saved state, and may be replaced by one.
let damagedState: [UInt8] = [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

/// CRC-32 as PNG and zlib have it, bit by bit.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
}
