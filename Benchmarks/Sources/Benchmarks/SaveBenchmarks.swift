// Saves to the disk, beside the least that a durable file takes.

import Chip8Core
import Glibc
import SaveState

extension Measurement {
  /// A durable save, by a bare one: their medians in as many rounds, for a disk has its moods.
  static func durableSave(_ subject: Subject, in directory: String) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "durable save, by a bare one: \(subject.name)", .atMost(1.3), .times, of: .microseconds)
    ]) {
      let bytes = Image(of: subject.machine).bytes
      var (bare, ours): ([Double], [Double]) = ([], [])
      for _ in 0..<200 {
        bare.append(microseconds { saveBarely(bytes, in: directory) })
        ours.append(
          try microseconds {
            try Storage.writeAtomically("\(directory)/ours", with: bytes, as: .slot)
          })
      }
      return [Measured(times: ours, by: bare, quantile: 0.5)]
    }
  }
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
