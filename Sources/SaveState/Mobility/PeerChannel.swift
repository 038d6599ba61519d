import Glibc

/// A channel with another process, which reads what this one writes and writes what it reads:
/// through a socket, or two pipes. Nothing is read beyond what was requested, so that the next
/// reader finds it, and no step waits for longer than the timeout, or after it was interrupted.
public struct PeerChannel: Sendable {
  /// What a pipe that can be written to takes without waiting.
  private static let writtenAtOnce = 4096

  /// For how many milliseconds the other side may be silent, or not listen.
  private let timeout: Int32
  private let input: Int32
  private let output: Int32
  private var interruption: Int32?

  /// - Parameters:
  ///   - seconds: for how long the other side may be silent, or not listen.
  ///   - input: the descriptor to read from, standard input if it is not said.
  ///   - output: the descriptor to write to, standard output if it is not said. For a socket both
  ///     are the same.
  ///   - interruption: a descriptor that can be read as soon as nothing is to be waited for any
  ///     more, nil if there is none. Then a step that would have to wait throws EINTR.
  public init(
    timeout seconds: Int, reading input: Int32 = STDIN_FILENO,
    writing output: Int32 = STDOUT_FILENO, interruption: Int32? = nil
  ) {
    timeout = Int32(clamping: seconds * 1000)
    self.input = input
    self.output = output
    self.interruption = interruption
  }

  /// The same channel, which nothing interrupts.
  var uninterrupted: PeerChannel {
    var channel = self
    channel.interruption = nil
    return channel
  }

  /// As many bytes as were requested, or fewer where the other side has ended.
  ///
  /// - Parameter isPatient: whether to wait for the first byte forever.
  public func receive(
    _ count: Int, isPatient: Bool = false
  ) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while bytes.count < count {
      let milliseconds = isPatient && bytes.isEmpty ? -1 : timeout
      try wait(for: POLLIN, at: input, milliseconds, .read)
      let received = Storage.retrying {
        read(input, &chunk, min(chunk.count, count - bytes.count))
      }
      if received < 0, errno == EAGAIN { continue }
      guard received >= 0 else { throw StorageError(.read, "-") }
      if received == 0 { break }
      bytes.append(contentsOf: chunk[..<received])
    }
    return bytes
  }

  /// A line without its end, or nil if the other side has ended before that or it is longer than
  /// `limit` bytes.
  public func receiveLine(atMost limit: Int) throws(StorageError) -> [UInt8]? {
    var line: [UInt8] = []
    while line.count <= limit {
      guard let byte = try receive(1).first else { return nil }
      if byte == UInt8(ascii: "\n") { return line }
      line.append(byte)
    }
    return nil
  }

  /// Writes everything.
  public func send(_ bytes: [UInt8]) throws(StorageError) {
    var sent = 0
    while sent < bytes.count {
      try wait(for: POLLOUT, at: output, timeout, .write)
      let count = min(PeerChannel.writtenAtOnce, bytes.count - sent)
      let written = Storage.retrying {
        bytes.withUnsafeBytes { write(output, $0.baseAddress.map { $0 + sent }, count) }
      }
      if written < 0, errno == EAGAIN { continue }
      guard written >= 0 else { throw StorageError(.write, "-") }
      sent += written
    }
  }

  /// Ends the channel, so that the other side learns of it at once. A socket ends for
  /// all its holders; the other side of a pipe learns of it when the last holder closes ours.
  public func end() {
    for (descriptor, flags) in [(input, O_RDONLY), (output, O_WRONLY)] {
      shutdown(descriptor, Int32(SHUT_RDWR))
      // Whatever else is read or written finds something in the descriptor's place.
      let nothing = open("/dev/null", flags | O_CLOEXEC)
      guard nothing >= 0 else { continue }
      dup2(nothing, descriptor)
      close(nothing)
    }
  }

  private func wait(
    for events: Int32, at descriptor: Int32, _ milliseconds: Int32,
    _ operation: StorageError.Reason
  ) throws(StorageError) {
    // A negative descriptor is one that nothing is known of.
    var entries = [
      pollfd(fd: descriptor, events: Int16(events), revents: 0),
      pollfd(fd: interruption ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let ready = Storage.retrying { poll(&entries, nfds_t(entries.count), milliseconds) }
    guard ready >= 0 else { throw StorageError(operation, "-") }
    guard ready > 0, entries[1].revents == 0 else {
      let code = ready == 0 ? ETIMEDOUT : EINTR
      throw StorageError(reason: operation, path: "-", code: code)
    }
  }
}
