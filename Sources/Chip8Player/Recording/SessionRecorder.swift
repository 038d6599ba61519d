// Records a run, for --record.

import Chip8Core
import SaveState

/// Writes down what comes into a machine from outside, and no more of it than ``Recording`` reads: a
/// tape of keys and of the user flags at power-on, which is known before the session, and the host's
/// answers as they come. An image that is restored again and again is in it once.
package struct SessionRecorder {
  /// More than any line of a call but for an image in it.
  private static let maxLineByteCount = 128

  private let program: Program
  private let tape: Tape<InputEvent>
  /// The lines of the host's calls; nil if there is no host.
  private var calls: [UInt8]?
  /// The number of each image that is in the lines.
  private var imageNumbers: [Digest: Int] = [:]
  private let maxByteCount: Int
  /// The most bytes of everything but the calls.
  private let reservedByteCount: Int

  /// One that has nothing to write down yet but a tape; nil if that is too long.
  ///
  /// - Parameter tape: the inputs, by frames from where the session begins.
  package init?(
    _ program: Program, _ tape: Tape<InputEvent>, hasHost: Bool,
    maxByteCount: Int = Recording.maxByteCount
  ) {
    (self.program, self.tape) = (program, tape)
    self.maxByteCount = maxByteCount
    calls = hasHost ? [] : nil
    reservedByteCount =
      SessionRecorder.text(of: tape, program, frames: .max).utf8.count
      + "host\n".utf8.count + "end\n".utf8.count
    guard reservedByteCount <= maxByteCount else { return nil }
  }

  /// Whether there is room for a call that restores no image. Who makes one without that could not
  /// write it down.
  package var hasRoom: Bool { room >= SessionRecorder.maxLineByteCount }

  private var room: Int { maxByteCount - reservedByteCount - (calls?.count ?? 0) }

  /// Writes down what a call came to.
  ///
  /// - Returns: whether there was room for it; nothing was written down if there was none.
  package mutating func record(_ call: HostCall, _ outcome: Host.Outcome) -> Bool {
    guard let operation = RecordedCall.Operation(call.operation) else { return true }
    let words = ["host", operation.rawValue, call.name, hexadecimal(outcome.status.rawValue, 2)]
    var line = words.joined(separator: " ")
    if case .restores(let restoration) = outcome {
      let digest = restoration.image.digest
      if let number = imageNumbers[digest] {
        line += " @\(number)"
      } else {
        let base64 = Base64.encode(restoration.image.bytes)
        guard SessionRecorder.maxLineByteCount + base64.utf8.count <= room else { return false }
        imageNumbers[digest] = imageNumbers.count + 1
        line += " " + base64
      }
    }
    calls?.append(contentsOf: Array((line + "\n").utf8))
    return true
  }

  /// The recording of so many frames.
  package func bytes(frames: UInt64) -> [UInt8] {
    var bytes = Array(SessionRecorder.text(of: tape, program, frames: frames).utf8)
    if let calls { bytes += Array("host\n".utf8) + calls }
    return bytes + Array("end\n".utf8)
  }

  /// A line for the program, and one for each input.
  private static func text(
    of tape: Tape<InputEvent>, _ program: Program, frames: UInt64
  ) -> String {
    var text = "session \(program.sha1)\n# \(program.name.displayText), \(frames) frames\n"
    if case .userFlags(let flags) = tape.entries.first?.input {
      text += "flags \(flags.map { hexadecimal($0, 2) }.joined())\n"
    }
    for press in KeyScript.presses(of: tape, until: frames) {
      text += "\(press.frames.lowerBound)-\(press.frames.upperBound):\(press.keys.digits)\n"
    }
    return text
  }
}
