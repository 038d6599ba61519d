// What a save waits for and reads: a lock for a while, and little of what is there already.

import Foundation
import SaveState
import Testing

@Suite struct SlotWaitTests {
  /// A toy that tells apart by a number, with unknown bytes beside it.
  private func image(_ number: UInt32, extra byteCount: Int = 0) throws -> Image {
    var toy = usedToy()
    toy.counter = number
    var image = Image(of: toy)
    guard byteCount > 0 else { return image }
    var random = Seeded(state: UInt64(number))
    let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    let isSet = image.setAncillary(.ancillary(Tag("BIG!")), bytes, of: Toy.self)
    #expect(isSet)
    return image
  }

  private func number(_ slots: Slots, version: Int) throws -> UInt32 {
    (try slots.image(boss, version: version).machine() as Toy).counter
  }

  /// How many bytes this thread has read so far.
  private func readByteCount() throws -> Int {
    let io = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)
    let line = try #require(io.split(separator: "\n").first { $0.hasPrefix("rchar: ") })
    return try #require(Int(line.dropFirst(7)))
  }

  @Test func locksTimeOut() throws {
    try withSlots { slots in
      try slots.save(image(1), to: boss)
      let lock = open(slots.directory + "/.lock", O_RDONLY | O_CLOEXEC)
      defer { close(lock) }
      #expect(flock(lock, LOCK_EX) == 0)
      let refusal = #expect(throws: StorageError.self) { try slots.save(image(2), to: boss) }
      guard let error = refusal, case .lock(let holder) = error.reason
      else {
        Issue.record("\(String(describing: refusal))")
        return
      }
      #expect(error.path == slots.directory + "/.lock")
      #expect(holder == nil || holder?.process == getpid() && holder?.isStopped == false)
      #expect((try slots.image(boss).machine() as Toy).counter == 1)
      flock(lock, LOCK_UN)
      try slots.save(image(2), to: boss)
    }
  }

  @Test func aSaveReadsLittleOfTheVersions() throws {
    try withSlots { slots in
      let byteCount = 1 << 20
      for number in 1...20 as ClosedRange<UInt32> {
        try slots.save(image(number, extra: byteCount), to: boss)
      }
      let last = try image(21, extra: byteCount)
      let before = try readByteCount()
      try slots.save(last, to: boss)
      // What is in the slot is compared with what takes its place, and both with the versions.
      #expect(try readByteCount() - before < 5 * byteCount)
      #expect(try slots.versions(of: boss).count == 20)
    }
  }

  @Test func versionsAreComparedByState() throws {
    try withSlots { slots in
      // The memory deflates better than it was.
      let first = try image(1)
      let small = try first.optimized(Toy.self)
      try slots.save(small, to: boss)
      try slots.save(image(2), to: boss)
      #expect(try slots.versions(of: boss).count == 1)
      try slots.save(first, to: boss)
      #expect(try slots.versions(of: boss).map { try number(slots, version: $0) } == [2])
    }
  }

  @Test func imagesWithoutAWitnessAreCompared() throws {
    try withSlots { slots in
      let bare = try Image(imageFile(RawSection.toy))
      try slots.save(bare, to: boss)
      try slots.save(image(2), to: boss)
      try slots.save(bare, to: boss)
      #expect(try slots.versions(of: boss).map { try number(slots, version: $0) } == [2])
    }
  }
}
