// A recorded session as earlier versions have written it, as text: which keys were down, and what the
// host answered. They are read forever; a movie is what is written now.

import Chip8Core
import SaveState

extension RecordedCall {
  /// From the words of a line after `host`: `save NAME STATUS`, or `restore NAME STATUS`, with the
  /// image after it where one was restored: in base 64, or `@` and the number of one of those that
  /// appear above. Nil if they are not a call.
  ///
  /// - Parameter images: those above; another one is added.
  fileprivate init?(_ words: ArraySlice<ArraySlice<UInt8>>, _ images: inout [[UInt8]]) {
    let words = Array(words)
    guard
      (3...4).contains(words.count), let operation = Operation(rawValue: words[0].text),
      let byte = UInt8(hexadecimal: words[2].text), let status = HostStatus(rawValue: byte)
    else { return nil }
    var image: [UInt8]?
    if words.count == 4, words[3].first == UInt8(ascii: "@") {
      guard
        let number = Int(number: words[3].dropFirst().text), images.indices.contains(number - 1)
      else { return nil }
      image = images[number - 1]
    } else if words.count == 4 {
      guard let bytes = Base64.decode(words[3]) else { return nil }
      images.append(bytes)
      image = bytes
    }
    self.init(operation, words[1].text, status, image: image)
  }
}

extension ArraySlice<UInt8> {
  fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

/// Everything that came into a machine from outside.
package struct Recording: Sendable {
  /// More than any session that a test records.
  package static let maxByteCount = 64 << 20

  package let keys: KeyScript
  /// The host's answers in order; nil if there was no host.
  package let calls: [RecordedCall]?
  /// The user flags at power-on; nil if they were not an input of the session.
  package let flags: [UInt8]?
  /// The program of the session; nil in one that was written by hand.
  private let program: Digest?

  /// Whether this says more than which keys were pressed.
  package var isSession: Bool { program != nil || flags != nil }

  /// Reads a recording: presses as `KeyScript` has them, one a line, and calls of the host. What has
  /// been recorded says whose session it is, and has an end.
  init(_ bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Recording.maxByteCount else { throw .notARecording }
    var calls: [RecordedCall] = []
    var images: [[UInt8]] = []
    var hasHost = false
    var presses: [ArraySlice<UInt8>] = []
    var (program, flags, hasEnded) = (Digest?.none, [UInt8]?.none, false)
    for line in bytes.split(whereSeparator: isLineEnd) {
      let words = line.prefix { $0 != UInt8(ascii: "#") }.split(separator: UInt8(ascii: " "))
      switch (words.first.map { String(decoding: $0.prefix(8), as: UTF8.self) }, words.count) {
      case ("session", 2) where program == nil:
        guard let digest = Digest(sha1: words[1].text) else { throw .notARecording }
        program = digest
      case ("flags", 2) where flags == nil:
        guard let bytes = SaveState.bytes(hexadecimal: words[1]), bytes.count <= 16 else {
          throw .notARecording
        }
        flags = bytes
      case ("end", 1): hasEnded = true
      case ("host", 1): hasHost = true
      case ("host", _):
        guard hasHost, let call = RecordedCall(words.dropFirst(), &images) else {
          throw .notARecording
        }
        calls.append(call)
      default: presses.append(line)
      }
    }
    guard let keys = KeyScript(lines: presses) else { throw .notARecording }
    guard hasEnded || program == nil else { throw .cutOff }
    self.keys = keys
    self.calls = hasHost ? calls : nil
    self.flags = flags
    self.program = program
  }

  /// Refuses the recording of another program.
  package func check(_ program: Program, path: String) throws {
    guard let recorded = self.program, recorded != program.sha1 else { return }
    throw PlayerError.contents(path: path, Refusal.otherProgram(recorded))
  }

  package enum Refusal: Error, Equatable, CustomStringConvertible {
    case notARecording
    case cutOff
    case otherProgram(Digest)
    /// It starts from power-on, but is to be replayed from a saved state.
    case fromPowerOn

    package var description: String {
      switch self {
      case .notARecording: "not an input recording; expected a movie, or FROM-TO:KEYS on each line"
      case .cutOff: "the recording is truncated: its last line, \"end\", is missing"
      case .otherProgram(let sha1):
        "recorded with another program (SHA-1 \(sha1))"
      case .fromPowerOn:
        "recorded from power-on: replay it with the program, not with a saved state"
      }
    }
  }
}

extension KeyScript {
  func rest(from frame: UInt64) -> KeyScript {
    let left = presses.filter { $0.frames.upperBound > frame }
    return KeyScript(
      presses: left.map { press in
        let from = press.frames.lowerBound - min(frame, press.frames.lowerBound)
        let isOpen = press.frames.upperBound == UInt64(Int.max)
        let to = isOpen ? press.frames.upperBound : press.frames.upperBound - frame
        return Press(frames: from..<to, keys: press.keys)
      })
  }

  /// The presses as they are read, in one line.
  package var text: String {
    presses.map { press in
      let isOpen = press.frames.upperBound == UInt64(Int.max)
      let to = isOpen ? "" : "\(press.frames.upperBound)"
      return "\(press.frames.lowerBound)-\(to):\(press.keys.digits)"
    }.joined(separator: ",")
  }
}

extension KeySet {
  /// The keys as users write them.
  package var digits: String { numbers.map { hexadecimal($0, 1) }.joined() }
}
