// A directory of slots in which anything may be, and what a user does with it: no state that was good is
// lost by anything but a purge.

import Chip8Core
import Chip8Player
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let directory = Directory()
  var input = Input([UInt8](start, count))
  input.fill(directory)
  let slots = Slots(root: directory.path, program: States.sha1)
  var before = slots.states
  // With five versions from the start there are never more than are kept.
  for _ in 0..<14 where !input.isAtEnd {
    let mayLose = slots.change(&input)
    let after = slots.states
    expect(mayLose || before.isSubset(of: after), "a good state is kept")
    before = after
  }
  _ = slots.newestResumable(Chip8.self, in: Autosave.resumable)
  _ = try? Slots.all(root: directory.path)
  directory.remove()
  return 0
}

extension Slots {
  /// The digests of all states that can be loaded, in slots or as versions.
  fileprivate var states: Set<Digest> {
    var states: Set<Digest> = []
    for slot in (try? names()) ?? [] {
      for version in [nil] + ((try? versions(of: slot)) ?? []).map(Optional.some) {
        if let state = state(slot, version) { states.insert(state) }
      }
    }
    return states
  }

  private func state(_ slot: SlotName, _ version: Int? = nil) -> Digest? {
    guard
      let image = try? image(slot, version: version), let machine: Chip8 = try? image.machine()
    else { return nil }
    return machine.stateDigest
  }

  /// Does what a user may do.
  ///
  /// - Returns: whether he wants something to be lost by that.
  fileprivate func change(_ input: inout Input) -> Bool {
    let slot = input.slot()
    switch input.next(UInt8.self) % 9 {
    case 0:
      saveAndRead(input.choice(States.good), slot)
    case 1:
      _ = try? autosave(input.choice(States.good), to: input.choice(Autosave.allCases).slot)
    case 2:
      undoTwice(slot)
    case 3:
      _ = try? undoSave(slot)
    case 4:
      _ = try? restore(slot, version: input.choice([nil, 1, Int(input.next(UInt8.self))]))
    case 5:
      try? rename(slot, to: input.slot())
    case 6:
      try? setNote(slot, input.choice(["", "a note"]))
    case 7:
      try? setLocked(slot, input.choice([true, false]))
    default:
      let isPurge = input.choice([false, true])
      _ = try? delete(slot, purging: isPurge)
      return isPurge
    }
    return false
  }

  /// Saves, and reads what was saved.
  private func saveAndRead(_ image: Image, _ slot: SlotName) {
    let isLocked = (try? file(slot))??.isLocked == true
    do throws(StorageError) {
      try save(image, to: slot)
    } catch { return }
    expect(!isLocked, "what is locked is not replaced")
    let saved = must("what was saved in a slot can be read") { try self.image(slot) }
    expect(saved.holdsSameState(as: image), "what was saved in a slot is in it")
  }

  /// Undoing an undoing is as if nothing had been done.
  private func undoTwice(_ slot: SlotName) {
    let before = state(slot)
    guard before != nil, (try? undoSave(slot)) != nil else { return }
    guard (try? undoSave(slot)) != nil else { return }
    expect(state(slot) == before, "undoing twice changes nothing")
  }
}
