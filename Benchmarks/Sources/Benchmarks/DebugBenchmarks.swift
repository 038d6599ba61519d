// What a user waits for while debugging: docs/DEBUGGING.md.

import Chip8Core
import Chip8Player
import SaveState

extension Measurement {
  /// Steps back, from anywhere in an hour of play.
  static func stepsBack(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement("a step back, 99 of 100: \(subject.name)", .atMost(20), .milliseconds)
    ]) {
      var session = try played(subject, frames: 3600 * 60, instructionsPerFrame: 30)
      let times = (0..<500).map { round in
        if round % 50 == 0 {
          let frame = 3600 * 60 / 10 * (10 - UInt64(round / 50)) - 1
          _ = session.go(to: .frame(frame))
        }
        return threadMicroseconds { _ = session.move(.into, .backwards) } / 1000
      }
      return [Measured(number: times.quantile(0.99), spread: times.spread)]
    }
  }

  /// Back to a stop a hundred million instructions ago, past one that is often next, but whose condition
  /// does not hold.
  static func farBack(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "reverse-continue over 100 M instructions: \(subject.name)", .atMost(3000), .milliseconds)
    ]) {
      var session = try played(subject, frames: 100_000, instructionsPerFrame: 1000)
      let address = session.machine.state.pc
      session.removeStops { _ in true }
      let id = session.add(.execution(address))
      let condition = try session.expression("frame < 2")
      session.changeStop(id) { $0.condition = condition }
      let time = threadMicroseconds { _ = session.move(.run, .backwards) } / 1000
      return [Measured(number: time)]
    }
  }

  /// Who has written a byte that was written in the first frames, or never.
  static func lastWriter(_ subject: Subject, instructionsPerFrame ipf: Int) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "who wrote this, an hour of \(ipf) a frame: \(subject.name)",
        .atMost(ipf > 30 ? 3000 : 1000), .milliseconds)
    ]) {
      var session = try played(subject, frames: 3600 * 60, instructionsPerFrame: ipf)
      let watched = StopPoint.Watched.bytes(0x1F0..<0x1F1)
      let time = threadMicroseconds { _ = try? session.goToLastWriter(of: watched) } / 1000
      return [Measured(number: time)]
    }
  }
}

/// A session in which keys were pressed.
private func played(
  _ subject: Subject, frames: UInt64, instructionsPerFrame ipf: Int
) throws -> DebugSession {
  var request = PlayRequest()
  request.path = Subject.path(subject.program)
  request.machine.instructionsPerFrame = ipf
  var session = try request.debugSession()
  for frame in stride(from: 15, through: frames, by: 15) {
    session.hold(frame / 15 % 2 == 0 ? KeySet(key: UInt8(frame / 30 % 16)) : [])
    _ = session.go(to: .frame(frame))
  }
  return session
}
