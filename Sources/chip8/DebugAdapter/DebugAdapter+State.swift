// The machine as it is: its calls, its values, and expressions.

import Chip8Core
import Chip8Player
import JSON
import SaveState

/// Values that are shown together, by the number that a client asks for them with.
enum VariableScope: Int, CaseIterable {
  case registers = 1
  case machine, screen, monitors

  var name: String {
    switch self {
    case .registers: "Registers"
    case .machine: "Machine"
    case .screen: "Screen"
    case .monitors: "Monitors"
    }
  }
}

extension DebugAdapter {
  static let stateCommands: [String: Command] = [
    "threads": Command(.client) { adapter, _ in
      let name = adapter.prompt?.session.machine.program.name
      return ["threads": name.map { [["id": 1, "name": $0.displayText]] } ?? [JSONObject]()]
    },
    "stackTrace": Command(.stop) { adapter, arguments in try adapter.stackTrace(arguments) },
    "scopes": Command(.stop) { adapter, arguments in
      try adapter.checkFrame(arguments.requiredNumber("frameId"))
      let hasMonitors = !(adapter.prompt?.session.source.monitors.isEmpty ?? true)
      let scopes = VariableScope.allCases.filter { $0 != .monitors || hasMonitors }
      return [
        "scopes": scopes.map { scope -> JSONObject in
          return .withoutNulls([
            "name": scope.name, "variablesReference": scope.rawValue, "expensive": false,
            "presentationHint": scope == .registers ? "registers" : nil,
          ])
        }
      ]
    },
    "variables": Command(.stop) { adapter, arguments in
      let reference = try arguments.requiredNumber("variablesReference")
      guard let scope = VariableScope(rawValue: reference) else {
        throw MessageError("no such variables: \(reference)")
      }
      return ["variables": adapter.variables(scope)]
    },
    "setVariable": Command(.stop) { adapter, arguments in
      let name = try arguments.requiredText("name")
      guard try arguments.requiredNumber("variablesReference") == VariableScope.registers.rawValue,
        Register(name) != nil
      else { throw MessageError("\(name.displayText) cannot be changed") }
      return try adapter.assign(try arguments.requiredText("value"), to: name)
    },
    "setExpression": Command(.stop) { adapter, arguments in
      try adapter.assign(
        try arguments.requiredText("value"), to: try arguments.requiredText("expression"))
    },
    "evaluate": Command(.stop) { adapter, arguments in
      if let frame = try arguments.number("frameId") { try adapter.checkFrame(frame) }
      let text = try arguments.requiredText("expression")
      guard try arguments.text("context") == "repl" else { return try adapter.value(of: text) }
      return try adapter.answerConsole(text)
    },
    "completions": Command(.session) { adapter, arguments in try adapter.completions(arguments) },
  ]

  // MARK: Calls

  /// Frames are numbered from the innermost one, from 1, until the machine moves.
  private func checkFrame(_ frame: Int) throws(MessageError) {
    guard let count = prompt?.session.frames.count, (1...count).contains(frame) else {
      throw MessageError("no such frame: \(frame)")
    }
  }

  private mutating func stackTrace(_ arguments: AdapterArguments) throws -> JSONObject {
    keepListing()
    let frames = prompt?.session.frames ?? []
    let start = max(0, try arguments.number("startFrame") ?? 0)
    let levels = try arguments.number("levels").flatMap { $0 > 0 ? $0 : nil } ?? .max
    let wanted = frames.enumerated().dropFirst(start).prefix(levels)
    return [
      "stackFrames": wanted.map { json($1, number: $0 + 1) }, "totalFrames": frames.count,
    ]
  }

  private func json(_ frame: DebugSession.Frame, number: Int) -> JSONObject {
    var name = frame.name ?? "0x\(hexadecimal(frame.address, 4))"
    for call in frame.macroCalls {
      name += ", in \(call.name) of \(prompt?.session.text(of: call.line) ?? "")"
    }
    let place = shown(frame.address)
    return .withoutNulls([
      "id": number, "name": name.displayText,
      "source": place?.source, "line": place?.line ?? 0,
      "column": place == nil ? 0 : client?.firstColumn ?? 1,
      "instructionPointerReference": "0x\(hexadecimal(frame.address, 4))",
    ])
  }

  // MARK: Values

  private func variables(_ scope: VariableScope) -> [JSONObject] {
    guard let session = prompt?.session else { return [] }
    let machine = session.machine
    switch scope {
    case .registers:
      return Register.all.map { register in
        let value = register.value(in: machine.state)
        let isAddress = register == .i || register == .pc
        return .withoutNulls([
          "name": register.name, "value": session.text(of: register),
          "type": register.digitCount == 4 ? "word" : "byte", "variablesReference": 0,
          "evaluateName": register.name,
          "memoryReference": isAddress ? "0x\(hexadecimal(value, 4))" : nil,
        ])
      }
    case .machine:
      let keys = machine.state.keys.numbers.map { hexadecimal($0, 1) }.joined(separator: " ")
      return [
        plain("frame", "\(session.position.frame)", "frame"),
        plain("instruction", "\(session.position.instruction)", "instruction"),
        plain("keys", keys.isEmpty ? "none" : keys, "keys"),
        plain("platform", machine.state.configuration.platform.rawValue),
        plain("digest", "\(machine.stateDigest)"),
      ]
    case .screen:
      return machine.state.screen.lines.enumerated().map { plain("\($0 * 2)", $1) }
    case .monitors:
      return session.monitorTexts.map { line in
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        return plain(parts.first ?? "", String((parts.last ?? "").drop { $0 == " " }))
      }
    }
  }

  private func plain(_ name: String, _ value: String, _ expression: String? = nil) -> JSONObject {
    return .withoutNulls([
      "name": name, "value": value, "variablesReference": 0, "evaluateName": expression,
    ])
  }

  private func value(of text: String) throws -> JSONObject {
    guard let session = prompt?.session else { return [:] }
    let value = try session.value(of: text)
    let isAddress = session.machine.state.ram.indices.contains(value)
    return .withoutNulls([
      "result": DebugSession.text(ofValue: value), "type": "number", "variablesReference": 0,
      "memoryReference": isAddress ? "0x\(hexadecimal(value, 4))" : nil,
    ])
  }

  private mutating func assign(_ value: String, to name: String) throws -> JSONObject {
    try withPrompt { try $0.session.assign(value, to: name) }
    invalidate("variables")
    let result =
      try Register(name).flatMap { prompt?.session.text(of: $0) }
      ?? DebugSession.text(ofValue: prompt?.session.value(of: name) ?? 0)
    return ["value": result, "variablesReference": 0]
  }

  // MARK: The console

  /// What is an expression has a value; anything else is a command of the prompt.
  private mutating func answerConsole(_ text: String) throws -> JSONObject {
    if let value = try? value(of: text) { return value }
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first else { return ["result": "", "variablesReference": 0] }
    words[0] = first.hyphenated
    guard DebugPrompt.commands.contains(where: { $0.names.contains(words[0]) }) else {
      // It was rather meant as an expression.
      return try value(of: text)
    }
    let before = prompt?.session.position
    _ = console.take()
    try withPrompt { prompt in
      prompt.lastStop = nil
      try prompt.perform(words)
    }
    if words[0] == "reload" { programChanged() }
    followConsole(words[0], since: before)
    let lines = console.take().map { $0.sourceText }
    return ["result": lines.joined(separator: "\n"), "variablesReference": 0]
  }

  /// Tells the client what a command has done.
  private mutating func followConsole(_ command: String, since before: Position?) {
    if prompt?.isOver == true {
      leaveGame()
      return terminate(exitCode: nil)
    }
    if let stop = prompt?.lastStop {
      send("continued", ["threadId": 1, "allThreadsContinued": true])
      report(stop, isStep: command != "goto")
    } else if prompt?.session.position != before {
      stopped("goto", nil)
    }
    followProgram()
    invalidate()
  }

  private func completions(_ arguments: AdapterArguments) throws -> JSONObject {
    let lines = try arguments.requiredText("text").split(
      separator: "\n", omittingEmptySubsequences: false)
    let index = line(ofNumber: try arguments.number("line") ?? number(ofLine: 1)) &- 1
    guard lines.indices.contains(index) else { return ["targets": [JSONObject]()] }
    let firstColumn = client?.firstColumn ?? 1
    let column = max(try arguments.requiredNumber("column"), firstColumn) - firstColumn
    let typed = lines[index].utf16.prefix(column)
    let word = DebugSession.lastWord(of: Substring(typed))
    let isFirst = word.utf16.count == typed.count
    let commands = isFirst ? DebugPrompt.commands.compactMap(\.names.first) : []
    let names = prompt?.session.completions(of: word) ?? []
    let found =
      names.map { ($0.name, $0.isRegister ? "variable" : "value") }
      + commands.filter { $0.hasPrefix(word.lowercased()) }.map { ($0, "keyword") }
    let start = typed.count - word.utf16.count + firstColumn - 1
    return [
      "targets": found.prefix(200).map { name, type -> JSONObject in
        ["label": name, "type": type, "start": start, "length": word.utf16.count]
      }
    ]
  }
}

extension String {
  /// A command's name as the prompt has it: `lastWrite` is `last-write`.
  fileprivate var hyphenated: String {
    reduce(into: "") { name, character in
      if character.isUppercase, !name.isEmpty { name += "-" }
      name += character.lowercased()
    }
  }
}
