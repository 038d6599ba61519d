// How the machine moves, forwards and backwards, and why it stops.

import Chip8Core
import Chip8Player
import JSON
import SaveState

/// How the machine moves.
struct AdapterMotion {
  let motion: DebugSession.Motion
  let grain: DebugSession.Grain
  let direction: DebugSession.Direction
  /// Whether a stop at the very next instruction counts.
  var includesPresent = false
  /// Whether it has moved the machine already, and goes on.
  var hasBegun = false
}

/// Why the machine has stopped, for a client that asks.
struct AdapterException {
  let id: String
  let description: String
}

extension DebugAdapter {
  static let motionCommands: [String: Command] = [
    "continue": moving(.run, .forwards), "reverseContinue": moving(.run, .backwards),
    "next": moving(.over, .forwards), "reverseNext": moving(.over, .backwards),
    "stepIn": moving(.into, .forwards), "reverseStepIn": moving(.into, .backwards),
    "stepOut": moving(.out, .forwards), "reverseStepOut": moving(.out, .backwards),
    "stepBack": Command(.stop) { adapter, arguments in
      // What a step has done is undone, also if it has called a subroutine. An instruction has called
      // nothing but itself.
      let grain = try arguments.grain()
      try adapter.begin(
        AdapterMotion(motion: grain == .line ? .over : .into, grain: grain, direction: .backwards))
      return nil
    },
    "pause": Command(.session) { adapter, _ in
      guard adapter.motion != nil || adapter.isPlayed else { return nil }
      adapter.motion = nil
      if adapter.isPlayed { try adapter.pauseGame() }
      adapter.stopped("pause", nil)
      return nil
    },
    "gotoTargets": Command(.stop) { adapter, arguments in try adapter.gotoTargets(arguments) },
    "goto": Command(.stop) { adapter, arguments in
      guard let target = try arguments.integer(orText: "targetId", UInt16.self) else {
        throw MessageError("targetId is missing")
      }
      try adapter.withPrompt { try $0.session.set(.register(.pc), to: Int(target)) }
      adapter.stopped("goto", nil)
      adapter.invalidate()
      return nil
    },
    "lastWrite": Command(.stop) { adapter, arguments in try adapter.lastWrite(arguments) },
    "firstDiff": Command(.stop) { adapter, arguments in try adapter.firstDifference(arguments) },
    "exceptionInfo": Command(.stop) { adapter, _ in
      guard let exception = adapter.exception else {
        throw MessageError("the program has not stopped by an exception")
      }
      let details: JSONObject = ["message": exception.description, "typeName": exception.id]
      return [
        "exceptionId": exception.id, "description": exception.description, "breakMode": "always",
        "details": details,
      ]
    },
  ]

  private static func moving(
    _ motion: DebugSession.Motion, _ direction: DebugSession.Direction
  ) -> Command {
    Command(.stop) { adapter, arguments in
      try adapter.begin(
        AdapterMotion(motion: motion, grain: try arguments.grain(), direction: direction))
      return motion == .run && direction == .forwards ? ["allThreadsContinued": true] : nil
    }
  }

  private mutating func begin(_ motion: AdapterMotion) throws {
    if motion.motion == .out, prompt?.session.machine.state.stackCount == 0 {
      throw MessageError("not in a subroutine")
    }
    let goesOn = motion.motion == .run && motion.direction == .forwards
    if isAttached, goesOn, prompt?.session.isAtEnd == true { return try resumeGame() }
    self.motion = motion
  }

  // MARK: Moving

  /// How many frames are run before what log points have said is shown.
  private static let frames: UInt64 = 600

  /// Moves the machine until something is to be done for the client.
  mutating func advance() {
    guard let motion else { return }
    self.motion?.hasBegun = true
    // After the message, what is new continues, and what goes over the past begins again.
    let (stream, game) = (stream, game)
    let isInterrupted = {
      Interrupt.wasCaught || stream.isGone || stream.hasMessage || game?.isInterrupted == true
    }
    guard let outcome = move(motion, isInterrupted) else { return motionFailed() }
    log(outcome.messages)
    switch outcome.stop {
    case .frames: return
    case .interrupted where attachment?.wasInterrupted != true: return
    case .end where isAttached && motion.motion == .run && motion.direction == .forwards:
      self.motion = nil
      do { try resumeGame() } catch { motionFailed() }
    default:
      self.motion = nil
      report(outcome.stop, isStep: motion.motion != .run)
      if motion.direction == .backwards { invalidate() } else { announceMemory() }
    }
  }

  private mutating func move(
    _ motion: AdapterMotion, _ isInterrupted: @escaping () -> Bool
  ) -> DebugSession.Outcome? {
    let frames = DebugAdapter.frames
    // A game is played from the end of what was played on.
    let stopsAtEnd = isAttached && motion.motion == .run
    return try? withPrompt { prompt in
      prompt.session.stopsAtEnd = stopsAtEnd
      // A motion ended by pause or console is not resumed.
      return motion.hasBegun && prompt.session.canResume
        ? prompt.session.resume(frames: frames, isInterrupted: isInterrupted)
        : prompt.session.move(
          motion.motion, by: motion.grain, motion.direction, frames: frames,
          includesPresent: motion.includesPresent, isInterrupted: isInterrupted)
    }
  }

  mutating func log(_ messages: [LoggedMessage]) {
    for message in messages {
      let stop = prompt?.session.stops.first { $0.id == message.stop }
      var line: ProgramSource.Line?
      if case .execution(let address)? = stop?.event {
        line = prompt?.session.source.line(at: address)
      }
      log([message.text], at: line)
    }
  }

  // MARK: Stopping

  /// Tells the client why the machine has stopped.
  mutating func report(_ stop: DebugSession.Stop, isStep: Bool) {
    let text = prompt?.session.text(of: stop)
    switch stop {
    case .done: stopped(isStep ? "step" : "goto", nil)
    case .hit(let ids, _): hit(ids, text)
    case .beginning: stopped("entry", text)
    case .fault(let fault):
      log(
        prompt.map { [Failure.fault(fault, in: $0.session.machine.program).message] } ?? [],
        "stderr")
      ended(
        .fault, AdapterException(id: fault.kind.rawValue, description: text ?? ""), exitCode: 70)
    case .exit: ended(.exit, AdapterException(id: "exit", description: text ?? ""), exitCode: 0)
    case .lost, .hostFailed:
      log([text ?? ""], "stderr")
      stopped("pause", text)
    case .end, .halt, .keyWait, .frames, .interrupted, .notInSubroutine: stopped("pause", text)
    }
  }

  private mutating func ended(_ end: ProgramEnd, _ exception: AdapterException, exitCode: Int) {
    let isWanted = endsThatStop.contains(end)
    guard isWanted || isAttached else { return terminate(exitCode: exitCode) }
    stopped(isWanted ? "exception" : "pause", exception.description)
    if isWanted { self.exception = exception }
  }

  private mutating func hit(_ ids: [Int], _ text: String?) {
    let hits = breakpoints.filter { !$0.stops.allSatisfy { !ids.contains($0) } }
    let others = (prompt?.session.stops ?? []).filter { ids.contains($0.id) }
    let reason = hits.first?.reason ?? others.first?.event.reason ?? "breakpoint"
    stopped(reason, text, hits.filter { $0.group != .exceptions }.map(\.id))
    if reason == "exception" {
      let id = others.first { $0.event.reason == reason }.map { $0.event == .keyWait }
      exception = AdapterException(
        id: (id == true ? ExceptionFilter.keywait : .collision).rawValue, description: text ?? "")
    }
  }

  /// Tells the client that the machine has stopped.
  mutating func stopped(_ reason: String, _ description: String?, _ breakpoints: [Int] = []) {
    exception = nil
    followProgram()
    let body: JSONObject = [
      "reason": reason, "threadId": 1, "allThreadsStopped": true, "description": description,
      "text": description, "hitBreakpointIds": breakpoints.isEmpty ? nil : breakpoints,
    ]
    send("stopped", .withoutNulls(body))
  }

  /// Takes the lines of the program that is in the machine now: it may be an earlier version.
  mutating func followProgram() {
    if prompt?.session.machine.program.sha1 != program { programChanged() }
  }

  // MARK: Jumps

  private func gotoTargets(_ arguments: AdapterArguments) throws -> JSONObject {
    guard let source = try arguments.object("source"), let program = prompt?.session.source else {
      throw MessageError("source is missing")
    }
    let number = line(ofNumber: try arguments.requiredNumber("line"))
    guard let file = file(try source.sourceName()),
      let stops = program.stops(from: ProgramSource.Line(file: file, number: number))
    else { return ["targets": [JSONObject]()] }
    let targets = stops.addresses.map { address -> JSONObject in
      [
        "id": Int(address), "label": prompt?.session.text(of: address) ?? "",
        "line": self.number(ofLine: stops.line.number),
        "instructionPointerReference": "0x\(hexadecimal(address, 4))",
      ]
    }
    return ["targets": targets]
  }

  private mutating func lastWrite(_ arguments: AdapterArguments) throws -> JSONObject {
    let target = try arguments.requiredText("target")
    let writer = try withPrompt { prompt in
      try prompt.session.goToLastWriter(
        of: prompt.session.watched(target), isInterrupted: prompt.isInterrupted)
    }
    let text = prompt?.session.text(of: writer) ?? ""
    stopped("goto", text)
    invalidate()
    var body: JSONObject = ["description": text]
    switch writer {
    case .instruction(let address, let before):
      body.set("instructionReference", "0x\(hexadecimal(address, 4))")
      body.set("frame", before.frame)
      body.set("instruction", before.instruction)
    case .input(_, let position), .beginning(let position):
      body.set("frame", position.frame)
      body.set("instruction", position.instruction)
    }
    return body
  }

  private mutating func firstDifference(_ arguments: AdapterArguments) throws -> JSONObject {
    let leaf = try arguments.requiredNumber("leaf")
    let difference = try withPrompt { prompt in
      try prompt.session.firstDifference(
        from: prompt.session.leaf("\(leaf)"), isInterrupted: prompt.isInterrupted)
    }
    guard let difference else { return ["description": prompt?.session.text(of: nil)] }
    return [
      "frame": difference.position.frame, "instruction": difference.position.instruction,
      "field": difference.field ?? "the keys",
      "instructionReferences": difference.addresses.map { "0x\(hexadecimal($0, 4))" },
    ]
  }
}

extension StopPoint.Event {
  fileprivate var reason: String {
    switch self {
    case .execution: "breakpoint"
    case .access: "data breakpoint"
    case .collision, .keyWait: "exception"
    }
  }
}

extension AdapterArguments {
  /// What a step is: a line, unless it is to be an instruction.
  func grain() throws -> DebugSession.Grain {
    switch try text("granularity") {
    case nil, "statement", "line": .line
    case "instruction": .instruction
    default: throw MessageError("granularity is statement, line or instruction")
    }
  }
}
