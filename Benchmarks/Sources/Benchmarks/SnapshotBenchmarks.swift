// Snapshots in memory, beside what it takes to copy as many bytes.

import Chip8Core
import Glibc

func snapshotRequirements(_ subject: Subject) -> [Requirement] {
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

  var (copying, taking, restoring) = (Fastest(), Fastest(), Fastest())
  for _ in 0..<500 {
    copying.take { for _ in 0..<200 { copy(byteCount, from: source, to: target) } }
    taking.take { for _ in 0..<200 { machine.copy(to: &snapshot) } }
    restoring.take {
      // There and back.
      for _ in 0..<100 {
        machine.restore(from: before)
        machine.restore(from: after)
      }
    }
  }
  let copied = copying.microseconds
  return [
    Requirement(
      "snapshot, by memcpy: \(subject.name)", taking.microseconds / copied, atMost: 2, .times),
    Requirement(
      "restore, by memcpy: \(subject.name)", restoring.microseconds / copied, atMost: 2, .times),
  ]
}

/// Not inlined, so that no copy is left out because nobody reads it.
@inline(never)
private func copy(
  _ byteCount: Int, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer
) {
  memcpy(target, source, byteCount)
}
