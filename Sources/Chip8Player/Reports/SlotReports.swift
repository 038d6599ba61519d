// What is reported of slots, as JSON objects: docs/SLOTS.md.

import Chip8Core
import JSON
import SaveState

/// A slot with its versions.
package struct SlotReport {
  package let slots: Slots
  package let slot: SlotName
  package let current: StateSummary?
  package let versions: [StateSummary]

  package init(_ slot: SlotName, of slots: Slots) throws(StorageError) {
    (self.slots, self.slot) = (slots, slot)
    current = StateSummary(slot, of: slots)
    versions = try slots.versions(of: slot).compactMap {
      StateSummary(slot, version: $0, of: slots)
    }
  }

  /// What the program is called, if a state says it.
  package var program: String? { ([current] + versions).programName }

  package var json: JSONObject {
    [
      "program": program, "sha1": "\(slots.program)", "slot": "\(slot)",
      "path": slots.path(slot), "state": current?.json, "versions": versions.map(\.json),
    ]
  }
}

/// The slots of a program.
package struct SlotListReport {
  package let slots: Slots
  package let list: [SlotSummary]

  package init(_ slots: Slots) throws(StorageError) {
    self.slots = slots
    list = try SlotSummary.all(slots)
  }

  /// What the program is called, if a state says it.
  package var program: String? { list.lazy.map(\.current).programName }

  /// When one of the slots was saved last.
  package var time: UInt64? { list.first?.current?.time }

  package var json: JSONObject {
    let rows = list.map { summary in
      [
        "slot": "\(summary.slot)", "versions": summary.versions.count,
        "state": summary.current?.json,
      ] as JSONObject
    }
    return head.adding(["slots": rows])
  }

  /// What the list of all programs has too.
  fileprivate var head: JSONObject {
    ["program": program, "sha1": "\(slots.program)", "folder": slots.directory]
  }
}

/// The programs that have slots, those that were saved last first.
package struct ProgramListReport {
  package let programs: [SlotListReport]

  package init(root: String) throws(StorageError) {
    var programs: [SlotListReport] = []
    for slots in try Slots.all(root: root) { programs.append(try SlotListReport(slots)) }
    self.programs = programs.sorted { ($0.time ?? 0) > ($1.time ?? 0) }
  }

  package var json: JSONObject {
    let rows = programs.map {
      $0.head.adding(["slots": $0.list.count, "time": $0.time.map(WallClock.utc)])
    }
    return ["programs": rows]
  }
}

extension Collection<StateSummary?> {
  /// What the program of these states is called, by the first one that can be used.
  fileprivate var programName: String? {
    lazy.compactMap { $0?.contents?.program.name }.first
  }
}

extension StateSummary {
  fileprivate var json: JSONObject {
    [
      "version": version, "path": file.path, "bytes": file.byteCount, "locked": file.isLocked,
      "damage": damage, "time": time.map(WallClock.utc), "note": contents?.note,
      "program": contents?.program.name, "platform": contents?.platform.rawValue,
      "machineTime": contents?.machineTime, "frames": contents?.frames,
      "instructions": contents?.instructions, "screen": contents?.screen.json,
    ]
  }
}
