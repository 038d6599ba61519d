// What is reported of slots: as JSON objects (docs/SLOTS.md) and as text.

import Chip8Core
import Chip8Player
import JSON
import SaveState

/// A slot with its versions.
struct SlotReport {
  let slots: Slots
  let slot: SlotName
  let current: StateSummary?
  let versions: [StateSummary]

  init(_ slot: SlotName, of slots: Slots) throws {
    (self.slots, self.slot) = (slots, slot)
    current = StateSummary(slot, of: slots)
    versions = try slots.versions(of: slot).compactMap {
      StateSummary(slot, version: $0, of: slots)
    }
  }

  /// What the program is called, by the newest state that tells it.
  private var program: String? {
    ([current] + versions).lazy.compactMap { $0?.contents?.program.name }.first
  }

  var json: JSONObject {
    [
      "program": program, "sha1": "\(slots.program)", "slot": "\(slot)",
      "path": slots.path(slot), "state": current?.json, "versions": versions.map(\.json),
    ]
  }
}

/// The slots of a program.
struct SlotListReport {
  let slots: Slots
  let list: [SlotSummary]

  init(_ slots: Slots) throws(StorageError) {
    self.slots = slots
    list = try SlotSummary.all(slots)
  }

  /// What the program is called, by the newest state that tells it.
  fileprivate var program: String? {
    list.lazy.compactMap { $0.current?.contents?.program.name }.first
  }

  /// When one of the slots was saved last.
  fileprivate var time: UInt64? { list.first?.current?.time }

  var json: JSONObject {
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

/// The programs that have slots.
struct ProgramListReport {
  private let programs: [SlotListReport]

  init(root: String) throws(StorageError) {
    var programs: [SlotListReport] = []
    for slots in try Slots.all(root: root) { programs.append(try SlotListReport(slots)) }
    self.programs = programs.sorted { ($0.time ?? 0) > ($1.time ?? 0) }
  }

  var json: JSONObject {
    let rows = programs.map {
      $0.head.adding(["slots": $0.list.count, "time": $0.time.map(WallClock.utc)])
    }
    return ["programs": rows]
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

// MARK: - Text

extension SlotListReport {
  /// A line for each slot, below a line that says what stands where.
  var lines: [String] {
    if list.isEmpty { return ["no slots"] }
    let head = ["slot", "saved", "time", "platform", "bytes", "versions", ""]
    return table([head] + list.map(\.columns))
  }
}

extension SlotSummary {
  fileprivate var columns: [String] {
    let columns = current?.columns ?? ["-", "-", "-", "-", "empty"]
    return ["\(slot)"] + columns.prefix(4) + ["\(versions.count)", columns[4]]
  }
}

extension StateSummary {
  /// When, how long, platform, bytes, and what else there is to say.
  fileprivate var columns: [String] {
    let notes = [
      file.isLocked ? "locked" : nil, damage.map { "damaged: \($0)" },
      contents?.note,
    ]
    return [
      time.map(WallClock.text) ?? "-", contents?.machineTime ?? "-",
      contents?.platform.rawValue ?? "-",
      "\(file.byteCount)", notes.compactMap { $0 }.joined(separator: " · "),
    ]
  }
}

extension ProgramListReport {
  /// A line for each program.
  var lines: [String] {
    if programs.isEmpty { return ["no slots"] }
    let head = ["program", "slots", "saved", "SHA-1"]
    return table(
      [head]
        + programs.map {
          [
            $0.program ?? "-", "\($0.list.count)", $0.time.map(WallClock.text) ?? "-",
            "\($0.slots.program)",
          ]
        })
  }
}

extension SlotReport {
  /// All that is known of a slot, with its screen.
  var lines: [String] {
    var lines = ["\(slot) of \(program ?? "\(slots.program)")"]
    if let current {
      lines += current.lines
    } else {
      lines.append("empty")
    }
    if !versions.isEmpty {
      let head = ["version", "saved", "time", "platform", "bytes", ""]
      let rows = versions.map { ["\($0.version ?? 0)"] + $0.columns }
      lines += [""] + table([head] + rows)
    }
    return lines
  }
}

extension StateSummary {
  fileprivate var lines: [String] {
    var lines: [String] = []
    if let damage { lines.append("damaged: \(damage)") }
    if let contents {
      lines.append(
        "saved \(contents.time.map(WallClock.text) ?? "at an unknown time")")
      lines.append(
        "time \(contents.machineTime) on \(contents.platform.title): \(contents.frames) frames, "
          + "\(contents.instructions) instructions")
    }
    lines.append(
      "\(file.byteCount) bytes\(file.isLocked ? ", locked" : "") in \(file.path)")
    if let contents {
      if let note = contents.note {
        lines +=
          [""] + note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
      lines += [""] + contents.screen.lines
    }
    return lines
  }
}

/// Rows of columns, as wide as what stands in them.
func table(_ rows: [[String]]) -> [String] {
  let rows = rows.map { $0.map(\.displayText) }
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).map(padded).joined(separator: "  ").trimmingSuffix
  }
}
