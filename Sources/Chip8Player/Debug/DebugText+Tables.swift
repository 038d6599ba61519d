// What is said of a machine that is debugged in more than a line.

import Chip8Core
import SaveState

extension DebugSession {
  /// What went well but for this, since the last call.
  public mutating func takeWarnings() -> [Warning] { player.takeWarnings() }

  /// All registers.
  public var registerTexts: [String] {
    let state = machine.state
    let all = Register.all.map { register in
      "\(register.name) 0x\(hexadecimal(register.value(in: state), register.digitCount))"
    }
    return [all[..<8], all[8..<16], all[16...]].map { $0.joined(separator: "  ") }
  }

  /// The subroutines that are at work, the innermost first, with the uses of macros in them.
  public var frameTexts: [String] {
    frames.enumerated().flatMap { index, frame in
      ["#\(index)  \(text(of: frame.address))"]
        + frame.macroCalls.map { "    in \($0.name), used at \(text(of: $0.line))" }
    }
  }

  /// The lines around one of the main source, or around the next instruction.
  public func sourceTexts(around number: Int?) throws(DebugError) -> [String] {
    let here = source.line(at: machine.state.pc)
    guard let line = number.map({ ProgramSource.Line(file: here?.file ?? 0, number: $0) }) ?? here
    else { throw .noLine(machine.state.pc) }
    let first = max(1, line.number - 5)
    return (first..<first + 11).compactMap { number in
      source.text(of: ProgramSource.Line(file: line.file, number: number)).map { text in
        let isHere = here == ProgramSource.Line(file: line.file, number: number)
        return "\(isHere ? ">" : " ") \(padded(number, 4))  \(text)"
      }
    }
  }

  /// Some instructions as a disassembly, with their labels.
  public func disassemblyTexts(at address: Int, count: Int) -> [String] {
    disassembly(at: address, count: min(count, 65536)).flatMap { item in
      (item.label.map { ["\($0):"] } ?? []) + [text(of: item)]
    }
  }

  /// Bytes of the RAM, sixteen to a line.
  public func memoryTexts(from address: Int, count: Int) -> [String] {
    let bytes = bytes(at: address, count: count)
    return stride(from: 0, to: bytes.count, by: 16).map { start in
      let row = bytes[start..<min(start + 16, bytes.count)].map { hexadecimal($0, 2) }
      return "0x\(hexadecimal(address + start, 4))  \(row.joined(separator: " "))"
    }
  }

  // MARK: Branches

  /// The ends of all branches; a star marks the one that the machine is on.
  public var leafTexts: [String] {
    leaves.map { leaf in
      "\(leaf.branch == branch ? "*" : " ") \(leaf.branch)  frames \(leaf.start.frame)–\(leaf.end.frame), "
        + "\(leaf.end.instruction) instructions"
    }
  }

  /// Where two branches part, if they do.
  public func text(of difference: CourseDifference?) -> String {
    guard let difference else { return "one is a prefix of the other" }
    let (position, addresses) = (difference.position, difference.addresses)
    return
      "frame \(position.frame), instruction \(position.instruction): \(difference.field ?? "the keys") "
      + "differs after \(addresses.map { text(of: $0) }.joined(separator: " and "))"
  }

  // MARK: Surveys

  /// How often each line, or each instruction, was executed: those most often first.
  public func profileTexts(_ survey: Survey) -> [String] {
    let rows = counts(survey).filter { $0.count > 0 }
      .sorted { ($1.count, $0.address) < ($0.count, $1.address) }
    let total = max(1, survey.instructions)
    return ["\(survey.instructions) instructions in \(survey.frames) frames"]
      + rows.map { row in
        let share = row.count * 1000 / total
        let percent = "\(padded(Int(share / 10), 3)).\(share % 10)%"
        return "\(padded(Int(clamping: row.count), 12))  \(percent)  \(row.text)"
      }
  }

  /// Which lines, or instructions of the program that a disassembly finds, were executed.
  public func coverageTexts(_ survey: Survey) -> [String] {
    let rows = counts(survey)
    let missed = rows.filter { $0.count == 0 }
    let what = source.hasLines ? "lines" : "instructions"
    let sum = "\(rows.count - missed.count) of \(rows.count) \(what) were executed"
    return missed.isEmpty ? [sum] : [sum + "; not:"] + missed.map(\.text)
  }

  /// A row for each line with code, or each instruction that can be reached.
  private func counts(_ survey: Survey) -> [(address: Int, count: UInt64, text: String)] {
    guard source.hasLines else {
      let found = reachable
      let others = survey.executed.indices.filter { survey.executed[$0] > 0 && !found.contains($0) }
      return (found.sorted() + others).map { address in
        (address, survey.executed[address], text(of: instruction(at: address)))
      }
    }
    let reachable = reachable
    var rows: [ProgramSource.Line: (address: Int, count: UInt64)] = [:]
    for run in source.table.runs {
      guard let line = source.line(at: run.address), isCode(run, survey, reachable) else {
        continue
      }
      let bytes = Int(run.address)..<min(Int(run.address) + run.byteCount, survey.executed.count)
      let count = bytes.reduce(0) { $0 + survey.executed[$1] }
      rows[line, default: (Int(run.address), 0)].count += count
    }
    let lines = rows.sorted { ($0.key.file, $0.key.number) < ($1.key.file, $1.key.number) }
    return lines.map { line, row in
      (row.address, row.count, "\(text(of: line))  \(source.text(of: line) ?? "")")
    }
  }

  /// Whether a line is one of code, as far as the bytes of the program tell.
  private func isCode(
    _ run: LineTable.Run, _ survey: Survey, _ reachable: Set<Int>
  ) -> Bool {
    let bytes = Int(run.address)..<min(Int(run.address) + run.byteCount, survey.executed.count)
    return bytes.contains { survey.executed[$0] > 0 || reachable.contains($0) }
  }

  private var reachable: Set<Int> {
    Disassembly(machine.program.bytes, for: machine.state.configuration).codeAddresses
  }

  /// The frames in which the program did not look at the keys.
  public func lagTexts(_ survey: Survey) -> [String] {
    var ranges: [ClosedRange<UInt64>] = []
    for frame in survey.lagFrames {
      if let last = ranges.last, last.upperBound + 1 == frame {
        ranges[ranges.count - 1] = last.lowerBound...frame
      } else {
        ranges.append(frame...frame)
      }
    }
    return ["\(survey.lagFrames.count) of \(survey.frames) frames did not poll the keys"]
      + ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
  }

  /// How often each 64 bytes of the RAM were executed, read and written, where they were.
  public func heatTexts(_ survey: Survey) -> [String] {
    let size = 64
    let rows = stride(from: 0, to: survey.executed.count, by: size).compactMap { start -> String? in
      let counts = [survey.executed, survey.read, survey.written].map { counts in
        counts[start..<start + size].reduce(0, +)
      }
      guard counts.contains(where: { $0 > 0 }) else { return nil }
      return "0x\(hexadecimal(start, 4))" + counts.map { padded(Int(clamping: $0), 12) }.joined()
    }
    return ["address    executed        read     written"] + rows
  }
}

private func padded(_ number: Int, _ width: Int) -> String { "\(number)".padded(before: width) }
