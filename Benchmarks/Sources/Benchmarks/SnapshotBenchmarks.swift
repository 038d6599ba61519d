// Snapshots in memory, beside what it takes to copy as many bytes.

import Chip8Core
import Glibc

extension Measurement {
  static func snapshots(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "snapshot, by memcpy: \(subject.name)", .atMost(1.5), .times, of: .microseconds),
      Requirement("restore, by memcpy: \(subject.name)", .atMost(2), .times, of: .microseconds),
    ]) {
      var machine = subject.machine
      let before = machine.snapshot
      // A second, after which there is something else in the RAM.
      _ = machine.run(frames: 60)
      let after = machine.snapshot
      var snapshot = before

      let byteCount = MemoryLayout<State>.size + machine.state.ram.count
      let source = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
      let target = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
      defer {
        source.deallocate()
        target.deallocate()
      }
      memset(source, 1, byteCount)

      var (copying, taking, restoring): ([Double], [Double], [Double]) = ([], [], [])
      for _ in 0..<500 {
        copying.append(each { copy(byteCount, from: source, to: target) })
        taking.append(each { machine.copy(to: &snapshot) })
        restoring.append(
          // There and back.
          each {
            machine.restore(from: before)
            machine.restore(from: after)
          } / 2)
      }
      return [Measured(times: taking, by: copying), Measured(times: restoring, by: copying)]
    }
  }
}

/// How long something takes that is too short to be measured once.
private func each(_ work: () -> Void) -> Double {
  threadMicroseconds { for _ in 0..<200 { work() } } / 200
}

/// Not inlined, so that no copy is left out because it is not read.
@inline(never)
private func copy(
  _ byteCount: Int, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer
) {
  memcpy(target, source, byteCount)
}
