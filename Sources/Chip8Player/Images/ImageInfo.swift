import Chip8Core
import JSON
import SaveState

/// What an image holds, for people and scripts.
package struct ImageInfo {
  package let opened: OpenedImage
  package let names: AddressNames
  package let metadata: SessionMetadata
  package let parent: Image.Parent?
  package let needs: [String]
  package let time: String?
  package let note: String?
  package let witness: Witness?
  package let past: Past<Chip8>?
  package let movie: Movie<Chip8>?
  /// What a machine that cannot continue executed last.
  package let last: [Line]
  /// Why the machine cannot execute the next instruction, if it cannot.
  package let fault: Fault?

  package var machine: Chip8 { opened.machine }
  package var state: State { opened.machine.state }

  /// - Parameter labels: names that take precedence over those in the image.
  package init(_ opened: OpenedImage, _ labels: Labels = Labels()) throws {
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
    } catch { throw PlayerError.contents(path: opened.path, error) }
    let names = AddressNames(labels.all.isEmpty ? metadata.labels : labels)
    self.names = names
    last = executed.map { machine.line($0, names) }
    fault = machine.nextFault
  }

  /// An instruction.
  package struct Line {
    package let address: UInt16
    package let opcode: UInt16
    package let place: String?
    package let text: String
  }
}

// MARK: - JSON

extension ImageInfo {
  package var json: JSONObject {
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
      "labels": metadata.labels.all.map(\.json), "code": code.map(\.json),
      "witness": witness?.json, "past": past?.json, "movie": movie?.json,
      "sections": opened.image.sections.map(\.json),
    ]
    return .withoutNulls(object).adding(machine.json)
  }

  /// The instructions around PC.
  package var code: [Line] { machine.code(names) }

  /// What the program has of a host; nil if it may not call one.
  private var host: JSONObject? {
    state.hostCalls.map { ["asleep": machine.isSuspended, "arguments": $0.arguments] }
  }
}

extension ImageInfo.Line {
  fileprivate var json: JSONObject {
    .withoutNulls(["address": address, "opcode": opcode, "place": place, "text": text])
  }
}

extension Program {
  fileprivate func json(isHeld: Bool) -> JSONObject {
    .withoutNulls([
      "name": name, "title": KnownProgram.find(self)?.title, "bytes": bytes.count,
      "sha1": "\(sha1)", "held": isHeld,
    ])
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

  /// The names of the quirks that are on.
  package var quirkNames: [String] {
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
  package var json: JSONObject { ["frame": frame, "text": text] }
}

extension Past<Chip8> {
  fileprivate var json: JSONObject {
    [
      "powerOn": beginsAtPowerOn, "frames": start.position.frame,
      "instructions": start.position.instruction, "events": tape.entries.count,
    ]
  }
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
  package var entryCalls: [UInt16] { state.entryCalls.map { [$0.address] + $0.waiting } ?? [] }

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
    copy.endKeyWait()
    guard case .fault(let fault) = copy.run(frames: 1, instructions: 1) else { return nil }
    return fault
  }
}

extension SessionMetadata {
  /// The colours as `#RRGGBB`.
  package var colorTexts: [String] { colors.map { "#" + hexadecimal($0, 6) } }

  fileprivate func json(_ names: AddressNames) -> JSONObject {
    let keys = keys.map { key in
      JSONObject.withoutNulls(["key": key.name, "usage": key.usage, "keypad": key.key])
    }
    return .withoutNulls([
      "speed": speed, "colors": colorTexts, "rotation": rotation, "keys": keys,
      "breakpoints": breakpoints.map { names.json($0) },
      "watchpoints": watchpoints.map { names.json($0) },
    ])
  }
}
