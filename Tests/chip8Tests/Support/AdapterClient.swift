// AdapterClient.swift: an editor at `chip8 dap`, which waits for its responses and nothing else.

import Foundation
import Testing

/// A message of the adapter, with what is in it by paths such as `body.stackFrames.0.line`.
struct AdapterMessage {
  let value: Any

  subscript(path: String) -> Any? {
    path.split(separator: ".").reduce(Optional(value)) { value, name in
      if let index = Int(name) {
        let array = value as? [Any]
        return array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      }
      return (value as? [String: Any])?[String(name)]
    }
  }

  func text(_ path: String) -> String? { self[path] as? String }
  func number(_ path: String) -> Int? { self[path] as? Int }
  func bool(_ path: String) -> Bool? { self[path] as? Bool }
  func count(_ path: String) -> Int? { (self[path] as? [Any])?.count }
}

final class AdapterClient {
  private let end: ConnectionEnd
  private let running: Running?
  private var buffer = Data()
  private var seq = 0
  /// The number of the adapter's last message.
  private(set) var lastSeq = 0
  /// Events that were not consumed yet.
  private(set) var events: [AdapterMessage] = []

  /// Starts an adapter.
  init(in scratch: Scratch, environment: [String: String] = [:]) throws {
    // The adapter may have gone already.
    signal(SIGPIPE, SIG_IGN)
    let connection = try Connection(.pipes, in: scratch)
    running = try Running(
      Running.executable, ["dap"], in: scratch,
      descriptors: [0: connection.other.input, 1: connection.other.output],
      environment: environment)
    connection.other.close()
    end = connection.one
  }

  /// Speaks over a socket.
  init(socket: Int32) {
    signal(SIGPIPE, SIG_IGN)
    (end, running) = (ConnectionEnd(input: socket, output: socket), nil)
  }

  /// Ends what it says, and waits for the adapter's end.
  func close() throws -> Outcome? {
    end.close()
    return try running?.outcome()
  }

  /// Ends the adapter as it ends when nothing else helps.
  func kill() {
    guard let running else { return }
    Foundation.kill(running.process, SIGKILL)
    _ = try? running.outcome()
    end.close()
  }

  /// Ends the adapter by SIGTERM.
  func interrupt() throws -> Outcome? {
    guard let running else { return nil }
    Foundation.kill(running.process, SIGTERM)
    return try running.outcome()
  }

  /// How much the adapter has said that was not read.
  var unreadByteCount: Int32 {
    var count: Int32 = 0
    _ = ioctl(end.input, UInt(FIONREAD), &count)
    return count
  }

  // MARK: Speaking

  func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(end.output, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func send(_ content: String) { write("Content-Length: \(content.utf8.count)\r\n\r\n\(content)") }

  /// Asks for something, and does not wait.
  @discardableResult
  func ask(_ command: String, _ arguments: [String: Any] = [:]) throws -> Int {
    seq += 1
    let message: [String: Any] = [
      "seq": seq, "type": "request", "command": command, "arguments": arguments,
    ]
    send(String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self))
    return seq
  }

  /// Asks for something, which has to go well.
  @discardableResult
  func request(_ command: String, _ arguments: [String: Any] = [:]) throws -> AdapterMessage {
    let response = try response(to: try ask(command, arguments))
    #expect(response.bool("success") == true, "\(command) \(arguments): \(response.value)")
    #expect(response.text("command") == command)
    return response
  }

  /// Asks for something that is refused, and says why.
  func refusal(_ command: String, _ arguments: [String: Any] = [:]) throws -> String {
    let response = try response(to: try ask(command, arguments))
    #expect(response.bool("success") == false, "\(command) \(arguments): \(response.value)")
    #expect(response.text("body.error.format") != nil)
    return try #require(response.text("message"))
  }

  // MARK: Listening

  func response(to request: Int) throws -> AdapterMessage {
    while true {
      let message = try next()
      if message.text("type") == "response", message.number("request_seq") == request {
        return message
      }
      events.append(message)
    }
  }

  /// The next event of a kind that was not consumed yet.
  @discardableResult
  func event(_ name: String) throws -> AdapterMessage {
    if let index = events.firstIndex(where: { $0.text("event") == name }) {
      return events.remove(at: index)
    }
    while true {
      let message = try next()
      if message.text("event") == name { return message }
      events.append(message)
    }
  }

  /// Forgets events of a kind that have come.
  func forget(_ name: String) { events.removeAll { $0.text("event") == name } }

  func next() throws -> AdapterMessage {
    let separator = Data("\r\n\r\n".utf8)
    while true {
      if let range = buffer.range(of: separator) {
        let header = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        let length = try #require(Int(header.dropFirst("Content-Length: ".count)))
        let content = buffer[range.upperBound...].prefix(length)
        if content.count == length {
          buffer = Data(buffer[(range.upperBound + length)...])
          let message = AdapterMessage(
            value: try JSONSerialization.jsonObject(with: Data(content)))
          lastSeq = try #require(message.number("seq"))
          return message
        }
      }
      try read()
    }
  }

  private func read() throws {
    var poll = pollfd(fd: end.input, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(hangTimeout) * 1000
    try #require(Foundation.poll(&poll, 1, milliseconds) == 1, "the adapter says nothing")
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(end.input, &bytes, bytes.count)
    try #require(count > 0, "the adapter has ended")
    buffer += bytes[..<count]
  }
}

extension AdapterClient {
  /// Debugs a program; it has not begun.
  func launch(_ arguments: [String: Any]) throws {
    try request(
      "initialize",
      ["adapterID": "chip8", "supportsInvalidatedEvent": true, "supportsMemoryEvent": true])
    try event("initialized")
    try request("launch", arguments)
  }

  /// Sets breakpoints on lines of a file.
  @discardableResult
  func breakpoints(_ path: String, _ breakpoints: [[String: Any]]) throws -> AdapterMessage {
    try request("setBreakpoints", ["source": ["path": path], "breakpoints": breakpoints])
  }

  /// Moves the machine, and says why it has stopped.
  func move(_ command: String, _ arguments: [String: Any] = [:]) throws -> String? {
    forget("stopped")
    try request(command, ["threadId": 1].merging(arguments) { _, new in new })
    return try event("stopped").text("body.reason")
  }

  /// The line of the next instruction.
  var line: Int? {
    get throws { try request("stackTrace", ["threadId": 1]).number("body.stackFrames.0.line") }
  }

  @discardableResult
  func value(_ expression: String, context: String = "watch") throws -> String? {
    try request("evaluate", ["expression": expression, "context": context]).text("body.result")
  }
}
