// A recorded session as text: which keys were down, and what the host answered. With the same
// machine to begin with, that is all that the session depends on.

import Chip8Core
import FoundationEssentials
import SaveState

/// A call and its answer, as a line of a recording: `host save NAME STATUS`, or
/// `host restore NAME STATUS`, with the image in base 64 behind it where one was restored.
struct RecordedCall {
  fileprivate let operation: String
  fileprivate let name: String
  fileprivate let status: HostStatus
  fileprivate let image: [UInt8]?

  fileprivate init(_ call: HostCall, _ status: HostStatus, image: [UInt8]? = nil) {
    operation = call.operation.word
    name = call.name
    self.status = status
    self.image = image
  }

  /// Nil if the words are no call.
  fileprivate init?(_ words: [Substring]) {
    guard
      (3...4).contains(words.count), ["save", "restore"].contains(words[0]),
      HostCall.isName(words[1].utf8), let byte = UInt8(words[2], radix: 16),
      let status = HostStatus(rawValue: byte),
      // An image is what a call is answered with if and only if it restores one.
      (words.count == 4) == (words[0] == "restore" && status == .restored)
    else { return nil }
    (operation, name, self.status) = (String(words[0]), String(words[1]), status)
    guard words.count == 4 else {
      image = nil
      return
    }
    guard let data = Data(base64Encoded: String(words[3])) else { return nil }
    image = Array(data)
  }

  func isRecord(of call: HostCall) -> Bool {
    operation == call.operation.word && name == call.name
  }

  func reply(to call: HostCall, from path: String) throws(Failure) -> Reply {
    guard let image, case .restore(let arguments) = call.operation else { return .status(status) }
    do throws(HostStatus) {
      return .image(try Restoration(image, name: name, path: path, arguments: arguments))
    } catch { throw .data(path, "the image that \(name) was restored from cannot be used") }
  }

  fileprivate var line: String {
    let words = ["host", operation, name, hexadecimal(status.rawValue, 2)]
    return (words + (image.map { [Data($0).base64EncodedString()] } ?? [])).joined(separator: " ")
  }
}

extension Reply {
  func record(of call: HostCall) -> RecordedCall {
    switch self {
    case .status(let status): RecordedCall(call, status)
    case .image(let restoration): RecordedCall(call, .restored, image: restoration.bytes)
    }
  }
}

extension HostCall.Operation {
  fileprivate var word: String {
    switch self {
    case .save: "save"
    case .restore: "restore"
    case .arguments: "arguments"
    }
  }
}

/// Everything that came into a machine from outside.
struct Recording {
  /// More than any session that a test records.
  static let byteCountMax = 64 << 20

  let keys: KeyScript
  /// The host's answers in order; nil if there was no host.
  let calls: [RecordedCall]?

  /// Reads a recording: presses as `--keys` has them, one a line, and calls of the host.
  init?(_ text: String) {
    var calls: [RecordedCall] = []
    var hasHost = false
    var presses: [Substring] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" }.split(separator: " ")
      guard words.first == "host" else {
        presses.append(line)
        continue
      }
      hasHost = true
      if words.count == 1 { continue }
      guard let call = RecordedCall(Array(words.dropFirst())) else { return nil }
      calls.append(call)
    }
    guard let keys = KeyScript(recording: presses.joined(separator: "\n")) else { return nil }
    self.keys = keys
    self.calls = hasHost ? calls : nil
  }

  init(contentsOf path: String) throws {
    let bytes = try Storage.read(path, limit: Recording.byteCountMax)
    guard
      bytes.count <= Recording.byteCountMax, let text = String(validating: bytes, as: UTF8.self),
      let recording = Recording(text)
    else {
      throw Failure.data(path, "this is no input recording, which has a FROM-TO:KEYS on each line")
    }
    self = recording
  }

  /// A session as text.
  ///
  /// - Parameters:
  ///   - keys: what was pressed.
  ///   - frames: how long it went.
  ///   - calls: the host's answers; nil if there was no host.
  static func text(
    _ keys: KeyScript, frames: UInt64, calls: [RecordedCall]?, of program: Program
  ) -> String {
    var lines = ["# \(program.name.printable), SHA-1 \(program.sha1), \(frames) frames"]
    var frame: UInt64 = 0
    while frame < frames {
      let (down, change) = keys.keys(in: frame)
      let end = min(change, frames)
      if !down.isEmpty { lines.append("\(frame)-\(end):\(down.digits)") }
      frame = end
    }
    if let calls { lines += ["host"] + calls.map(\.line) }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension KeyScript {
  /// What is left of a script from a frame on, as `--keys` takes it; nil if nothing is.
  func rest(from frame: UInt64) -> String? {
    let presses = presses.filter { $0.frames.upperBound > frame }.map { press in
      let from = press.frames.lowerBound - min(frame, press.frames.lowerBound)
      let isOpen = press.frames.upperBound == UInt64(Int.max)
      return "\(from)-\(isOpen ? "" : "\(press.frames.upperBound - frame)"):\(press.keys.digits)"
    }
    return presses.isEmpty ? nil : presses.joined(separator: ",")
  }
}

extension Keypad {
  fileprivate var digits: String { numbers.map { hexadecimal($0, 1) }.joined() }
}
