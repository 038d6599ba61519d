import Chip8Player
import Glibc
import JSON

/// Passes on what a client and the process of a game say to each other, as it is. Half a message of a game that was
/// killed would garble what is said after it, so its messages are passed on when they are whole.
struct DebugRelay {
  private let client: (input: Int32, output: Int32)
  private let game: Int32
  /// What the game has not taken yet.
  private var waiting: ArraySlice<UInt8>
  private var hasClientEnded = false
  /// The beginning of a message of the game.
  private var unfinished: [UInt8] = []
  /// How many messages the game has sent.
  private(set) var messageCount = 0
  /// Whether the client knows that nothing more comes.
  private var isEndTold = false

  /// - Parameters:
  ///   - client: whose messages are handed on: all that were read, and all that will be.
  ///   - game: a connection, which is closed in the end.
  init(_ client: MessageStream, _ transcript: [UInt8], to game: Int32) {
    (self.client, self.game, waiting) = (client.ends, game, transcript[...])
  }

  private static let chunkByteCount = 64 << 10
  private static let maxHeaderByteCount = 1024
  /// More than the longest answer has.
  private static let maxContentByteCount = 64 << 20
  /// Longer messages are not about the end.
  private static let maxEndByteCount = 256

  /// Returns when the game has ended the connection, or when interrupted.
  ///
  /// - Returns: whether the game has gone, and the client does not know.
  mutating func run() -> Bool {
    defer { close(game) }
    var chunk = [UInt8](repeating: 0, count: DebugRelay.chunkByteCount)
    while !Interrupt.wasCaught {
      let takesMore = waiting.isEmpty && !hasClientEnded
      let ready = Interrupt.wait(for: [
        (game, waiting.isEmpty ? POLLIN : POLLIN | POLLOUT),
        (takesMore ? client.input : -1, POLLIN),
      ])
      guard let ready else { continue }
      if ready[0] & (POLLIN | POLLHUP | POLLERR) != 0 {
        let count = read(game, &chunk, chunk.count)
        guard count > 0 else { return !isEndTold && !hasClientEnded }
        guard passOn(chunk[..<count]) else { return false }
      }
      if ready[1] != 0 {
        let count = read(client.input, &chunk, chunk.count)
        if count > 0 { waiting = ArraySlice(chunk[..<count]) } else { hasClientEnded = true }
      }
      if !waiting.isEmpty { writeToGame() }
      if waiting.isEmpty, hasClientEnded { shutdown(game, Int32(SHUT_WR)) }
    }
    return false
  }

  /// Passes on what the game has said.
  ///
  /// - Returns: whether the client takes more, and the game speaks the protocol.
  private mutating func passOn(_ bytes: ArraySlice<UInt8>) -> Bool {
    unfinished += bytes
    var end = 0
    do throws(MessageError) {
      while let header = try MessageHeader(unfinished[end...], DebugRelay.maxHeaderByteCount) {
        guard header.contentLength <= DebugRelay.maxContentByteCount else { return false }
        let start = end + header.byteCount
        guard start + header.contentLength <= unfinished.count else { break }
        end = start + header.contentLength
        messageCount += 1
        if DebugRelay.isEnd(unfinished[start..<end]) { isEndTold = true }
      }
    } catch { return false }
    defer { unfinished.removeFirst(end) }
    return writeWhole(unfinished[..<end], to: client.output)
  }

  /// Whether a message says that nothing more comes.
  private static func isEnd(_ content: ArraySlice<UInt8>) -> Bool {
    guard content.count <= maxEndByteCount, let message = try? JSONValue(document: Array(content)),
      case .object(let members) = message
    else { return false }
    return members["event"]?.text == "terminated" || members["command"]?.text == "disconnect"
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
