import Chip8Core
import JSON
import SaveState

/// How a run has ended, as JSON and the rows of a farm say it.
package struct RunReport {
  package let machine: Chip8
  package let stop: RunStop
  package let fault: Fault?
  /// What has stopped the machine, if that is a breakpoint or a watchpoint.
  package let point: PointReport?

  /// How a run has ended that came to a stop.
  package init(of run: Run, at stop: RunStop) {
    machine = run.player.machine
    self.stop = stop
    fault = run.fault
    let names = run.player.metadata.names
    point = run.point.map { PointReport(reason: $0, names: names) }
  }

  /// The members of the report.
  package enum Member: String, CaseIterable, Sendable {
    case fault, frames, instructions, ipf, platform, point, program, ram, registers, screen, state
    case stop
  }

  /// The report with these members. What it does not say is not computed.
  package func json(_ members: Set<Member> = Set(Member.allCases)) -> JSONObject {
    var object = JSONObject()
    for member in Member.allCases where members.contains(member) {
      // A run without a fault says so; one without a point has no such member.
      if member == .point, point == nil { continue }
      object.set(member.rawValue, value(member))
    }
    return object
  }

  private func value(_ member: Member) -> (any JSONMember)? {
    switch member {
    case .fault: fault?.json
    case .frames: machine.state.frames
    case .instructions: machine.state.instructions
    case .ipf: machine.state.configuration.instructionsPerFrame
    case .platform: machine.state.configuration.platform.rawValue
    case .point: point?.json
    case .program: machine.program.name
    case .ram: machine.state.ramJSON
    case .registers: machine.state.registersJSON
    case .screen: machine.state.screen.json
    case .state: machine.stateJSON
    case .stop: stop.rawValue
    }
  }
}

extension Chip8 {
  /// What every report has of a machine.
  package var json: JSONObject {
    [
      "frames": state.frames, "instructions": state.instructions, "screen": state.screen.json,
      "ram": state.ramJSON, "state": stateJSON, "registers": state.registersJSON,
    ]
  }

  fileprivate var stateJSON: JSONObject {
    let canonical = canonicalState
    return ["bytes": canonical.count, "sha256": "\(Digest.sha256(canonical))"]
  }
}

extension State {
  fileprivate var ramJSON: JSONObject { ["bytes": ram.count, "sha1": "\(Digest.sha1(ram))"] }

  fileprivate var registersJSON: JSONObject {
    ["pc": pc, "i": i, "sp": stackCount, "dt": delay, "st": sound, "v": registers]
  }
}

extension Screen {
  package var json: JSONObject { ["width": width, "height": height, "sha1": "\(digest)"] }
}

extension Fault {
  package var json: JSONObject {
    ["kind": kind.rawValue, "pc": pc, "opcode": opcode, "message": description]
  }
}
