// Images: how long they take to be made and to be read, and how large they are.

import Chip8Core
import SaveState

func imageTimeRequirements(_ subject: Subject) throws -> [Requirement] {
  let bytes = Image(of: subject.machine).bytes
  var (making, reading) = (Fastest(), Fastest())
  for _ in 0..<2000 {
    making.take { _ = Image(of: subject.machine).bytes }
    try reading.take {
      let image = try Image(bytes)
      let machine: Chip8 = try image.machine()
      guard try image.witness()?.holds(for: machine) == true else { throw ImageError.notAnImage }
    }
  }
  let limit = subject.isLarge ? 400.0 : 60.0
  return [
    Requirement("image made: \(subject.name)", making.microseconds, atMost: limit, .microseconds),
    Requirement("image read: \(subject.name)", reading.microseconds, atMost: limit, .microseconds),
  ]
}

func imageSizeRequirement(_ subject: Subject) throws -> Requirement {
  var image = Image(of: subject.machine)
  image.setTime(1_800_000_000)
  try image.setNote("before the boss, with three lives")
  let program = image.sections.first { $0.tag == Tag("ROM ") }?.storedByteCount ?? 0
  let changed = zip(subject.machine.state.ram, subject.fresh.state.ram).count { $0 != $1 }
  let limit = program + (subject.isLarge ? 2048 + changed : 700)
  return Requirement(
    "image size: \(subject.name)", Double(image.bytes.count), atMost: Double(limit), .bytes)
}
