import Chip8Core
import Chip8Player
import JSON
import SaveState

/// How a headless run ended.
struct Report {
  private let run: RunReport
  /// What has executed the machine's instructions, if the user has chosen that.
  private let engine: EngineKind?

  init(_ run: RunReport, engine: EngineKind?) { (self.run, self.engine) = (run, engine) }

  /// Prints what the options ask for; without any, one line that says how the run ended. Nothing
  /// if something else is written to standard output.
  func print(_ options: HeadlessOptions) throws {
    let (machine, state) = (run.machine, run.machine.state)
    if options.json {
      var json = run.json()
      if let engine { json.set("engine", engine.rawValue) }
      try printJSON(json)
    } else if !options.print.isEmpty {
      try printLines(options.print.flatMap(lines))
    } else if ![options.save, options.screenshot, options.trace, options.movie.record].contains("-")
    {
      try printLines([
        "\(machine.program.name) on \(state.configuration.platform.rawValue): stopped by "
          + "\(run.stop.rawValue)\(run.point.map { " \($0.text)" } ?? ""), \(state.frames) frames and "
          + "\(state.instructions) instructions after power-on"
      ])
    }
  }

  private func lines(_ part: Printed) -> [String] {
    let (machine, state) = (run.machine, run.machine.state)
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

extension State {
  /// V0 to VF with their names.
  var registerTexts: [String] {
    registers.enumerated().map { "V\(hexadecimal($0, 1))=\(hexadecimal($1, 2))" }
  }
}
