// A folder of slots in which anybody may have left anything, and what a user then does with it.

import Chip8Core
import Foundation
import Fuzzing
import SaveState

/// In memory where there is such a folder, for a fuzzer that waits for a disk is slow.
private let root =
  (FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp")
  + "/chip8-fuzz-\(getpid())"

private let machine: Chip8 = must("the program fits") {
  try Chip8(Program(name: "slots", bytes: [0x70, 0x01, 0x12, 0x00]), Configuration(.chip8))
}

/// A state that is saved first. Whatever happens, it is not lost.
private let treasure = Image(of: machine)

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Input([UInt8](start, count))
  try? FileManager.default.removeItem(atPath: root)
  let slots = Slots(root: root, program: machine.program.sha1)
  must("a state is saved in an empty folder") { _ = try slots.save(treasure, to: .key(1)) }
  for _ in 0..<Int(input.next(UInt8.self) % 6) { leave(&input, in: slots.folder) }
  // Few enough that no version is too old to be kept.
  for _ in 0..<Int(input.next(UInt8.self) % 12) { use(slots, &input) }
  look(at: slots)
  expect(isThere(treasure, in: slots), "a state that was saved is in a slot or a version")
  return 0
}

/// Leaves a file of any name with any contents, but not over what is there.
private func leave(_ input: inout Input, in folder: String) {
  let places = ["", "history/", "history/slot1/", "history/slot2/"]
  let suffixes = [".state", "", ".tmp", "/"]
  let name = String(decoding: input.take(Int(input.next(UInt8.self) % 24)), as: UTF8.self)
  let path = folder + "/" + input.choice(places) + name + input.choice(suffixes)
  let contents: [UInt8] =
    switch input.next(UInt8.self) % 4 {
    case 0: treasure.bytes
    case 1: Array(treasure.bytes.prefix(Int(input.next(UInt16.self)) % treasure.bytes.count))
    case 2: input.take(Int(input.next(UInt8.self)))
    default: later(1 + UInt64(input.next(UInt8.self))).bytes
    }
  guard !name.contains("\0"), !FileManager.default.fileExists(atPath: path) else { return }
  let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard parent.hasPrefix(folder) else { return }
  try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
  if path.hasSuffix("/") {
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } else {
    try? Data(contents).write(to: URL(fileURLWithPath: path))
  }
}

/// A state that the machine comes to.
private func later(_ frames: UInt64) -> Image {
  var later = machine
  _ = later.run(frames: Int(frames))
  return Image(of: later)
}

/// Does what a user can do, with slots of any name; what is refused is refused.
private func use(_ slots: Slots, _ input: inout Input) {
  let names: [SlotName] = (0..<2).compactMap { _ in
    let number = input.next(UInt8.self)
    return number < 200
      ? .key(Int(number % 4))
      : try? SlotName(String(decoding: input.take(Int(number - 200)), as: UTF8.self))
  }
  guard let slot = names.first, let other = names.last else { return }
  let operation = input.next(UInt8.self)
  let argument = Int(input.next(UInt8.self))
  switch operation % 9 {
  case 0: _ = try? slots.save(later(UInt64(argument) + 1), to: slot)
  case 1: _ = try? slots.autosave(later(UInt64(argument) + 1), as: .minute)
  case 2: _ = try? slots.undoSave(slot)
  case 3: _ = try? slots.restore(slot, version: argument % 2 == 0 ? nil : argument / 2)
  case 4: _ = try? slots.delete(slot)
  case 5: try? slots.rename(slot, to: other)
  case 6: try? slots.setNote(slot, "note \(argument)")
  case 7: try? slots.setLocked(slot, argument % 2 == 0)
  default: look(at: slots)
  }
}

/// Looks at all that is there.
private func look(at slots: Slots) {
  for slot in (try? slots.names()) ?? [] {
    _ = slots.path(slot)
    _ = try? slots.image(slot)
    let versions = (try? slots.versions(of: slot)) ?? []
    for version in versions { _ = try? slots.image(slot, version: version) }
  }
  _ = slots.newestResumable(Chip8.self)
  _ = try? Slots.all(root: root)
}

private func isThere(_ image: Image, in slots: Slots) -> Bool {
  let names = must("the folder can be listed") { try slots.names() }
  return names.contains { slot in
    let versions = (try? slots.versions(of: slot)) ?? []
    return ([nil] + versions.map(Optional.some)).contains { version in
      (try? slots.image(slot, version: version))?.holdsSameState(as: image) == true
    }
  }
}
