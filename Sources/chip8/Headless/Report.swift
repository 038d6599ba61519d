import Chip8Core
import Chip8Player
import JSON
import SaveState

/// How a headless run ended.
struct Report {
  let machine: Chip8
  let stop: RunStop
  let fault: Fault?
  /// What has stopped the machine, if that is a breakpoint or a watchpoint.
  let point: PointReport?
  /// What has executed the machine's instructions, if the user has chosen that.
  let engine: EngineKind?

  private var json: JSONObject {
    let configuration = machine.state.configuration
    return machine.json.adding([
      "program": machine.program.name, "platform": configuration.platform.rawValue,
      "ipf": configuration.instructionsPerFrame, "stop": stop.rawValue,
      // A run without a fault says so with null.
      "fault": fault?.json,
    ]).adding(point.map { ["point": $0.json] } ?? [:])
      .adding(engine.map { ["engine": $0.rawValue] } ?? [:])
  }

  /// Prints what the options ask for; without any, one line that says how the run ended. Nothing
  /// if something else is written to standard output.
  func print(_ options: HeadlessOptions) throws {
    let state = machine.state
    if options.json {
      try printJSON(json)
    } else if !options.print.isEmpty {
      try printLines(options.print.flatMap(lines))
    } else if ![options.save, options.screenshot, options.trace, options.record].contains("-") {
      try printLines([
        "\(machine.program.name) on \(state.configuration.platform.rawValue): stopped by "
          + "\(stop.rawValue)\(point.map { " \($0.text)" } ?? ""), \(state.frames) frames and "
          + "\(state.instructions) instructions after power-on"
      ])
    }
  }

  private func lines(_ part: Printed) -> [String] {
    let state = machine.state
    switch part {
    case .screen:
      return state.screen.lines
    case .registers:
      return [
        "PC=\(hexadecimal(state.pc, 4)) I=\(hexadecimal(state.i, 4)) "
          + "SP=\(state.stackCount) DT=\(state.delay) ST=\(state.sound)",
        state.registerTexts.joined(separator: " "),
      ]
    case .hashes:
      return [
        "screen \(state.screen.digest)", "ram    \(Digest.sha1(state.ram))",
        "state  \(machine.stateDigest)",
      ]
    }
  }
}

extension Chip8 {
  /// What every report has of a machine.
  var json: JSONObject {
    let canonical = canonicalState
    return [
      "frames": state.frames, "instructions": state.instructions, "screen": state.screen.json,
      "ram": ["bytes": state.ram.count, "sha1": "\(Digest.sha1(state.ram))"] as JSONObject,
      "state": ["bytes": canonical.count, "sha256": "\(Digest.sha256(canonical))"] as JSONObject,
      "registers": [
        "pc": state.pc, "i": state.i, "sp": state.stackCount, "dt": state.delay,
        "st": state.sound, "v": state.registers,
      ] as JSONObject,
    ]
  }
}

extension State {
  /// V0 to VF.
  var registers: [UInt8] { (0..<16).map { v[$0] } }

  /// V0 to VF with their names.
  var registerTexts: [String] {
    registers.enumerated().map { "V\(hexadecimal($0, 1))=\(hexadecimal($1, 2))" }
  }
}

extension Screen {
  var json: JSONObject { ["width": width, "height": height, "sha1": "\(digest)"] }
}

extension Fault {
  var json: JSONObject {
    ["kind": kind.rawValue, "pc": pc, "opcode": opcode, "message": advice]
  }
}
