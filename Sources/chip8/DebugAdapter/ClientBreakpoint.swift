import Chip8Core
import Chip8Player
import JSON
import SaveState

/// A stop as the client has set it.
struct ClientBreakpoint {
  /// What is replaced when the client sends others.
  enum Group: Hashable {
    case source(AdapterArguments.SourceName)
    case instructions, functions, data, exceptions
  }

  let id: Int
  let group: Group
  /// What the client has asked for. A line is as it counts them, and in which file depends on the program.
  let request: StopRequest
  /// The stops of the session that it has become: several if a macro has made the line.
  var stops: [Int] = []
  /// Where it really is.
  var address: UInt16?
  /// Its line, which may be one that uses a macro.
  var line: ProgramSource.Line?
  /// Why it does not stop.
  var problem: String? = "no program is loaded yet"

  /// Why the machine has stopped, if it has there.
  var reason: String {
    switch group {
    case .source: "breakpoint"
    case .instructions: "instruction breakpoint"
    case .functions: "function breakpoint"
    case .data: "data breakpoint"
    case .exceptions: "exception"
    }
  }
}

/// What stops wherever it happens, if the client wants that.
enum ExceptionFilter: String, CaseIterable {
  case fault, exit, keywait, collision

  /// The stop that it is; nil for ends of the program.
  var event: StopPoint.Event? { StopPoint.Event(named: rawValue) }

  var json: JSONObject {
    let label =
      switch self {
      case .fault: "Faults"
      case .exit: "Exit of the program"
      case .keywait: "Waits for a key"
      case .collision: "Sprite collisions"
      }
    return .withoutNulls([
      "filter": rawValue, "label": label, "default": event == nil,
      "supportsCondition": event == nil ? nil : true,
      "conditionDescription": event == nil ? nil : "an expression, such as v3 > 10",
    ])
  }
}

extension AdapterArguments {
  /// How a client names a source.
  struct SourceName: Hashable {
    let path: String?
    let reference: Int?
  }

  func sourceName() throws -> SourceName {
    let reference = try number("sourceReference").flatMap { $0 > 0 ? $0 : nil }
    let name = SourceName(path: try text("path"), reference: reference)
    guard name.path != nil || name.reference != nil else {
      throw MessageError("the source has neither a path nor a reference")
    }
    return name
  }
}

extension DebugAdapter {
  static let stopCommands: [String: Command] = [
    "setBreakpoints": Command(.client) { adapter, arguments in
      guard let source = try arguments.object("source") else {
        throw MessageError("source is missing")
      }
      return try adapter.replace(.source(try source.sourceName()), by: arguments) { breakpoint in
        .line(ProgramSource.Line(file: 0, number: try breakpoint.requiredNumber("line")))
      }
    },
    "setFunctionBreakpoints": Command(.client) { adapter, arguments in
      try adapter.replace(.functions, by: arguments) { .address(try $0.requiredText("name")) }
    },
    "setInstructionBreakpoints": Command(.client) { adapter, arguments in
      try adapter.replace(.instructions, by: arguments) { breakpoint in
        .offset(
          try breakpoint.requiredText("instructionReference"),
          try breakpoint.number("offset") ?? 0)
      }
    },
    "setDataBreakpoints": Command(.client) { adapter, arguments in
      try adapter.replace(.data, by: arguments) { breakpoint in
        .access(try breakpoint.requiredText("dataId"), try breakpoint.accessKind())
      }
    },
    "dataBreakpointInfo": Command(.stop) { adapter, arguments in
      try adapter.dataBreakpointInfo(arguments)
    },
    "setExceptionBreakpoints": Command(.client) { adapter, arguments in
      try adapter.setExceptions(arguments)
    },
  ]

  // MARK: Setting

  private mutating func replace(
    _ group: ClientBreakpoint.Group, by arguments: AdapterArguments,
    _ place: (AdapterArguments) throws -> StopRequest.Place
  ) throws -> JSONObject {
    let requests = try (arguments.objects("breakpoints") ?? []).map { breakpoint in
      var request = StopRequest(try place(breakpoint))
      request.condition = try breakpoint.filled("condition")
      request.hitRule = try breakpoint.filled("hitCondition")
      request.message = try breakpoint.filled("logMessage")
      return request
    }
    remove(group)
    for request in requests { add(request, to: group) }
    return ["breakpoints": breakpoints.filter { $0.group == group }.map { json($0) }]
  }

  private mutating func remove(_ group: ClientBreakpoint.Group) {
    for breakpoint in breakpoints where breakpoint.group == group {
      for stop in breakpoint.stops { prompt?.session.removeStop(stop) }
    }
    breakpoints.removeAll { $0.group == group }
  }

  private mutating func add(_ request: StopRequest, to group: ClientBreakpoint.Group) {
    var breakpoint = ClientBreakpoint(id: nextBreakpoint, group: group, request: request)
    nextBreakpoint += 1
    place(&breakpoint)
    breakpoints.append(breakpoint)
  }

  /// Puts all breakpoints where they are in the program as it is now, and reports what has become of them.
  mutating func placeBreakpoints() {
    for index in breakpoints.indices {
      var breakpoint = breakpoints[index]
      place(&breakpoint)
      breakpoints[index] = breakpoint
      if breakpoint.group != .exceptions {
        send("breakpoint", ["reason": "changed", "breakpoint": json(breakpoint)])
      }
    }
  }

  /// Makes stops of a breakpoint.
  private mutating func place(_ breakpoint: inout ClientBreakpoint) {
    guard prompt != nil, launch?.isWithoutDebugging != true else { return }
    for stop in breakpoint.stops { prompt?.session.removeStop(stop) }
    (breakpoint.stops, breakpoint.problem) = ([], nil)
    do {
      guard let found = try prompt?.session.resolve(place(of: breakpoint)) else { return }
      if case .execution(let address)? = found.events.first { breakpoint.address = address }
      breakpoint.line = found.line ?? breakpoint.line
      breakpoint.stops = try prompt?.session.add(breakpoint.request, at: found.events) ?? []
    } catch { breakpoint.problem = sentence(of: error) }
  }

  /// What it stops at in the program at hand.
  private func place(of breakpoint: ClientBreakpoint) throws -> StopRequest.Place {
    guard case .source(let name) = breakpoint.group, case .line(let line) = breakpoint.request.place
    else { return breakpoint.request.place }
    let number = self.line(ofNumber: line.number)
    if let listing = listings.last(where: { $0.reference == name.reference }) {
      guard let address = listing.address(ofLine: number) else {
        throw MessageError("the listing has no such line")
      }
      return .event(.execution(address))
    }
    guard let file = file(name) else {
      throw MessageError("the program is not made from this file")
    }
    return .line(ProgramSource.Line(file: file, number: number))
  }

  private func json(_ breakpoint: ClientBreakpoint) -> JSONObject {
    let place = breakpoint.problem == nil ? breakpoint.address.flatMap { shown($0) } : nil
    return .withoutNulls([
      "id": breakpoint.id, "verified": breakpoint.problem == nil, "message": breakpoint.problem,
      "line": (place == nil ? nil : breakpoint.line).map { number(ofLine: $0.number) }
        ?? place?.line,
      "source": place?.source,
      "instructionReference": breakpoint.address.map { "0x\(hexadecimal($0, 4))" },
    ])
  }

  /// Tells the client of the `:breakpoint`s of the source, which it has not set.
  mutating func announceStopsOfProgram() {
    let own = Set(breakpoints.flatMap(\.stops))
    for stop in prompt?.session.stops ?? [] where !own.contains(stop.id) {
      guard case .execution(let address) = stop.event,
        let place = shown(address)
      else { continue }
      let breakpoint: JSONObject = [
        "id": nextBreakpoint, "verified": true, "source": place.source, "line": place.line,
        "message": stop.name,
        "instructionReference": "0x\(hexadecimal(address, 4))",
      ]
      nextBreakpoint += 1
      send("breakpoint", ["reason": "new", "breakpoint": JSONObject.withoutNulls(breakpoint)])
    }
  }

  // MARK: Exceptions and data

  private mutating func setExceptions(_ arguments: AdapterArguments) throws -> JSONObject {
    var wanted: [(filter: ExceptionFilter, condition: String?)] = []
    for name in try arguments.texts("filters") ?? [] { wanted.append((try filter(name), nil)) }
    for option in try arguments.objects("filterOptions") ?? [] {
      wanted.append((try filter(option.requiredText("filterId")), try option.filled("condition")))
    }
    remove(.exceptions)
    endsThatStop = Set(wanted.compactMap { ProgramEnd(rawValue: $0.filter.rawValue) })
    var results: [JSONObject] = []
    for (filter, condition) in wanted {
      guard let event = filter.event else {
        results.append(["verified": true])
        continue
      }
      var request = StopRequest(.event(event))
      request.condition = condition
      add(request, to: .exceptions)
      results.append(breakpoints.last.map { json($0) } ?? [:])
    }
    return ["breakpoints": results]
  }

  private func filter(_ name: String) throws(MessageError) -> ExceptionFilter {
    guard let filter = ExceptionFilter(rawValue: name) else {
      let all = ExceptionFilter.allCases.map(\.rawValue).joined(separator: ", ")
      throw MessageError("\(name.displayText) is not one of \(all)")
    }
    return filter
  }

  private func dataBreakpointInfo(_ arguments: AdapterArguments) throws -> JSONObject {
    let name = try arguments.requiredText("name")
    let byteCount = try arguments.number("bytes")
    let isAddress = try arguments.bool("asAddress") ?? false
    guard let session = prompt?.session else { return [:] }
    if let reference = try arguments.number("variablesReference"), reference > 0,
      reference != VariableScope.registers.rawValue
    {
      return ["dataId": nil, "description": "\(name.displayText) cannot be watched"]
    }
    let text = byteCount.map { "\(name):\($0)" } ?? name
    do {
      let watched = try session.watched(text)
      if isAddress, case .register = watched { throw MessageError("\(name) is not an address") }
      let object: JSONObject = [
        "dataId": text, "description": session.text(of: watched),
        "accessTypes": ["read", "write", "readWrite"], "canPersist": true,
      ]
      return object
    } catch {
      return ["dataId": nil, "description": sentence(of: error).displayText]
    }
  }
}

extension AdapterArguments {
  /// A text; nil if it is empty.
  fileprivate func filled(_ name: String) throws -> String? {
    try text(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// How a data breakpoint's data is accessed.
  fileprivate func accessKind() throws -> StopPoint.AccessKind {
    switch try text("accessType") {
    case nil, "write": .write
    case "read": .read
    case "readWrite": .access
    default: throw MessageError("accessType is read, write or readWrite")
    }
  }
}
