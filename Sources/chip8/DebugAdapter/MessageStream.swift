// Messages of the Debug Adapter Protocol on a pair of descriptors: a header that says how many bytes
// follow, and JSON.

import Chip8Player
import Glibc
import JSON
import SaveState

/// Reads and writes messages. What it reads is untrusted: no message takes more memory than
/// ``maxByteCount``, and what is not a message is an error.
final class MessageStream {
  /// What was read.
  enum Received {
    case request(AdapterRequest)
    /// A message that cannot be understood; the next one can.
    case refused(AdapterRequest?, String)
    /// Something that is not even framed: where the next message begins is unknown.
    case unframed(String)
    /// Nothing more comes.
    case end

    /// Whether whatever takes its time should end for it.
    var isUrgent: Bool {
      switch self {
      case .request(let request):
        ["pause", "disconnect", "terminate", "restart"].contains(request.command)
      case .refused: false
      case .unframed, .end: true
      }
    }
  }

  /// How long a message may be. The whole memory of a machine has 88 KB in a message.
  static let maxByteCount = 256 << 10
  /// How many messages are read ahead.
  private static let maxWaitingCount = 64
  private static let maxHeaderByteCount = 1024

  private let input: Int32
  private let output: Int32
  /// What else ends a wait for a message.
  private let wakeUp: WakeUp?
  private var buffer: [UInt8] = []
  /// How many bytes of a message that is too long are still to come.
  private var unwantedByteCount = 0
  private var waiting: [(received: Received, content: Range<Int>)] = []
  /// Whether nothing more will be read.
  private var isOver = false
  /// Whether the reader of what is written is gone.
  private(set) var isGone = false

  /// All that was read; nil if it is not wanted, or if it is more than that.
  private(set) var transcript: [UInt8]? = []
  /// Where in all that was read the buffer begins, and where the content of the last message was.
  private var bufferStart = 0
  private var lastContent = 0..<0
  private static let maxTranscriptByteCount = 1 << 20

  init(reading input: Int32, writing output: Int32, wakeUp: WakeUp? = nil) {
    (self.input, self.output, self.wakeUp) = (input, output, wakeUp)
    if wakeUp != nil { forgetTranscript() }
  }

  /// From now on what was read is not kept.
  func forgetTranscript() { transcript = nil }

  /// For the next reader of the transcript, the last message becomes a no-op.
  func eraseLastMessage() {
    transcript?.replaceSubrange(
      lastContent, with: repeatElement(UInt8(ascii: " "), count: lastContent.count))
  }

  /// The descriptors, for passing on bytes from here on.
  var ends: (input: Int32, output: Int32) { (input, output) }

  // MARK: Reading

  /// The next message; nil if none came, or something else is to be looked at.
  ///
  /// - Parameter milliseconds: how long to wait for it; -1 for as long as it takes.
  func next(waiting milliseconds: Int32) -> Received? {
    if waiting.isEmpty { take(waiting: milliseconds) }
    guard !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst()
    lastContent = next.content
    return next.received
  }

  /// Waits for a message, which is not taken.
  ///
  /// - Returns: whether there is one, and not something else to be looked at.
  func waitForMessage() -> Bool {
    if waiting.isEmpty { take(waiting: -1) }
    return !waiting.isEmpty
  }

  /// Whether there is a message.
  var hasMessage: Bool {
    if waiting.isEmpty { take(waiting: 0) }
    return !waiting.isEmpty
  }

  /// Whether there is a message for which whatever takes its time should end.
  var hasUrgentMessage: Bool {
    if waiting.count < MessageStream.maxWaitingCount { take(waiting: 0) }
    return waiting.contains(where: \.received.isUrgent)
  }

  /// Reads what has come.
  private func take(waiting milliseconds: Int32) {
    parse()
    while !isOver, waiting.isEmpty || milliseconds == 0 {
      defer { wakeUp?.forget() }
      let ready = Interrupt.wait(
        for: [(input, POLLIN), (wakeUp?.descriptor ?? -1, POLLIN)], milliseconds: milliseconds)
      guard let ready, ready[0] != 0 else { return }
      read()
      parse()
      if waiting.count >= MessageStream.maxWaitingCount { return }
    }
  }

  private func read() {
    let count = 64 << 10
    let start = buffer.count
    let received = withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { bytes in
      let received = Glibc.read(input, bytes.baseAddress, count)
      buffer.append(contentsOf: bytes.prefix(max(0, received)))
      return received
    }
    transcript?.append(contentsOf: buffer[start...])
    if transcript?.count ?? 0 > MessageStream.maxTranscriptByteCount { forgetTranscript() }
    guard received <= 0, !(received < 0 && (errno == EINTR || errno == EAGAIN)) else { return }
    isOver = true
    receive(
      buffer.isEmpty && unwantedByteCount == 0 ? .end : .unframed("the last message is incomplete"))
  }

  private func receive(_ received: Received, _ content: Range<Int> = 0..<0) {
    waiting.append((received, content))
  }

  /// Takes all messages from the buffer that are whole.
  private func parse() {
    var start = 0
    defer {
      buffer.removeFirst(start)
      bufferStart += start
    }
    while !isOver, waiting.count < MessageStream.maxWaitingCount {
      let unwanted = min(unwantedByteCount, buffer.count - start)
      (start, unwantedByteCount) = (start + unwanted, unwantedByteCount - unwanted)
      guard start < buffer.count else { return }
      do throws(MessageError) {
        guard let header = try MessageHeader(buffer[start...], MessageStream.maxHeaderByteCount)
        else { return }
        guard header.contentLength <= MessageStream.maxByteCount else {
          (start, unwantedByteCount) = (start + header.byteCount, header.contentLength)
          receive(.refused(nil, "a message has at most \(MessageStream.maxByteCount) bytes"))
          continue
        }
        let first = start + header.byteCount
        let end = first + header.contentLength
        guard end <= buffer.count else { return }
        let content = AdapterRequest.received(Array(buffer[first..<end]))
        receive(content, bufferStart + first..<bufferStart + end)
        start = end
      } catch {
        isOver = true
        receive(.unframed(error.description))
      }
    }
  }

  // MARK: Writing

  /// Writes a message, and waits until it is written.
  func write(_ message: JSONObject) {
    guard !isGone else { return }
    let content = Array(message.encoded().utf8)
    let bytes = Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content
    if !writeWhole(bytes[...], to: output) { isGone = true }
  }
}

/// Writes bytes, and waits for their reader until interrupted.
///
/// - Returns: whether all of them were written.
func writeWhole(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
  var rest = bytes
  while !rest.isEmpty {
    guard let ready = Interrupt.wait(for: [(descriptor, POLLOUT)]) else { continue }
    // A client that does not read must not keep the process.
    guard ready[0] != 0 else { return false }
    // There is room for so much, so that this does not wait.
    let count = rest.withUnsafeBytes {
      write(descriptor, $0.baseAddress, min($0.count, Int(PIPE_BUF)))
    }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if errno != EAGAIN, errno != EINTR {
      return false
    }
  }
  return true
}

/// The lines before a message.
struct MessageHeader {
  /// How many bytes they are, with the empty line.
  let byteCount: Int
  /// How many bytes follow.
  let contentLength: Int

  /// The header at the beginning of some bytes; nil if it may become one with more of them.
  ///
  /// Fields of other protocols are refused, as a browser's are: a web page that makes the user's
  /// browser send something must not be able to debug with it.
  init?(_ bytes: ArraySlice<UInt8>, _ maxByteCount: Int) throws(MessageError) {
    var (length, rest) = (Int?.none, bytes)
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end - bytes.startIndex < maxByteCount {
      guard end > rest.startIndex, rest[end - 1] == UInt8(ascii: "\r") else {
        throw MessageError("a line of a header does not end with CR LF")
      }
      let line = rest[..<(end - 1)]
      rest = rest[(end + 1)...]
      if line.isEmpty {
        guard let length else { throw MessageError("a header has no Content-Length") }
        (byteCount, contentLength) = (rest.startIndex - bytes.startIndex, length)
        return
      }
      try MessageHeader.checkBeginning(line)
      let parts = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
      guard parts.first?.lowercased() == "content-length" else { continue }
      let digits = parts.last?.drop { $0 == " " } ?? ""
      guard parts.count == 2, length == nil, let number = Int(decimal: digits) else {
        throw MessageError("Content-Length is not a number, or there are two")
      }
      length = number
    }
    guard bytes.count < maxByteCount else { throw MessageError("a header is too long") }
    try MessageHeader.checkBeginning(rest)
    return nil
  }

  /// Whether a line, or the beginning of one, may be a field.
  private static func checkBeginning(_ line: ArraySlice<UInt8>) throws(MessageError) {
    let start = line.prefix { $0 != UInt8(ascii: ":") }.map { $0 | 0x20 }
    let isWhole = start.count < line.count
    let isField = ["content-length", "content-type"].contains { name in
      let name = Array(name.utf8).map { $0 | 0x20 }
      return isWhole ? name == start : name.starts(with: start)
    }
    let isEnd = line.count == 1 && line.first == UInt8(ascii: "\r")
    guard isField || isEnd else {
      throw MessageError("a message begins with Content-Length, and this does not")
    }
  }
}
