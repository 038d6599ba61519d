import CDeflate
import CZlib
import Glibc

/// The CRC-32 of a memory, computed again and again: pages that are unchanged since the last time are
/// not summed up again.
package struct PageChecksums {
  /// No more, for what more bytes are copied with on x86 takes many times as long from and to some addresses.
  private static let pageByteCount = 2048
  private static let emptyPage = [UInt8](repeating: 0, count: pageByteCount)

  private struct Page {
    /// What it adds to the sum: its own, with as many zeros after it as there are bytes.
    var part: UInt32
    /// Whether it is all zeros, as most pages of a large RAM are. Such pages are compared with the same one,
    /// which stays in the processor's nearest cache, where a whole RAM has no room.
    var isEmpty = true
  }

  /// The memory.
  package private(set) var bytes: [UInt8] = []
  private var sum: UInt32 = 0
  private var pages: [Page] = []

  /// Of no bytes.
  package init() {}

  /// Of zeros.
  private init(byteCount: Int) {
    bytes = Array(repeating: 0, count: byteCount)
    PageChecksums.emptyPage.withUnsafeBytes { empty in
      for start in stride(from: 0, to: byteCount, by: PageChecksums.pageByteCount) {
        let count = min(PageChecksums.pageByteCount, byteCount - start)
        let own = libdeflate_crc32(0, empty.baseAddress, count)
        pages.append(Page(part: joined(own, 0, byteCount - start - count)))
      }
    }
    sum = pages.reduce(0) { $0 ^ $1.part }
  }

  /// Takes up what the memory is now.
  ///
  /// - Parameter copy: where the memory is to be as well: each page is copied while it is at hand.
  /// - Returns: whether it is another one than before.
  package mutating func update(
    _ memory: UnsafeRawBufferPointer, copyingTo copy: UnsafeMutableRawPointer? = nil
  ) -> Bool {
    var isChanged = memory.count != bytes.count
    if isChanged { self = PageChecksums(byteCount: memory.count) }
    guard let source = memory.baseAddress else { return isChanged }
    PageChecksums.emptyPage.withUnsafeBytes { empty in
      bytes.withUnsafeMutableBytes { bytes in
        guard let start = bytes.baseAddress, let empty = empty.baseAddress else { return }
        for page in pages.indices {
          let offset = page * PageChecksums.pageByteCount
          let count = min(PageChecksums.pageByteCount, memory.count - offset)
          let (old, new) = (start + offset, source + offset)
          let known = pages[page].isEmpty ? empty : UnsafeRawPointer(old)
          if memcmp(known, new, count) != 0 {
            isChanged = true
            memcpy(old, new, count)
            let own = libdeflate_crc32(0, new, count)
            let part = joined(own, 0, memory.count - offset - count)
            sum ^= pages[page].part ^ part
            pages[page] = Page(part: part, isEmpty: memcmp(empty, new, count) == 0)
          }
          if let copy { memcpy(copy + offset, new, count) }
        }
      }
    }
    return isChanged
  }

  /// The CRC-32 of other bytes, whose own this is, and the memory after them.
  package func sum(after first: UInt32) -> UInt32 { joined(first, sum, bytes.count) }
}

/// The CRC-32 of two pieces, one after the other.
private func joined(_ first: UInt32, _ second: UInt32, _ byteCount: Int) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), byteCount))
}
