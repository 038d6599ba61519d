import Chip8Core
import SaveState

extension Chip8 {
  /// The machine that a saved state of this one gives.
  ///
  /// - Parameter older: the image that this one came from.
  public func reloaded(preservingUnknownSectionsOf older: Image? = nil) -> Chip8 {
    let saved = Image(of: self, preservingUnknownSectionsOf: older)
    let file = saved.bytes
    let image = must("what was saved can be read") { try Image(file) }
    expect(image == saved, "an image is the same when it was written and read")
    expect(image.bytes == file, "an image that is written again has the same bytes")
    let machine: Chip8 = must("what was saved can be loaded") { try image.machine() }
    expect(machine.stateDigest == stateDigest, "a machine is the same when it was saved and loaded")
    let verdict = must("what was saved can be verified") { try image.verification(Chip8.self) }
    expect(verdict.isCanonical && verdict.witnessHolds == true, "what was saved verifies")
    return machine
  }
}
