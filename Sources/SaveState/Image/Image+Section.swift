import CZlib

extension Image {
  /// One section, as stored in the file.
  public struct Section: Equatable, Sendable {
    /// What a program that does not know a section has to know of it.
    public struct Flags: OptionSet, Sendable {
      /// The bits of the file.
      public let rawValue: UInt8
      /// Bits as they are.
      public init(rawValue: UInt8) { self.rawValue = rawValue }
      /// A reader that does not know the section refuses the image.
      public static let critical = Flags(rawValue: 1)
      /// The section stays true when the machine has continued.
      public static let safeToCopy = Flags(rawValue: 2)
    }

    enum Codec {
      static let plain: UInt8 = 0
      static let deflate: UInt8 = 1
      static let differenceDeflate: UInt8 = 2
      static let inheritedDeflate: UInt8 = 3
    }

    static let headerByteCount = 20
    /// The version of all contents that there are.
    static let version: UInt8 = 1

    /// Its name.
    public let tag: Tag
    /// How it is to be treated.
    public let flags: Flags
    /// The version of its contents.
    public let version: UInt8
    private(set) var codec: UInt8
    private(set) var stored: ArraySlice<UInt8>
    /// How many bytes its contents have, as it says itself.
    public let decodedByteCount: Int

    /// How many bytes its contents have in the file.
    public var storedByteCount: Int { stored.count }

    /// This section, if its version is one that is known.
    func known() throws(ImageError) -> Section {
      guard version == Section.version else { throw .unknownVersion(tag, version) }
      return self
    }

    /// The contents. The count that the file names is allocated only after it was checked to be
    /// within the image's limit.
    ///
    /// - Parameter limit: how many bytes they have at most. No more is unpacked.
    func decoded(
      atMost limit: Int = Image.maxByteCount, differenceFrom base: [UInt8]? = nil,
      inheriting inherited: [UInt8]? = nil, by inflater: @autoclosure () -> Inflater = Inflater()
    ) throws(ImageError) -> [UInt8] {
      guard decodedByteCount <= limit else { throw .damagedSection(tag) }
      let bytes = try unpacked(by: inflater())
      guard isDifference else { return bytes }
      let origin = codec == Codec.inheritedDeflate ? inherited : base
      guard let origin, origin.count == decodedByteCount else { throw .damagedSection(tag) }
      return exclusiveOr(origin, bytes)
    }

    /// Whether the contents are stored as what they differ in from something else.
    var isDifference: Bool {
      codec == Codec.differenceDeflate || codec == Codec.inheritedDeflate
    }

    /// The contents, or where they are a difference, the difference without the zeros at its end.
    func unpacked(
      by inflater: @autoclosure () -> Inflater = Inflater()
    ) throws(ImageError) -> [UInt8] {
      switch codec {
      case Codec.plain where stored.count == decodedByteCount:
        return Array(stored)
      case Codec.deflate:
        guard let bytes = inflater().inflated(stored, atMost: decodedByteCount),
          bytes.count == decodedByteCount
        else { throw .damagedSection(tag) }
        return bytes
      case Codec.differenceDeflate, Codec.inheritedDeflate:
        guard let bytes = inflater().inflated(stored, atMost: decodedByteCount) else {
          throw .damagedSection(tag)
        }
        return bytes
      default:
        throw .damagedSection(tag)
      }
    }

    /// The same contents in the fewest bytes that zlib can be brought to, and never in more.
    func optimized() throws(ImageError) -> Section {
      let bytes = try unpacked()
      let contents = isDifference ? bytes[..<((bytes.lastIndex { $0 != 0 } ?? -1) + 1)] : bytes[...]
      var best = self
      func consider(_ codec: UInt8, _ stored: ArraySlice<UInt8>) {
        guard stored.count < best.stored.count else { return }
        (best.codec, best.stored) = (codec, stored)
      }
      if !isDifference { consider(Codec.plain, contents) }
      let codec = isDifference ? codec : Codec.deflate
      for level: Int32 in 1...9 {
        for strategy in [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED] {
          for memory: Int32 in 5...9 {
            consider(
              codec, deflated(contents, level: level, strategy: strategy, memory: memory)[...])
          }
        }
      }
      return best
    }

    func write(to writer: inout ByteWriter) {
      writer.append(tag.rawValue)
      writer.append(flags.rawValue)
      writer.append(version)
      writer.append(codec)
      writer.append(UInt8(0))
      writer.append(UInt32(stored.count))
      writer.append(UInt32(decodedByteCount))
      writer.append(crc(stored))
      writer.append(contentsOf: stored)
    }
  }
}

extension Image.Section {
  /// A section, deflated where that makes it smaller.
  ///
  /// - Parameters:
  ///   - base: bytes of the same count that the reader can compute.
  ///   - inherited: the contents of the same section in the parent image. The delta against them is
  ///     stored if no more bytes differ from them than otherwise.
  init(
    _ tag: Tag, _ flags: Flags, _ bytes: [UInt8], differenceFrom base: [UInt8]? = nil,
    inheriting inherited: [UInt8]? = nil
  ) {
    let codec: UInt8
    let stored: [UInt8]
    if let inherited, inherited.count == bytes.count,
      changeCount(bytes, inherited) <= changeCount(bytes, base)
    {
      (codec, stored) = (Codec.inheritedDeflate, deflated(difference(bytes, inherited)[...]))
    } else if let base {
      (codec, stored) = (Codec.differenceDeflate, deflated(difference(bytes, base)[...]))
    } else {
      let small = deflated(bytes[...])
      (codec, stored) =
        small.count < bytes.count ? (Codec.deflate, small) : (Codec.plain, bytes)
    }
    self.init(
      tag: tag, flags: flags, version: Image.Section.version, codec: codec, stored: stored[...],
      decodedByteCount: bytes.count)
  }

  /// A critical section, as it is.
  init(plain tag: Tag, _ bytes: [UInt8]) {
    self.init(
      tag: tag, flags: .critical, version: Image.Section.version, codec: Codec.plain,
      stored: bytes[...], decodedByteCount: bytes.count)
  }

  init(from reader: inout ByteReader) throws(ImageError) {
    guard
      let tag = reader.next(UInt32.self).map(Tag.init(rawValue:)),
      let flags = reader.next(UInt8.self),
      let version = reader.next(UInt8.self),
      let codec = reader.next(UInt8.self),
      let zero = reader.next(UInt8.self),
      let storedByteCount = reader.next(UInt32.self),
      let decodedByteCount = reader.next(UInt32.self),
      let checksum = reader.next(UInt32.self),
      let stored = reader.take(Int(storedByteCount))
    else { throw .malformed("its last section is truncated") }
    guard flags < 4, zero == 0 else {
      throw .malformed("section \"\(tag)\" has a value in a reserved field")
    }
    guard crc(stored) == checksum else { throw .damagedSection(tag) }
    self.init(
      tag: tag, flags: Flags(rawValue: flags), version: version, codec: codec, stored: stored,
      decodedByteCount: Int(decodedByteCount))
  }
}

func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
}

/// What two arrays of the same count differ in, up to the last difference.
private func difference(_ bytes: [UInt8], _ base: [UInt8]) -> [UInt8] {
  exclusiveOr(Array(base.prefix(differingCount(bytes, base))), bytes)
}

/// How many bytes there are up to the last in which two arrays of the same count differ.
private func differingCount(_ bytes: [UInt8], _ base: [UInt8]) -> Int {
  bytes.withUnsafeBytes { bytes in
    base.withUnsafeBytes { base in
      var count = bytes.count
      // By 16 bytes first, for most of a memory never changes.
      while count >= 16,
        bytes.loadUnaligned(fromByteOffset: count - 16, as: UInt128.self)
          == base.loadUnaligned(fromByteOffset: count - 16, as: UInt128.self)
      { count -= 16 }
      while count > 0, bytes[count - 1] == base[count - 1] { count -= 1 }
      return count
    }
  }
}

/// In how many bytes two arrays of the same count differ, or one and zeros.
private func changeCount(_ bytes: [UInt8], _ base: [UInt8]?) -> Int {
  guard let base else { return bytes.count { $0 != 0 } }
  return zip(bytes, base).count { $0 != $1 }
}

/// `bytes` with others applied, as far as both go.
private func exclusiveOr(_ bytes: [UInt8], _ others: [UInt8]) -> [UInt8] {
  var bytes = bytes
  let count = min(bytes.count, others.count)
  bytes.withUnsafeMutableBufferPointer { bytes in
    others.withUnsafeBufferPointer { others in
      for k in 0..<count { bytes[k] ^= others[k] }
    }
  }
  return bytes
}

/// zlib's stream of some bytes. Level 4 comes within a few bytes of the best one on programs, and is
/// 20 times as fast on a difference, which is mostly zeros. The window is no larger than the bytes
/// need: setting up a larger one takes longer than deflating a machine.
private func deflated(
  _ bytes: ArraySlice<UInt8>, level: Int32 = 4, strategy: Int32 = Z_DEFAULT_STRATEGY,
  memory: Int32 = 7
) -> [UInt8] {
  var stream = z_stream()
  let windowBits = min(15, max(9, Int32(Int.bitWidth - bytes.count.leadingZeroBitCount)))
  let version = ZLIB_VERSION
  let structureByteCount = Int32(MemoryLayout<z_stream>.size)
  // Nothing here can fail but for want of memory.
  precondition(
    deflateInit2_(
      &stream, level, Z_DEFLATED, windowBits, memory, strategy, version, structureByteCount)
      == Z_OK, "zlib cannot compress")
  defer { deflateEnd(&stream) }
  let bound = Int(deflateBound(&stream, UInt(bytes.count)))
  return [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
    bytes.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      stream.next_out = buffer.baseAddress
      stream.avail_out = UInt32(bound)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib cannot compress")
    }
    initialized = Int(stream.total_out)
  }
}
