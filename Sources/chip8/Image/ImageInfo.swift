import Chip8Core
import Chip8Player
import SaveState

/// What an image holds.
struct ImageInfo: Encodable {
  struct ProgramInfo: Encodable {
    let name: String
    let title: String?
    let bytes: Int
    let sha1: String
    /// Whether the program is in the image.
    let held: Bool
  }

  /// What the image is the difference from.
  struct BaseInfo: Encodable {
    let name: String
    let sha256: String
    /// The state digest.
    let state: String
  }

  struct MachineInfo: Encodable {
    let platform: String
    let timing: String
    let ipf: Int
    let quirks: [String]
    let font: String
  }

  struct SectionInfo: Encodable {
    let tag: String
    let version: UInt8
    let critical: Bool
    let safeToCopy: Bool
    let bytes: Int
    let stored: Int
  }

  struct WitnessInfo: Encodable {
    let instructions: Int
    let frames: Int
    let sha256: String
  }

  struct Wait: Encodable {
    let register: UInt8
    let pressed: [UInt8]
  }

  struct HostInfo: Encodable {
    /// Whether the program is resumed when the machine continues.
    let suspended: Bool
    let arguments: [String]

    private enum CodingKeys: String, CodingKey {
      case suspended = "asleep"
      case arguments
    }
  }

  struct Return: Encodable {
    let address: UInt16
    let place: String?
  }

  struct Line: Encodable {
    let address: UInt16
    let opcode: UInt16
    let place: String?
    let text: String
  }

  let file: String
  let bytes: Int
  let program: ProgramInfo
  let base: BaseInfo?
  let machine: MachineInfo
  let needs: [String]
  let time: String?
  let note: String?
  let machineTime: String
  let frames: UInt64
  let instructions: UInt64
  let cycles: UInt64?
  /// Instructions that are left in the frame; nil between two frames.
  let frameRest: UInt32?
  let registers: Report.Registers
  /// The return addresses, oldest first, and where they are as seen from the last label.
  let stack: [Return]
  let flags: [UInt8]
  let keys: [UInt8]
  let keyWait: Wait?
  let random: UInt64
  /// Why the machine cannot continue, if it cannot execute the next instruction.
  let fault: Report.FaultReport?
  /// What it executed before that, the last one last.
  let last: [Line]
  /// What the program has of a host; nil if it may not call one.
  let host: HostInfo?
  /// What is called before the program continues, the one that runs first.
  let goals: [Return]
  let settings: SettingsInfo?
  let labels: [LabelInfo]
  /// The instructions around PC.
  let code: [Line]
  let screen: Report.ScreenReport
  let ram: Report.Hashed
  let state: Report.StateReport
  let witness: WitnessInfo?
  let sections: [SectionInfo]
  private let screenLines: [String]

  private enum CodingKeys: CodingKey {
    case file, bytes, program, base, machine, needs, time, note, machineTime, frames, instructions
    case cycles, frameRest, registers, stack, flags, keys, keyWait, random, host, goals, fault,
      last, code,
      screen, ram
    case state, witness, sections, settings, labels
  }

  /// - Parameter labels: names that take precedence over those in the image.
  init(_ opened: OpenedImage, _ labels: Labels = Labels()) throws {
    let (image, machine) = (opened.image, opened.machine)
    let metadata = try opened.checked { image throws(ImageError) in
      try SessionMetadata(image, of: machine)
    }
    let names = AddressNames(labels.all.isEmpty ? metadata.labels : labels)
    let now = machine.state
    let report = Report(machine, .frames, nil)
    file = opened.path
    bytes = image.byteCount
    program = ProgramInfo(machine.program, isHeld: image.embedsProgram)
    base = try opened.checked { image throws(ImageError) in try image.base() }.map(BaseInfo.init)
    self.machine = MachineInfo(now.configuration)
    needs = try opened.checked { image throws(ImageError) in try image.needs() }
    time = try opened.checked { image throws(ImageError) in try image.time() }.map(dateText)
    note = try opened.checked { image throws(ImageError) in try image.note() }
    witness = try opened.checked { image throws(ImageError) in try image.witness() }
      .map(WitnessInfo.init)
    machineTime = machine.machineTime
    frames = now.frames
    instructions = now.instructions
    cycles = now.configuration.timing == .cycles ? now.cycles : nil
    frameRest = now.instructionsLeftInFrame
    registers = report.registers
    stack = (0..<Int(now.stackCount)).map {
      Return(address: now.stack[$0], place: names.place(of: now.stack[$0]))
    }
    flags = (0..<16).map { now.flags[$0] }
    keys = now.keys.numbers
    keyWait = now.keyWait.map { Wait(register: $0.register, pressed: $0.pressed.numbers) }
    random = now.random.state
    fault = machine.nextFault.map(Report.FaultReport.init)
    last = try opened.checked { image throws(ImageError) in try image.lastInstructions() }
      .map { machine.line($0, names) }
    host = now.hostCalls.map { HostInfo(suspended: machine.isSuspended, arguments: $0.arguments) }
    goals = machine.goals.map { Return(address: $0, place: names.place(of: $0)) }
    settings = metadata.settings.isEmpty ? nil : SettingsInfo(metadata.settings, names)
    self.labels = metadata.labels.all.map(LabelInfo.init)
    code = machine.code(names)
    screen = report.screen
    ram = report.ram
    state = report.state
    sections = image.sections.map(SectionInfo.init)
    screenLines = now.screen.lines
  }
}

extension ImageInfo.ProgramInfo {
  fileprivate init(_ program: Program, isHeld: Bool) {
    self.init(
      name: program.name, title: KnownProgram.find(program)?.title,
      bytes: program.bytes.count, sha1: "\(program.sha1)", held: isHeld)
  }
}

extension ImageInfo.BaseInfo {
  fileprivate init(_ base: Image.Base) {
    self.init(name: base.name, sha256: "\(base.digest)", state: "\(base.stateDigest)")
  }
}

extension ImageInfo.MachineInfo {
  fileprivate init(_ configuration: Configuration) {
    self.init(
      platform: configuration.platform.rawValue, timing: configuration.timing.rawValue,
      ipf: configuration.instructionsPerFrame,
      quirks: Quirks.named.filter { configuration.quirks.contains($0.quirk) }.map(\.name),
      font: "\(configuration.font)")
  }
}

extension ImageInfo.SectionInfo {
  fileprivate init(_ section: Image.Section) {
    self.init(
      tag: section.tag.description, version: section.version,
      critical: section.flags.contains(.critical),
      safeToCopy: section.flags.contains(.safeToCopy), bytes: section.decodedByteCount,
      stored: section.storedByteCount)
  }
}

extension ImageInfo.WitnessInfo {
  fileprivate init(_ witness: Witness) {
    self.init(
      instructions: witness.instructions, frames: witness.frames, sha256: "\(witness.digest)")
  }
}

extension OpenedImage {
  /// What a part of the image says, or why it says nothing.
  func checked<Value>(
    _ read: (Image) throws(ImageError) -> Value
  ) throws(StorageError) -> Value {
    do throws(ImageError) {
      return try read(image)
    } catch { throw .image(path, error) }
  }
}

extension Chip8 {
  /// What is called before the program continues, the one that runs first.
  var goals: [UInt16] { state.goals.map { [$0.address] + $0.waiting } ?? [] }
}

extension Chip8 {
  /// The instructions around PC. Those before it are guessed by going back in steps of two bytes.
  fileprivate func code(_ names: AddressNames) -> [ImageInfo.Line] {
    let before = (1...4).reversed().compactMap { step in
      state.pc >= UInt16(step * 2) ? state.pc - UInt16(step * 2) : nil
    }
    var lines = before.map { line(at: $0, names) }
    var address = state.pc
    for _ in 0..<8 {
      lines.append(line(at: address, names))
      let byteCount = UInt16(instruction(at: address).byteCount)
      let (next, overflow) = address.addingReportingOverflow(byteCount)
      guard !overflow, Int(next) < state.ram.count else { break }
      address = next
    }
    return lines
  }

  private func instruction(at address: UInt16) -> Instruction {
    Instruction(
      opcode: state.word(at: address), for: state.configuration.platform.extensions)
  }

  /// One instruction of the RAM as it is now.
  func line(at address: UInt16, _ names: AddressNames) -> ImageInfo.Line {
    line(
      FlightRecorder.Executed(
        address: address, opcode: state.word(at: address), next: state.word(at: address &+ 2)),
      names)
  }

  /// One instruction as it was executed.
  fileprivate func line(
    _ executed: FlightRecorder.Executed, _ names: AddressNames
  ) -> ImageInfo.Line {
    let instruction = Instruction(
      opcode: executed.opcode, for: state.configuration.platform.extensions)
    return ImageInfo.Line(
      address: executed.address, opcode: executed.opcode,
      place: names.place(of: executed.address),
      text: instruction.octo(
        next: executed.next, naming: names.name))
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
  /// For people: a line for each thing, the code around PC, and the screen.
  var lines: [String] {
    var rows: [(String, String)] = [
      ("program", programText),
      ("machine", machineText),
      ("time", "\(machineTime) (\(frames) frames, \(instructions) instructions)"),
    ]
    if let base { rows.append(("base", "\(base.name) (SHA-256 \(base.sha256))")) }
    if let time { rows.append(("saved", time)) }
    if let note { rows.append(("note", note)) }
    if !needs.isEmpty { rows.append(("needs", needs.joined(separator: ", "))) }
    let first =
      "PC=\(hexadecimal(registers.pc, 4)) I=\(hexadecimal(registers.i, 4)) "
      + "DT=\(registers.dt) ST=\(registers.st)"
    rows.append(("registers", first))
    let v = registers.v.enumerated().map { "V\(hexadecimal($0, 1))=\(hexadecimal($1, 2))" }
    rows.append(("", v.prefix(8).joined(separator: " ")))
    rows.append(("", v.suffix(8).joined(separator: " ")))
    rows.append(("stack", stack.isEmpty ? "empty" : stackText))
    if let fault { rows.append(("fault", fault.message)) }
    if !keys.isEmpty { rows.append(("keys", keyText(keys))) }
    if let frameRest { rows.append(("frame", "\(frameRest) instructions left")) }
    if let keyWait {
      rows.append(("waits", "for a key to put into V\(hexadecimal(keyWait.register, 1))"))
    }
    if let host { rows.append(("host", hostText(host))) }
    if !goals.isEmpty { rows.append(("calls", goals.map(placeText).joined(separator: ", "))) }
    rows += settings?.rows ?? []
    if !labels.isEmpty { rows.append(("labels", "\(labels.count)")) }
    rows.append(("state", "SHA-256 \(state.sha256)"))
    let sections = self.sections.map { "\($0.tag)=\($0.stored)" }.joined(separator: " ")
    rows.append(("sections", "\(sections) (bytes in the file)"))
    return ["\(fileName(file)): a saved state of \(bytes) bytes"]
      + rows.map { "  " + padded($0, 10) + $1 }
      + (last.isEmpty ? [] : ["  executed last:"] + last.map(codeText) + ["  around PC:"])
      + code.map(codeText) + screenLines
  }

  private var programText: String {
    let title = program.title.map { ", known as \($0)" } ?? ""
    let place = program.held ? "" : ", not in this file"
    return "\(program.name) (\(program.bytes) bytes, SHA-1 \(program.sha1))\(title)"
      + place
  }

  private var machineText: String {
    let speed =
      machine.timing == Configuration.Timing.cycles.rawValue
      ? "counted in machine cycles" : "\(machine.ipf) instructions per frame"
    let quirks =
      machine.quirks.isEmpty ? "no quirks" : "quirks " + machine.quirks.joined(separator: ", ")
    return "\(machine.platform), \(speed), \(quirks), font \(machine.font)"
  }

  private var stackText: String { stack.map(placeText).joined(separator: " ") }

  private func hostText(_ host: HostInfo) -> String {
    let what = host.suspended ? "the program is suspended" : "the program may call it"
    guard !host.arguments.isEmpty else { return what }
    return "\(what), with \(host.arguments.map { "\"\($0)\"" }.joined(separator: " "))"
  }

  private func placeText(_ place: Return) -> String {
    hexadecimal(place.address, 4) + (place.place.map { " (\($0))" } ?? "")
  }

  private func keyText(_ keys: [UInt8]) -> String {
    keys.map { hexadecimal($0, 1) }.joined(separator: " ")
  }

  private func codeText(_ line: Line) -> String {
    let mark = line.address == registers.pc ? "→" : " "
    let place = line.place.map { $0 + ": " } ?? ""
    return "  \(mark) \(hexadecimal(line.address, 4))  \(hexadecimal(line.opcode, 4))  "
      + place + line.text
  }
}

/// Text with spaces after it, up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
