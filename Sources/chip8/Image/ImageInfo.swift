import Chip8Core
import Chip8Player
import JSON
import SaveState

/// What an image holds, for people and scripts.
struct ImageInfo {
  private let opened: OpenedImage
  private let names: AddressNames
  private let metadata: SessionMetadata
  private let parent: Image.Parent?
  private let needs: [String]
  private let time: String?
  private let note: String?
  private let witness: Witness?
  private let past: Past<Chip8>?
  private let movie: Movie<Chip8>?
  /// What a machine that cannot continue executed last.
  private let last: [Line]
  /// Why the machine cannot execute the next instruction, if it cannot.
  private let fault: Fault?

  private var machine: Chip8 { opened.machine }
  private var state: State { opened.machine.state }

  /// - Parameter labels: names that take precedence over those in the image.
  init(_ opened: OpenedImage, _ labels: Labels = Labels()) throws {
    self.opened = opened
    let (image, machine) = (opened.image, opened.machine)
    let executed: [ExecutedInstruction]
    do throws(ImageError) {
      metadata = try SessionMetadata(image, of: machine)
      parent = try image.parent()
      needs = try image.needs()
      time = try image.time().map(WallClock.utc)
      note = try image.note()
      witness = try image.witness()
      past = try image.past(of: machine)
      movie = try image.movie(of: machine)
      executed = try image.lastInstructions()
    } catch { throw Failure.data(opened.path, error) }
    let names = AddressNames(labels.all.isEmpty ? metadata.labels : labels)
    self.names = names
    last = executed.map { machine.line($0, names) }
    fault = machine.nextFault
  }

  /// An instruction.
  struct Line {
    let address: UInt16
    let opcode: UInt16
    let place: String?
    let text: String
  }
}

// MARK: - JSON

extension ImageInfo {
  var json: JSONObject {
    let object: JSONObject = [
      "file": opened.path, "bytes": opened.image.byteCount,
      "program": machine.program.json(isHeld: opened.image.embedsProgram), "base": parent?.json,
      "machine": state.configuration.json, "needs": needs, "time": time, "note": note,
      "machineTime": machine.machineTime,
      "cycles": state.configuration.timing == .cycles ? state.cycles : nil,
      "frameRest": state.instructionsLeftInFrame,
      "stack": state.returnAddresses.map { names.json($0) },
      "flags": (0..<16).map { state.flags[$0] }, "keys": state.keys.numbers,
      "keyWait": state.keyWait?.json, "random": state.random.state, "fault": fault?.json,
      "last": last.map(\.json), "host": host, "goals": machine.entryCalls.map { names.json($0) },
      "settings": metadata.hasSettings ? metadata.json(names) : nil,
      "labels": metadata.labels.all.map(\.json), "code": machine.code(names).map(\.json),
      "witness": witness?.json, "past": past?.json, "movie": movie?.json,
      "sections": opened.image.sections.map(\.json),
    ]
    return object.withoutNulls.adding(machine.json)
  }

  /// What the program has of a host; nil if it may not call one.
  private var host: JSONObject? {
    state.hostCalls.map { ["asleep": machine.isSuspended, "arguments": $0.arguments] }
  }
}

extension ImageInfo.Line {
  fileprivate var json: JSONObject {
    (["address": address, "opcode": opcode, "place": place, "text": text] as JSONObject)
      .withoutNulls
  }
}

extension Program {
  fileprivate func json(isHeld: Bool) -> JSONObject {
    let object: JSONObject = [
      "name": name, "title": KnownProgram.find(self)?.title, "bytes": bytes.count,
      "sha1": "\(sha1)", "held": isHeld,
    ]
    return object.withoutNulls
  }
}

extension Image.Parent {
  fileprivate var json: JSONObject {
    ["name": name, "sha256": "\(digest)", "state": "\(stateDigest)"]
  }
}

extension Configuration {
  fileprivate var json: JSONObject {
    [
      "platform": platform.rawValue, "timing": timing.rawValue, "ipf": instructionsPerFrame,
      "quirks": quirkNames, "font": "\(font)",
    ]
  }

  fileprivate var quirkNames: [String] {
    Quirks.named.filter { quirks.contains($0.quirk) }.map(\.name)
  }
}

extension KeyWait {
  fileprivate var json: JSONObject { ["register": register, "pressed": pressed.numbers] }
}

extension Label {
  fileprivate var json: JSONObject { ["address": address, "name": name] }
}

extension Witness {
  fileprivate var json: JSONObject {
    ["instructions": instructions, "frames": frames, "sha256": "\(digest)"]
  }
}

extension Movie<Chip8> {
  fileprivate var json: JSONObject {
    [
      "rerecords": facts.reRecordCount, "authors": facts.authors,
      "markers": facts.markers.map(\.json),
      "digestInterval": spacing.digests, "checkInterval": spacing.checks,
    ]
  }
}

extension MovieFacts.Marker {
  var json: JSONObject { ["frame": frame, "text": text] }
}

extension Past<Chip8> {
  fileprivate var json: JSONObject {
    [
      "powerOn": beginsAtPowerOn, "frames": start.position.frame,
      "instructions": start.position.instruction, "events": tape.entries.count,
    ]
  }

  /// Where it begins.
  var startText: String { beginsAtPowerOn ? "power-on" : "frame \(start.position.frame)" }
}

extension Image.Section {
  fileprivate var json: JSONObject {
    [
      "tag": "\(tag)", "version": version, "critical": flags.contains(.critical),
      "safeToCopy": flags.contains(.safeToCopy), "bytes": decodedByteCount,
      "stored": storedByteCount,
    ]
  }
}

// MARK: - Instructions

extension Chip8 {
  /// What is called before the program continues, the one that runs first.
  var entryCalls: [UInt16] { state.entryCalls.map { [$0.address] + $0.waiting } ?? [] }

  /// The instructions around PC. Those before it are guessed by going back in steps of two bytes.
  fileprivate func code(_ names: AddressNames) -> [ImageInfo.Line] {
    let before = (1...4).reversed().compactMap { step in
      state.pc >= UInt16(step * 2) ? state.pc - UInt16(step * 2) : nil
    }
    var lines = before.map { line(at: $0, names) }
    var address = state.pc
    for _ in 0..<8 {
      lines.append(line(at: address, names))
      let byteCount = UInt16(instruction(state.word(at: address)).byteCount)
      let (next, overflow) = address.addingReportingOverflow(byteCount)
      guard !overflow, Int(next) < state.ram.count else { break }
      address = next
    }
    return lines
  }

  private func instruction(_ opcode: UInt16) -> Instruction {
    Instruction(opcode: opcode, for: state.configuration.platform.extensions)
  }

  /// One instruction of the RAM as it is now.
  func line(at address: UInt16, _ names: AddressNames) -> ImageInfo.Line {
    line(
      ExecutedInstruction(
        address: address, opcode: state.word(at: address), next: state.word(at: address &+ 2)),
      names)
  }

  /// One instruction as it was executed.
  fileprivate func line(
    _ executed: ExecutedInstruction, _ names: AddressNames
  ) -> ImageInfo.Line {
    ImageInfo.Line(
      address: executed.address, opcode: executed.opcode,
      place: names.place(of: executed.address),
      text: instruction(executed.opcode).octo(next: executed.next, naming: names.name))
  }

  /// Why the next instruction cannot be executed, if it cannot.
  fileprivate var nextFault: Fault? {
    var copy = self
    copy.endKeyWait(keys: [])
    guard case .fault(let fault) = copy.run(frames: 1, instructions: 1) else { return nil }
    return fault
  }
}

// MARK: - Text

extension ImageInfo {
  /// A line for each thing, the code around PC, and the screen.
  var lines: [String] {
    let image = opened.image
    let sections = image.sections.map { "\($0.tag)=\($0.storedByteCount)" }
    return ["\(fileName(opened.path)): a saved state of \(image.byteCount) bytes"]
      + (rows + [
        ("state", "SHA-256 \(machine.stateDigest)"),
        ("sections", "\(sections.joined(separator: " ")) (bytes in the file)"),
      ]).map { "  " + padded($0, 10) + $1 }
      + (last.isEmpty ? [] : ["  executed last:"] + last.map(codeText) + ["  around PC:"])
      + machine.code(names).map(codeText) + state.screen.lines
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
