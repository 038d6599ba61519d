import CDeflate
import Synchronization

/// Unpacks zlib's streams, one after another: tables that several streams have in common are made once.
///
/// By libdeflate, which takes a third of zlib's time for a difference, most of which is one run.
final class Inflater: Sendable {
  private let decompressor: Mutex<OpaquePointer>

  init() {
    guard let decompressor = libdeflate_alloc_decompressor() else {
      preconditionFailure("libdeflate cannot unpack")
    }
    self.decompressor = Mutex(decompressor)
  }

  deinit { decompressor.withLock { libdeflate_free_decompressor($0) } }

  /// What a stream unpacks to, or nil unless that is at most `count` bytes from all of `bytes`.
  func inflated(_ bytes: ArraySlice<UInt8>, atMost count: Int) -> [UInt8]? {
    // It is slow over the last bytes that it is given, which in a difference are nearly all.
    let isShort = bytes.count <= 1 << 16
    let input = isShort ? bytes + [UInt8](repeating: 0, count: 64) : bytes
    return decompressor.withLock { decompressor in
      var isWhole = false
      // There is always an address to write to, even if nothing is written there.
      let result = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
        input.withUnsafeBufferPointer { input in
          var readCount = 0
          let result = libdeflate_zlib_decompress_ex(
            decompressor, input.baseAddress, input.count, buffer.baseAddress, count, &readCount,
            &initialized)
          isWhole = result == LIBDEFLATE_SUCCESS && readCount == bytes.count
        }
      }
      return isWhole ? result : nil
    }
  }
}
