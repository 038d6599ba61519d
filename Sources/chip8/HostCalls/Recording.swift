// A recorded session as text: which keys were down, and what the host answered. With the same
// machine to begin with, that is all that the session depends on.

import Chip8Core
import FoundationEssentials
import SaveState

extension RecordedCall {
  /// From the words of a line behind `host`: `save NAME STATUS`, or `restore NAME STATUS`, with the
  /// image in base 64 behind it where one was restored. Nil if they are no call.
  fileprivate init?(_ words: [Substring]) {
    guard
      (3...4).contains(words.count), let operation = Operation(rawValue: String(words[0])),
      let byte = UInt8(words[2], radix: 16), let status = HostStatus(rawValue: byte)
    else { return nil }
    var image: [UInt8]?
    if words.count == 4 {
      guard let data = Data(base64Encoded: String(words[3])) else { return nil }
      image = Array(data)
    }
    self.init(operation, String(words[1]), status, image: image)
  }

  fileprivate var line: String {
    let words = ["host", operation.rawValue, name, hexadecimal(status.rawValue, 2)]
    return (words + (image.map { [Data($0).base64EncodedString()] } ?? [])).joined(separator: " ")
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
