import Chip8Core
import Chip8Player
import SaveState

extension ImageInfo {
  /// A line for each thing, the code around PC, and the screen.
  var lines: [String] {
    let image = opened.image
    let sections = image.sections.map { "\($0.tag)=\($0.storedByteCount)" }
    return ["\(inputName(opened.path)): a saved state of \(image.byteCount) bytes"]
      + (rows + [
        ("state", "SHA-256 \(machine.stateDigest)"),
        ("sections", "\(sections.joined(separator: " ")) (bytes in the file)"),
      ]).map { "  " + padded($0, 10) + $1 }
      + (last.isEmpty ? [] : ["  executed last:"] + last.map(codeText) + ["  around PC:"])
      + code.map(codeText) + state.screen.lines
  }

  private var rows: [(String, String)] {
    var rows = [
      ("program", programText), ("machine", machineText),
      (
        "time",
        "\(machine.machineTime) (\(state.frames) frames, \(state.instructions) instructions)"
      ),
    ]
    if let parent { rows.append(("base", "\(parent.name) (SHA-256 \(parent.digest))")) }
    if let time { rows.append(("saved", time)) }
    if let note { rows.append(("note", note)) }
    if !needs.isEmpty { rows.append(("needs", needs.joined(separator: ", "))) }
    let registers = state.registerTexts
    let stack = state.returnAddresses.map { names.text($0) }
    rows += [
      (
        "registers",
        "PC=\(hexadecimal(state.pc, 4)) I=\(hexadecimal(state.i, 4)) "
          + "DT=\(state.delay) ST=\(state.sound)"
      ),
      ("", registers.prefix(8).joined(separator: " ")),
      ("", registers.suffix(8).joined(separator: " ")),
      ("stack", stack.isEmpty ? "empty" : stack.joined(separator: " ")),
    ]
    if let fault { rows.append(("fault", fault.advice)) }
    if !state.keys.isEmpty {
      rows.append(("keys", state.keys.numbers.map { hexadecimal($0, 1) }.joined(separator: " ")))
    }
    if let left = state.instructionsLeftInFrame {
      rows.append(("frame", "\(left) instructions left"))
    }
    if let wait = state.keyWait {
      rows.append(("waits", "for a key to put into V\(hexadecimal(wait.register, 1))"))
    }
    if let hostText { rows.append(("host", hostText)) }
    let calls = machine.entryCalls.map { names.text($0) }
    if !calls.isEmpty { rows.append(("calls", calls.joined(separator: ", "))) }
    rows += metadata.rows(names)
    if let past {
      let count = past.tape.entries.count
      rows.append(("past", "from \(past.startText), \(count) \(count == 1 ? "event" : "events")"))
    }
    if let movie {
      let count = movie.facts.reRecordCount
      rows.append(("movie", "\(count) \(count == 1 ? "re-record" : "re-records")"))
    }
    let labels = metadata.labels.all
    if !labels.isEmpty { rows.append(("labels", "\(labels.count)")) }
    return rows
  }

  private var programText: String {
    let program = machine.program
    let title = KnownProgram.find(program)?.title
    return "\(program.name) (\(program.bytes.count) bytes, SHA-1 \(program.sha1))"
      + (title.map { ", known as \($0)" } ?? "")
      + (opened.image.embedsProgram ? "" : ", not in this file")
  }

  private var machineText: String {
    let configuration = state.configuration
    let speed =
      configuration.timing == .cycles
      ? "counted in machine cycles" : "\(configuration.instructionsPerFrame) instructions per frame"
    let quirks = configuration.quirkNames
    return "\(configuration.platform.rawValue), \(speed), "
      + (quirks.isEmpty ? "no quirks" : "quirks " + quirks.joined(separator: ", "))
      + ", font \(configuration.font)"
  }

  private var hostText: String? {
    guard let arguments = state.hostCalls?.arguments else { return nil }
    let what = machine.isSuspended ? "the program is suspended" : "the program may call it"
    guard !arguments.isEmpty else { return what }
    return "\(what), with \(arguments.map { "\"\($0)\"" }.joined(separator: " "))"
  }

  private func codeText(_ line: Line) -> String {
    let mark = line.address == state.pc ? "→" : " "
    return "  \(mark) \(hexadecimal(line.address, 4))  \(hexadecimal(line.opcode, 4))  "
      + (line.place.map { $0 + ": " } ?? "") + line.text
  }
}

/// Text with spaces after it, up to a width.
func padded(_ text: String, _ width: Int) -> String { text.padded(after: width) }

extension Past<Chip8> {
  /// Where it begins.
  var startText: String { beginsAtPowerOn ? "power-on" : "frame \(start.position.frame)" }
}

extension SessionMetadata {
  /// A row for each thing that is said.
  fileprivate func rows(_ names: AddressNames) -> [(String, String)] {
    let breakpoints = breakpoints.map { names.text($0) }
    let watchpoints = watchpoints.map { point in
      names.text(point.address, after: point.byteCount == 1 ? "" : ":\(point.byteCount)")
    }
    let rows = [
      ("speed", speed.map { "\($0) %" } ?? ""), ("colors", colorTexts.joined(separator: " ")),
      ("rotation", rotation.map { "\($0)°" } ?? ""),
      ("key map", keys.map(\.text).joined(separator: " ")),
      ("stops at", breakpoints.joined(separator: ", ")),
      ("watches", watchpoints.joined(separator: ", ")),
    ]
    return rows.filter { !$0.1.isEmpty }
  }
}
