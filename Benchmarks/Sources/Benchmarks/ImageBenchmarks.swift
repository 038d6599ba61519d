// Images: how long they take to be made and to be read, and how large they are.

import Chip8Core
import SaveState

extension Measurement {
  static func imageTimes(_ subject: Subject) -> Measurement {
    let limit = Requirement.Limit.atMost(subject.isLarge ? 400 : 60)
    return Measurement(requirements: [
      Requirement("image made: \(subject.name)", limit, .microseconds),
      Requirement("image read: \(subject.name)", limit, .microseconds),
    ]) {
      let bytes = Image(of: subject.machine).bytes
      var (making, reading): ([Double], [Double]) = ([], [])
      for _ in 0..<2000 {
        making.append(threadMicroseconds { _ = Image(of: subject.machine).bytes })
        reading.append(
          try threadMicroseconds {
            let image = try Image(bytes)
            let machine: Chip8 = try image.machine()
            guard try image.witness()?.holds(for: machine) == true else {
              throw ImageError.notAnImage
            }
          })
      }
      return [Measured(leastOf: making), Measured(leastOf: reading)]
    }
  }

  static func imageSize(_ subject: Subject) throws -> Measurement {
    var image = Image(of: subject.machine)
    image.setTime(1_800_000_000)
    try image.setNote("before the boss, with three lives")
    let program = image.sections.first { $0.tag == Tag("ROM ") }?.storedByteCount ?? 0
    let changed = zip(subject.machine.state.ram, subject.fresh.state.ram).count { $0 != $1 }
    let limit = program + (subject.isLarge ? 2048 + changed : 700)
    let byteCount = Double(image.bytes.count)
    return Measurement(requirements: [
      Requirement("image size: \(subject.name)", .atMost(Double(limit)), .bytes)
    ]) { [Measured(number: byteCount)] }
  }

  static func imageChain(_ platform: Platform) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "a chain of \(ImageChain.count) images read: \(platform.rawValue)", .atMost(5000),
        .microseconds)
    ]) {
      let chain = try ImageChain(platform)
      defer { chain.remove() }
      let times = try (0..<21).map { _ in try threadMicroseconds { _ = try chain.load() } }
      return [Measured(leastOf: times)]
    }
  }
}
