// What is reported slots: as JSON objects (docs/SLOTS.md) and as text.

import Chip8Core
import Chip8Player
import SaveState

/// A state as a JSON object. What is not known is null.
private struct StateReport: Encodable {
  let state: StateSummary

  private enum CodingKeys: CodingKey {
    case version, path, bytes, locked, damage
    case time, note, program, platform, machineTime, frames, instructions, screen
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(state.version, forKey: .version)
    try container.encode(state.file.path, forKey: .path)
    try container.encode(state.file.byteCount, forKey: .bytes)
    try container.encode(state.file.isLocked, forKey: .locked)
    try container.encode(state.damage, forKey: .damage)
    let contents = state.contents
    try container.encode(contents?.time.map(dateText), forKey: .time)
    try container.encode(contents?.note, forKey: .note)
    try container.encode(contents?.program.name, forKey: .program)
    try container.encode(contents?.platform.rawValue, forKey: .platform)
    try container.encode(contents?.machineTime, forKey: .machineTime)
    try container.encode(contents?.frames, forKey: .frames)
    try container.encode(contents?.instructions, forKey: .instructions)
    try container.encode(contents.map { Report.ScreenReport($0.screen) }, forKey: .screen)
  }
}

/// A slot with its versions.
struct SlotReport: Encodable {
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
  var program: String? {
    ([current] + versions).lazy.compactMap { $0?.contents?.program.name }.first
  }

  private enum CodingKeys: CodingKey { case program, sha1, slot, path, state, versions }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(program, forKey: .program)
    try container.encode("\(slots.program)", forKey: .sha1)
    try container.encode("\(slot)", forKey: .slot)
    try container.encode(slots.path(slot), forKey: .path)
    try container.encode(current.map(StateReport.init), forKey: .state)
    try container.encode(versions.map(StateReport.init), forKey: .versions)
  }
}

/// The slots of a program.
struct SlotListReport: Encodable {
  let slots: Slots
  let list: [SlotSummary]

  init(_ slots: Slots) throws(StorageError) {
    self.slots = slots
    list = try SlotSummary.all(slots)
  }

  /// What the program is called, by the newest state that tells it.
  var program: String? { list.lazy.compactMap { $0.current?.contents?.program.name }.first }

  /// When one of the slots was saved last.
  var time: UInt64? { list.first?.current?.time }

  private enum CodingKeys: CodingKey { case program, sha1, folder, slots }

  private struct Row: Encodable {
    let summary: SlotSummary

    private enum CodingKeys: CodingKey { case slot, versions, state }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode("\(summary.slot)", forKey: .slot)
      try container.encode(summary.versions.count, forKey: .versions)
      try container.encode(summary.current.map(StateReport.init), forKey: .state)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(program, forKey: .program)
    try container.encode("\(slots.program)", forKey: .sha1)
    try container.encode(slots.directory, forKey: .folder)
    try container.encode(list.map(Row.init), forKey: .slots)
  }
}

/// The programs that have slots.
struct ProgramListReport: Encodable {
  let programs: [SlotListReport]

  init(root: String) throws(StorageError) {
    var programs: [SlotListReport] = []
    for slots in try Slots.all(root: root) { programs.append(try SlotListReport(slots)) }
    self.programs = programs.sorted { ($0.time ?? 0) > ($1.time ?? 0) }
  }

  private enum CodingKeys: CodingKey { case programs }

  private struct Row: Encodable {
    let report: SlotListReport

    private enum CodingKeys: CodingKey { case program, sha1, folder, slots, time }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(report.program, forKey: .program)
      try container.encode("\(report.slots.program)", forKey: .sha1)
      try container.encode(report.slots.directory, forKey: .folder)
      try container.encode(report.list.count, forKey: .slots)
      try container.encode(report.time.map(dateText), forKey: .time)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(programs.map(Row.init), forKey: .programs)
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
private func table(_ rows: [[String]]) -> [String] {
  let rows = rows.map { $0.map(\.displayText) }
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    var line = zip(row, widths).map(padded).joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
