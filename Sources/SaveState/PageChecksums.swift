import CDeflate
import CZlib
import Glibc

/// The CRC-32 of a memory that is asked for again and again: pages that are as they were the last time are
/// not summed up again.
package struct PageChecksums {
  private static let pageByteCount = 4096

  /// The memory.
  package private(set) var bytes: [UInt8] = []
  private var sum: UInt32 = 0
  /// What each page adds to the sum: its own, with as many zeros after it as there are bytes.
  private var parts: [UInt32] = []

  /// Of nothing yet.
  package init() {}

  /// Takes up what the memory is now.
  package mutating func update(_ memory: UnsafeRawBufferPointer) {
    guard let source = memory.baseAddress else { return }
    let isNew = memory.count != bytes.count
    if isNew {
      let size = PageChecksums.pageByteCount
      (bytes, sum) = ([UInt8](memory), 0)
      parts = Array(repeating: 0, count: (memory.count + size - 1) / size)
    }
    bytes.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      for page in parts.indices {
        let offset = page * PageChecksums.pageByteCount
        let count = min(PageChecksums.pageByteCount, memory.count - offset)
        guard isNew || memcmp(start + offset, source + offset, count) != 0 else { continue }
        memcpy(start + offset, source + offset, count)
        let own = libdeflate_crc32(0, source + offset, count)
        let part = joined(own, 0, memory.count - offset - count)
        sum ^= parts[page] ^ part
        parts[page] = part
      }
    }
  }

  /// The CRC-32 of other bytes, whose own this is, and the memory after them.
  package func sum(after first: UInt32) -> UInt32 { joined(first, sum, bytes.count) }
}

/// The CRC-32 of two pieces, one after the other.
private func joined(_ first: UInt32, _ second: UInt32, _ byteCount: Int) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), byteCount))
}
