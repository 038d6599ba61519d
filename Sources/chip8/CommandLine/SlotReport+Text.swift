import Chip8Player
import SaveState

extension SlotListReport {
  /// A line for each slot, below the headings.
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

/// Rows of columns, as wide as their contents.
func table(_ rows: [[String]]) -> [String] {
  let rows = rows.map { $0.map(\.displayText) }
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).map(padded).joined(separator: "  ").trimmingSuffix
  }
}
