import CZlib

extension Image {
  /// One section, as it stands in the file.
  struct Section: Equatable, Sendable {
    struct Flags: OptionSet {
      let rawValue: UInt8
      static let critical = Flags(rawValue: 1)
      static let safeToCopy = Flags(rawValue: 2)
    }

    enum Codec: UInt8 {
      case plain = 0
      case deflate = 1
      case differenceDeflate = 2
    }

    static let headerByteCount = 20

    let tag: Tag
    let flags: Flags
    let version: UInt8
    let codec: Codec
    let stored: [UInt8]
    let decodedByteCount: Int

    /// A critical section, deflated where that makes it smaller.
    init(tag: Tag, _ bytes: [UInt8], differenceFrom base: [UInt8]? = nil) {
      self.tag = tag
      flags = .critical
      version = 0
      decodedByteCount = bytes.count
      if let base {
        codec = .differenceDeflate
        stored = deflated(zip(bytes, base).map { $0 ^ $1 })
      } else {
        let small = deflated(bytes)
        codec = small.count < bytes.count ? .deflate : .plain
        stored = small.count < bytes.count ? small : bytes
      }
    }

    /// A critical section, as it is.
    init(plain tag: Tag, _ bytes: [UInt8]) {
      self.tag = tag
      flags = .critical
      version = 0
      codec = .plain
      stored = bytes
      decodedByteCount = bytes.count
    }

    /// The contents. The count that the file names is allocated only after it was checked to be
    /// within the image's limit.
    func decoded(differenceFrom base: [UInt8]? = nil) throws(ImageError) -> [UInt8] {
      switch codec {
      case .plain:
        return stored
      case .deflate:
        guard let bytes = inflated(stored, to: decodedByteCount) else {
          throw .damagedSection(tag)
        }
        return bytes
      case .differenceDeflate:
        guard
          let base, base.count == decodedByteCount,
          let difference = inflated(stored, to: decodedByteCount)
        else { throw .damagedSection(tag) }
        return zip(base, difference).map { $0 ^ $1 }
      }
    }

    func write(to writer: inout ByteWriter) {
      writer.append(tag.rawValue)
      writer.append(flags.rawValue)
      writer.append(version)
      writer.append(codec.rawValue)
      writer.append(UInt8(0))
      writer.append(UInt32(stored.count))
      writer.append(UInt32(decodedByteCount))
      writer.append(crc(stored))
      writer.append(contentsOf: stored)
    }

    init(from reader: inout ByteReader) throws(ImageError) {
      guard
        let tag = reader.next(UInt32.self).map(Tag.init(rawValue:)),
        let flags = reader.next(UInt8.self),
        let version = reader.next(UInt8.self),
        let codecByte = reader.next(UInt8.self),
        let zero = reader.next(UInt8.self),
        let storedByteCount = reader.next(UInt32.self),
        let decodedByteCount = reader.next(UInt32.self),
        let checksum = reader.next(UInt32.self),
        let stored = reader.take(Int(storedByteCount)).map(Array.init)
      else { throw .malformed("its last section is cut off") }
      guard let codec = Codec(rawValue: codecByte), flags < 4, version == 0, zero == 0 else {
        throw .malformed("section \"\(tag)\" is stored in a way that is not known")
      }
      guard crc(stored) == checksum, codec != .plain || stored.count == Int(decodedByteCount)
      else { throw .damagedSection(tag) }
      self.tag = tag
      self.flags = Flags(rawValue: flags)
      self.version = version
      self.codec = codec
      self.stored = stored
      self.decodedByteCount = Int(decodedByteCount)
    }
  }
}

private func crc(_ bytes: [UInt8]) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
}

/// zlib's stream of some bytes at its best level.
private func deflated(_ bytes: [UInt8]) -> [UInt8] {
  let bound = compressBound(UInt(bytes.count))
  return [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, initialized in
    var count = bound
    let status = compress2(
      buffer.baseAddress, &count, bytes, UInt(bytes.count), Z_BEST_COMPRESSION)
    // The bound leaves no other way to fail than being out of memory.
    precondition(status == Z_OK, "zlib cannot compress: \(status)")
    initialized = Int(count)
  }
}

/// What a zlib stream unpacks to, or nil unless that is exactly `count` bytes from all of `bytes`.
private func inflated(_ bytes: [UInt8], to count: Int) -> [UInt8]? {
  var complete = false
  let result = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
    var outCount = UInt(count)
    var inCount = UInt(bytes.count)
    let status = uncompress2(buffer.baseAddress, &outCount, bytes, &inCount)
    complete = status == Z_OK && outCount == UInt(count) && inCount == UInt(bytes.count)
    initialized = complete ? count : 0
  }
  return complete ? result : nil
}
