// What the tests of slots have in common.

import Foundation
import SaveState
import Testing

/// A toy that tells apart by a number, in an image of a certain time.
func image(_ number: Int, time: UInt64? = nil, note: String = "") throws -> Image {
  var toy = usedToy()
  toy.counter = UInt32(number)
  var image = Image(of: toy)
  image.setTime(time)
  try image.setNote(note)
  return image
}

extension Slots {
  /// The number of the state in a slot, or of a version.
  func number(_ slot: SlotName, version: Int? = nil) throws -> Int {
    Int((try image(slot, version: version).machine() as Toy).counter)
  }

  /// The numbers of the states that were in a slot, the newest first.
  func earlier(_ slot: SlotName) throws -> [Int] {
    try versions(of: slot).map { try number(slot, version: $0) }
  }
}

/// The slots of the toy in a directory that is gone afterwards.
func withSlots(_ body: (Slots) throws -> Void) throws {
  try withTemporaryDirectory {
    try body(Slots(root: $0 + "/states", program: usedToy().program.sha1))
  }
}

extension SlotName {
  static func key(_ number: Int) -> SlotName { SlotName(known: "slot\(number)") }
  static let (exit, minute) = (SlotName(autosave: "exit"), SlotName(autosave: "minute"))
  static let fault = SlotName(autosave: "fault")
}

let boss = SlotName.key(1)

func slot(_ name: String) throws -> SlotName { try SlotName(name) }

/// The permissions of a file.
func permissions(_ path: String) throws -> Int? {
  try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
