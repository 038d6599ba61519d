import Glibc

/// Wakes a thread that waits for descriptors, from any other thread.
final class WakeUp: Sendable {
  /// Becomes readable when ``wake()`` is called.
  let descriptor: Int32
  private let writing: Int32

  /// - Returns: nil if there are no descriptors to be had.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    (descriptor, writing) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  func wake() {
    var byte: UInt8 = 1
    // A full pipe wakes the thread anyway.
    _ = write(writing, &byte, 1)
  }

  /// Forgets all wake-ups until now.
  func forget() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) == bytes.count {}
  }
}
