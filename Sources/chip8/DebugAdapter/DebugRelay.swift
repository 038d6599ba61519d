import Glibc

/// Passes bytes on between a client and the process of a game, as they are.
struct DebugRelay {
  private let client: (input: Int32, output: Int32)
  private let game: Int32
  /// What the game has not taken yet.
  private var waiting: ArraySlice<UInt8>
  private var hasClientEnded = false

  /// - Parameters:
  ///   - client: whose messages are handed on: all that were read, and all that will be.
  ///   - game: a connection, which is closed in the end.
  init(_ client: MessageStream, _ transcript: [UInt8], to game: Int32) {
    (self.client, self.game, waiting) = (client.ends, game, transcript[...])
  }

  private static let chunkByteCount = 64 << 10

  /// Comes back when the game has ended the connection, or somebody interrupts.
  mutating func run() {
    defer { close(game) }
    var chunk = [UInt8](repeating: 0, count: DebugRelay.chunkByteCount)
    while !Interrupt.wasCaught {
      let takesMore = waiting.isEmpty && !hasClientEnded
      var ends = [
        pollfd(fd: game, events: Int16(waiting.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0),
        pollfd(fd: takesMore ? client.input : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: Interrupt.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&ends, 3, -1) > 0 else { continue }
      if ends[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
        let count = read(game, &chunk, chunk.count)
        guard count > 0, writeWhole(chunk[..<count], to: client.output) else { return }
      }
      if ends[1].revents != 0 {
        let count = read(client.input, &chunk, chunk.count)
        if count > 0 { waiting = ArraySlice(chunk[..<count]) } else { hasClientEnded = true }
      }
      if !waiting.isEmpty { writeToGame() }
      if waiting.isEmpty, hasClientEnded { shutdown(game, Int32(SHUT_WR)) }
    }
  }

  private mutating func writeToGame() {
    let count = waiting.withUnsafeBytes { bytes in
      send(
        game, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
    // Where the game has gone, reading from it says so.
    if count > 0 { waiting = waiting.dropFirst(count) } else if errno != EAGAIN { waiting = [] }
  }
}
