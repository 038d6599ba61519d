// What a save keeps up the thread that runs the machine, beside what it cannot do without: a copy of
// the state, and another thread that is told of it.

import Chip8Core
import Chip8Player
import Dispatch
import Glibc
import SaveState

extension Measurement {
  static func stalls(_ subject: Subject, in directory: String) -> Measurement {
    let parts = [("half", 0.5), ("99 of 100", 0.99)]
    let requirements = parts.map { name, _ in
      Requirement(
        "stall by a save, \(name), by a copy and a hand-off: \(subject.name)", .atMost(2), .times,
        of: .microseconds)
    }
    return Measurement(requirements: requirements) {
      let (stalls, least) = try stallMicroseconds(subject, in: directory)
      return parts.map { Measured(times: stalls, by: least, quantile: $1) }
    }
  }
}

private func stallMicroseconds(
  _ subject: Subject, in directory: String
) throws -> (ours: [Double], least: [Double]) {
  let path = "\(directory)/stall.state"
  try Storage.writeAtomically(path, with: Image(of: subject.machine).bytes, as: .savedState)
  var options = PlaySession.Options()
  options.slotsRoot = "\(directory)/slots"
  options.autosaveSeconds = nil
  let session = PlaySession(try LoadedMachine(path), .none, options)
  let floor = LeastStall(subject.machine)
  var (stalls, least): ([Double], [Double]) = ([], [])
  for _ in 0..<1000 {
    // A window's thread sleeps between its frames. One that never does is soon interrupted by any other.
    usleep(2000)
    session.runFrame(keys: [])
    // The frame after a save copies the RAM; the one after that is like any other.
    let saving = microseconds {
      session.save()
      session.runFrame(keys: [])
    }
    stalls.append(saving - microseconds { session.runFrame(keys: []) })
    session.finishWork()
    usleep(2000)
    least.append(floor.microseconds())
  }
  return (stalls, least)
}

/// As many bytes copied to memory of their own, and handed to another thread.
private struct LeastStall {
  private let queue = DispatchQueue(label: "floor")
  private let source: [UInt8]

  init(_ machine: Chip8) {
    source = Array(repeating: 1, count: machine.state.ram.count + MemoryLayout<State>.size)
  }

  func microseconds() -> Double {
    let time = Benchmarks.microseconds {
      let copy = [UInt8](unsafeUninitializedCapacity: source.count) { bytes, count in
        count = bytes.initialize(fromContentsOf: source)
      }
      queue.async { precondition(copy.first == 1) }
    }
    queue.sync {}
    return time
  }
}
