import Glibc

/// A conversation with another process, which reads what this one writes and writes what it reads:
/// through a socket, or two pipes. Nothing is read beyond what was asked for, so that whoever reads
/// next finds it, and no step waits for longer than the patience.
public struct Conversation: Sendable {
  /// What a pipe that can be written to takes without waiting.
  private static let writtenAtOnce = 4096

  /// For how many milliseconds the other side may be silent, or not listen.
  private let patience: Int32
  private let input: Int32
  private let output: Int32

  /// - Parameters:
  ///   - seconds: for how long the other side may be silent, or not listen.
  ///   - input: the descriptor to read from, standard input if it is not said.
  ///   - output: the descriptor to write to, standard output if it is not said. For a socket both
  ///     are the same.
  public init(
    patience seconds: Int, reading input: Int32 = STDIN_FILENO,
    writing output: Int32 = STDOUT_FILENO
  ) {
    patience = Int32(clamping: seconds * 1000)
    self.input = input
    self.output = output
  }

  /// As many bytes as were asked for, or fewer where the other side has ended.
  ///
  /// - Parameter isPatient: whether to wait for the first byte for ever.
  public func receive(
    _ count: Int, isPatient: Bool = false
  ) throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while bytes.count < count {
      let milliseconds = isPatient && bytes.isEmpty ? -1 : patience
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
      try wait(for: POLLOUT, at: output, patience, .write)
      let count = min(Conversation.writtenAtOnce, bytes.count - sent)
      let written = Storage.retrying {
        bytes.withUnsafeBytes { write(output, $0.baseAddress.map { $0 + sent }, count) }
      }
      if written < 0, errno == EAGAIN { continue }
      guard written >= 0 else { throw StorageError(.write, "-") }
      sent += written
    }
  }

  /// Ends the conversation, so that the other side learns of it at once.
  public func end() {
    for (descriptor, flags) in [(input, O_RDONLY), (output, O_WRONLY)] {
      // Whatever else is read or written finds something in the descriptor's place.
      let nothing = open("/dev/null", flags | O_CLOEXEC)
      guard nothing >= 0 else { continue }
      dup2(nothing, descriptor)
      close(nothing)
    }
  }

  private func wait(
    for events: Int32, at descriptor: Int32, _ milliseconds: Int32,
    _ operation: StorageError.Operation
  ) throws(StorageError) {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    let ready = Storage.retrying { poll(&entry, 1, milliseconds) }
    guard ready != 0 else {
      throw StorageError(operation: operation, path: "-", code: ETIMEDOUT)
    }
    guard ready > 0 else { throw StorageError(operation, "-") }
  }
}
