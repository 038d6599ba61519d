// What --record writes down while a run goes on.

import Chip8Core
import SaveState

/// Writes down what comes into a machine from outside, and no more of it than ``Recording`` reads.
/// An image that is restored again and again is in it once.
package struct SessionRecorder {
  /// More than any line of a call but for an image in it.
  private static let maxLineByteCount = 128

  private let program: Program
  private let keys: KeyScript
  /// The user flags at power-on; nil if they were not an input.
  private let flags: [UInt8]?
  /// The lines of the host's calls; nil if there is no host.
  private var calls: [UInt8]?
  /// The number of each image that is in the lines.
  private var imageNumbers: [Digest: Int] = [:]
  private let maxByteCount: Int
  /// The most bytes of everything but the calls.
  private let reservedByteCount: Int

  /// One that has nothing to write down yet but the keys; nil if there are too many of them.
  package init?(
    _ program: Program, _ keys: KeyScript, hasHost: Bool, flags: [UInt8]? = nil,
    maxByteCount: Int = Recording.maxByteCount
  ) {
    (self.program, self.keys, self.flags) = (program, keys, flags)
    self.maxByteCount = maxByteCount
    calls = hasHost ? [] : nil
    reservedByteCount = SessionRecorder.reservedByteCount(program, keys, flags)
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
    var bytes = Array(SessionRecorder.header(program, flags, frames: frames).utf8)
    for (index, change) in keys.changes.enumerated() where !change.keys.isEmpty {
      guard change.frame < frames else { break }
      // The last change is that to no key at all.
      let end = min(keys.changes[index + 1].frame, frames)
      bytes.append(contentsOf: SessionRecorder.line(change, end: end).utf8)
    }
    if let calls { bytes += Array("host\n".utf8) + calls }
    return bytes + Array("end\n".utf8)
  }

  private static func header(_ program: Program, _ flags: [UInt8]?, frames: UInt64) -> String {
    let flags = flags.map { "flags \($0.map { hexadecimal($0, 2) }.joined())\n" } ?? ""
    return "session \(program.sha1)\n# \(program.name.displayText), \(frames) frames\n" + flags
  }

  private static func line(_ change: KeyScript.Change, end: UInt64) -> String {
    "\(change.frame)-\(end):\(change.keys.digits)\n"
  }

  private static func reservedByteCount(
    _ program: Program, _ keys: KeyScript, _ flags: [UInt8]?
  ) -> Int {
    let around =
      header(program, flags, frames: .max).utf8.count + "host\n".utf8.count + "end\n".utf8.count
    return zip(keys.changes, keys.changes.dropFirst()).reduce(around) { count, pair in
      count + (pair.0.keys.isEmpty ? 0 : line(pair.0, end: pair.1.frame).utf8.count)
    }
  }
}
