import CDeflate
import SaveState

/// A zip archive, as far as programs come in one: no encryption, no zip64, nothing but deflate. After
/// PKWARE's APPNOTE.TXT.
///
/// It is not trusted: only one file at a time is extracted, no larger than
/// requested, and no name in it is used as a path.
struct Zip {
  /// A file in the archive, as its directory lists it.
  struct Entry {
    /// With the directories that it is in. It is for people, and to compare: never a path.
    let name: String
    fileprivate let flags: UInt16
    fileprivate let method: UInt16
    fileprivate let crc: UInt32
    fileprivate let storedByteCount: Int
    fileprivate let byteCount: Int
    fileprivate let offset: Int
  }

  /// The files in it, in the order of its directory.
  let entries: [Entry]
  private let bytes: [UInt8]
  /// Where the directory begins, which comes after all files.
  private let directory: Int

  /// Whether some bytes begin like an archive: with a file, with the end, or as one that was split,
  /// or was to be.
  static func isZip(_ bytes: [UInt8]) -> Bool {
    [[3, 4], [5, 6], [7, 8], [0x30, 0x30]].contains { bytes.starts(with: [0x50, 0x4B] + $0) }
  }

  /// Reads the directory of an archive.
  init(_ bytes: [UInt8]) throws(ContentsError) {
    self.bytes = bytes
    guard let end = Zip.end(of: bytes) else { throw .damagedZip }
    var reader = ByteReader(bytes[(end + 8)...])
    guard
      let count = reader.next(UInt16.self), let total = reader.next(UInt16.self),
      let byteCount = reader.next(UInt32.self), let offset = reader.next(UInt32.self)
    else { throw .damagedZip }
    guard count != UInt16.max, byteCount != UInt32.max, offset != UInt32.max else { throw .zip64 }
    // The archive is complete, not one part of a split one.
    guard count == total, Int(offset) + Int(byteCount) <= end else { throw .damagedZip }
    directory = Int(offset)
    reader = ByteReader(bytes[Int(offset)..<Int(offset) + Int(byteCount)])
    var entries: [Entry] = []
    for _ in 0..<count {
      guard let entry = Entry(&reader) else { throw .damagedZip }
      entries.append(entry)
    }
    self.entries = entries.filter { !$0.name.hasSuffix("/") }
  }

  /// Where the record at the end begins, before a comment of up to 64 KiB.
  private static func end(of bytes: [UInt8]) -> Int? {
    let last = bytes.count - 22
    return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first { start in
      guard bytes[start...].starts(with: [0x50, 0x4B, 5, 6]) else { return false }
      return start + 22 + Int(bytes[start + 20]) + Int(bytes[start + 21]) << 8 == bytes.count
    }
  }

  /// The bytes of a file, of which there are at most `limit`.
  func contents(of entry: Entry, atMost limit: Int) throws(ContentsError) -> [UInt8] {
    if entry.flags & 1 != 0 { throw .encryptedInZip(entry.name) }
    guard [0, 8].contains(entry.method) else { throw .compressedInZip(entry.name) }
    let counts = [entry.byteCount, entry.storedByteCount, entry.offset]
    guard counts.allSatisfy({ $0 < Int(UInt32.max) }) else { throw .zip64 }
    guard entry.byteCount <= limit else { throw .tooLargeInZip(entry.name) }
    // The name and what comes after it may have other lengths here than in the directory.
    guard entry.offset + 30 <= directory else { throw .damagedZip }
    let head = bytes[entry.offset..<entry.offset + 30]
    guard head.starts(with: [0x50, 0x4B, 3, 4]) else { throw .damagedZip }
    let lengths = head.suffix(4).map { Int($0) }
    let start = entry.offset + 30 + lengths[0] + lengths[1] << 8 + lengths[2] + lengths[3] << 8
    guard start + entry.storedByteCount <= directory else { throw .damagedZip }
    let stored = bytes[start..<start + entry.storedByteCount]
    let contents =
      entry.method == 0
      ? Array(stored) : Inflation.plain.bytes(of: stored, count: entry.byteCount)
    guard let contents, contents.count == entry.byteCount, Zip.crc(contents) == entry.crc else {
      throw .damagedZip
    }
    return contents
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    libdeflate_crc32(0, bytes, bytes.count)
  }
}

extension Zip.Entry {
  /// The next entry of a directory; nil if it is damaged.
  fileprivate init?(_ reader: inout ByteReader) {
    guard
      reader.next(UInt32.self) == 0x0201_4B50, reader.take(4) != nil,
      let flags = reader.next(UInt16.self), let method = reader.next(UInt16.self),
      reader.take(4) != nil, let crc = reader.next(UInt32.self),
      let storedByteCount = reader.next(UInt32.self), let byteCount = reader.next(UInt32.self),
      let nameLength = reader.next(UInt16.self), let extraLength = reader.next(UInt16.self),
      let commentLength = reader.next(UInt16.self), reader.take(8) != nil,
      let offset = reader.next(UInt32.self), let name = reader.take(Int(nameLength)),
      reader.take(Int(extraLength) + Int(commentLength)) != nil
    else { return nil }
    self.name = String(decoding: name, as: UTF8.self)
    (self.flags, self.method, self.crc) = (flags, method, crc)
    (self.storedByteCount, self.byteCount) = (Int(storedByteCount), Int(byteCount))
    self.offset = Int(offset)
  }
}
