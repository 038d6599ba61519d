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
  /// The user flags at power-on; nil if they were not an input of the session.
  let flags: [UInt8]?
  /// The program of the session; nil in one that was written by hand.
  private let program: Digest?

  /// Whether this says more than which keys were pressed.
  var isSession: Bool { program != nil || flags != nil }

  /// Reads a recording: presses as `--keys` has them, one a line, and calls of the host. What has
  /// been recorded says whose session it is, and has an end.
  private init(_ text: String) throws(Refusal) {
    var calls: [RecordedCall] = []
    var hasHost = false
    var presses: [Substring] = []
    var (program, flags, hasEnded) = (Digest?.none, [UInt8]?.none, false)
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" }.split(separator: " ")
      switch (words.first, words.count) {
      case ("session", 2) where program == nil:
        guard let digest = Digest(sha1: String(words[1])) else { throw .notARecording }
        program = digest
      case ("flags", 2) where flags == nil:
        flags = try [UInt8](flagDigits: words[1])
      case ("end", 1): hasEnded = true
      case ("host", 1): hasHost = true
      case ("host", _):
        guard hasHost, let call = RecordedCall(Array(words.dropFirst())) else {
          throw .notARecording
        }
        calls.append(call)
      default: presses.append(line)
      }
    }
    guard let keys = KeyScript(recording: presses.joined(separator: "\n")) else {
      throw .notARecording
    }
    guard hasEnded || program == nil else { throw .cutOff }
    self.keys = keys
    self.calls = hasHost ? calls : nil
    self.flags = flags
    self.program = program
  }

  init(contentsOf path: String) throws {
    let bytes = try Storage.read(path, limit: Recording.byteCountMax)
    do throws(Refusal) {
      guard
        bytes.count <= Recording.byteCountMax, let text = String(validating: bytes, as: UTF8.self)
      else { throw .notARecording }
      try self.init(text)
    } catch { throw Failure.data(path, error.rawValue) }
  }

  /// Refuses the recording of another program.
  func check(_ program: Program, path: String) throws(Failure) {
    guard let recorded = self.program, recorded != program.sha1 else { return }
    throw .data(path, "this was recorded with another program, whose SHA-1 is \(recorded)")
  }

  fileprivate enum Refusal: String, Error {
    case notARecording = "this is no input recording, which has a FROM-TO:KEYS on each line"
    case cutOff = "this recording is cut off: its last line, \"end\", is missing"
  }

  /// A session as text.
  ///
  /// - Parameters:
  ///   - keys: what was pressed.
  ///   - frames: how long it went.
  ///   - calls: the host's answers; nil if there was no host.
  ///   - flags: the user flags at power-on; nil if they were not an input.
  static func text(
    _ keys: KeyScript, frames: UInt64, calls: [RecordedCall]?, flags: [UInt8]?, of program: Program
  ) -> String {
    var lines = ["session \(program.sha1)", "# \(program.name.displayText), \(frames) frames"]
    if let flags { lines.append("flags \(flags.map { hexadecimal($0, 2) }.joined())") }
    var frame: UInt64 = 0
    while frame < frames {
      let (down, change) = keys.keys(in: frame)
      let end = min(change, frames)
      if !down.isEmpty { lines.append("\(frame)-\(end):\(down.digits)") }
      frame = end
    }
    if let calls { lines += ["host"] + calls.map(\.line) }
    return lines.joined(separator: "\n") + "\nend\n"
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

extension [UInt8] {
  /// User flags from two hexadecimal digits each.
  fileprivate init(flagDigits digits: Substring) throws(Recording.Refusal) {
    let values = digits.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard values.count == digits.utf8.count, values.count % 2 == 0, values.count <= 32 else {
      throw .notARecording
    }
    self = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}

extension Keypad {
  fileprivate var digits: String { numbers.map { hexadecimal($0, 1) }.joined() }
}
