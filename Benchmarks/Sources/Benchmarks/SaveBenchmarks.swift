// Saves to the disk: beside the least that a durable file takes, and beside a machine that goes on.

import Chip8Core
import Dispatch
import Glibc
import SaveState

/// A durable save, by a bare one: their medians in as many rounds, for a disk has its moods.
func durableSaveRequirement(_ subject: Subject, in directory: String) throws -> Requirement {
  let bytes = Image(of: subject.machine).bytes
  var (bare, ours): ([Double], [Double]) = ([], [])
  for _ in 0..<200 {
    bare.append(microseconds { saveBarely(bytes, in: directory) })
    ours.append(
      try microseconds { try Storage.writeAtomically("\(directory)/ours", with: bytes, as: .slot) })
  }
  return Requirement(
    "durable save, by a bare one: \(subject.name)", ours.median / bare.median, atMost: 1.3, .times)
}

/// The calls that there must be for a file that is there whole after a power failure.
private func saveBarely(_ bytes: [UInt8], in directory: String) {
  let (temporary, path) = ("\(directory)/bare.tmp", "\(directory)/bare")
  let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
  let count = write(file, bytes, bytes.count)
  let isSafe = fsync(file) == 0 && close(file) == 0 && rename(temporary, path) == 0
  let directory = open(directory, O_RDONLY | O_DIRECTORY)
  precondition(
    count == bytes.count && isSafe && fsync(directory) == 0 && close(directory) == 0,
    "the directory for the benchmark cannot be written to")
}

/// How long the machine's thread is kept up by a save: what it takes to hand the machine over and
/// to run the next frame, while another thread saves, beyond what a frame takes without. Both are
/// the longest of 100, for whatever else the computer does keeps up frames too.
func stallRequirement(_ subject: Subject, in directory: String) throws -> Requirement {
  let queue = DispatchQueue(label: "saves")
  var machine = subject.machine
  var (usual, saving): ([Double], [Double]) = ([], [])
  for _ in 0..<1000 {
    usual.append(microseconds { _ = machine.run(frames: 1) })
    let handOver = microseconds {
      let moment = machine.snapshot
      queue.async {
        let bytes = Image(of: Chip8(moment)).bytes
        do { try Storage.writeAtomically("\(directory)/slot", with: bytes, as: .slot) } catch {
          fatalError("\(error)")
        }
      }
    }
    saving.append(handOver + microseconds { _ = machine.run(frames: 1) })
    queue.sync {}
  }
  return Requirement(
    "stall by a save, 99 of 100: \(subject.name)", saving.quantile(0.99) - usual.quantile(0.99),
    atMost: 200, .microseconds)
}
