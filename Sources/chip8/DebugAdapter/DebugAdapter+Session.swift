// The beginning and the end of a session.

import Chip8Core
import Chip8Player
import JSON
import SaveState

/// What a client wants to debug.
struct Launch {
  var request = PlayRequest()
  var stopsOnEntry = false
  /// Whether the program is only run: nothing stops it.
  var isWithoutDebugging = false

  /// The arguments of a launch: docs/DEBUGGING.md.
  init(_ arguments: AdapterArguments) throws {
    let program = try arguments.text("program")
    let image = try arguments.text("restore")
    let movie = try arguments.text("input")
    guard [program, image, movie].count(where: { $0 != nil }) == 1 else {
      throw MessageError("specify exactly one of program, restore and input")
    }
    guard ![program, image, movie].contains("-") else {
      throw MessageError("standard input has the messages, so the program cannot be read from it")
    }
    (request.path, request.inputPath) = (program ?? image, movie)
    request.isImageExpected = image != nil
    request.machine = try Launch.machine(arguments)
    request.metadata.symbolsPath = try arguments.text("symbols")
    request.arguments = try arguments.texts("args") ?? []
    request.hostCallsPath = try arguments.text("hostCalls")
    if let text = try arguments.text("keys") {
      guard let keys = KeyScript(text) else {
        throw MessageError("keys is not FROM-TO:KEYS[,...], such as 60-70:5,100-130:1A")
      }
      request.keys = keys
    }
    stopsOnEntry = try arguments.bool("stopOnEntry") ?? false
    isWithoutDebugging = try arguments.bool("noDebug") ?? false
  }

  private static func machine(_ arguments: AdapterArguments) throws -> MachineRequest {
    var request = try MachineRequest(arguments)
    request.instructionsPerFrame = try arguments.number("ipf")
    let range = Configuration.instructionsPerFrameRange
    guard request.instructionsPerFrame.map(range.contains) ?? true else {
      throw MessageError(
        "ipf is not \(Configuration.instructionsPerFrameText) instructions per frame")
    }
    return request
  }
}

extension DebugAdapter {
  static let sessionCommands: [String: Command] = [
    "initialize": Command(.nothing) { adapter, arguments in try adapter.initialize(arguments) },
    "launch": Command(.client) { adapter, arguments in
      guard adapter.prompt == nil else { throw MessageError("a program is debugged already") }
      guard adapter.game == nil else { throw MessageError("this is a game: attach to it") }
      try adapter.begin(Launch(arguments))
      adapter.stream.forgetTranscript()
      return nil
    },
    "configurationDone": Command(.client) { adapter, _ in
      adapter.isConfigured = true
      adapter.startIfReady()
      return nil
    },
    "restart": Command(.session) { adapter, arguments in
      if adapter.isAttached { return try adapter.restartGame() }
      let changed = try arguments.object("arguments")
      guard let launch = try changed.map({ try Launch($0) }) ?? adapter.launch else { return nil }
      try adapter.begin(launch)
      adapter.invalidate()
      return nil
    },
    "terminate": Command(.session) { adapter, _ in
      adapter.motion = nil
      adapter.leaveGame()
      adapter.terminate(exitCode: nil)
      return nil
    },
    "disconnect": Command(.nothing) { adapter, _ in
      adapter.motion = nil
      adapter.isOver = true
      return nil
    },
  ]

  private static var capabilities: JSONObject {
    [
      "supportsConfigurationDoneRequest": true, "supportsFunctionBreakpoints": true,
      "supportsConditionalBreakpoints": true, "supportsHitConditionalBreakpoints": true,
      "supportsEvaluateForHovers": true, "supportsStepBack": true, "supportsSetVariable": true,
      "supportsGotoTargetsRequest": true, "supportsCompletionsRequest": true,
      "supportsRestartRequest": true, "supportsExceptionInfoRequest": true,
      "supportsLoadedSourcesRequest": true, "supportsLogPoints": true,
      "supportsSetExpression": true, "supportsTerminateRequest": true,
      "supportsDataBreakpoints": true, "supportsDataBreakpointBytes": true,
      "supportsReadMemoryRequest": true, "supportsWriteMemoryRequest": true,
      "supportsDisassembleRequest": true, "supportsSteppingGranularity": true,
      "supportsInstructionBreakpoints": true, "supportsExceptionFilterOptions": true,
      "exceptionBreakpointFilters": ExceptionFilter.allCases.map(\.json),
    ]
  }

  private mutating func initialize(_ arguments: AdapterArguments) throws -> JSONObject {
    guard client == nil else { throw MessageError("initialize was already sent") }
    guard try arguments.text("pathFormat") ?? "path" == "path" else {
      throw MessageError("files are named by paths: pathFormat is path")
    }
    client = Client(
      firstLine: try arguments.bool("linesStartAt1") ?? true ? 1 : 0,
      firstColumn: try arguments.bool("columnsStartAt1") ?? true ? 1 : 0,
      takesInvalidated: try arguments.bool("supportsInvalidatedEvent") ?? false,
      takesMemory: try arguments.bool("supportsMemoryEvent") ?? false)
    send("initialized")
    return DebugAdapter.capabilities
  }

  /// Debugs a program from its beginning.
  private mutating func begin(_ launch: Launch) throws {
    let stream = stream
    let console = console
    var prompt: DebugPrompt
    do {
      prompt = try DebugPrompt(
        launch.request.debugSession(), launch.request, output: { console.append($0) },
        isInterrupted: { Interrupt.wasCaught || stream.hasUrgentMessage })
    } catch {
      log(Failure(error)?.lines ?? [], "stderr")
      throw error
    }
    prompt.session.stopsAtEnd = false
    if launch.isWithoutDebugging { prompt.session.removeStops { _ in true } }
    let warnings = prompt.session.takeWarnings()
    (self.launch, self.prompt) = (launch, prompt)
    (motion, exception, hasBegun, hasTerminated) = (nil, nil, false, false)
    program = prompt.session.machine.program.sha1
    keepListing()
    sources = SourceFiles(launch.request, prompt.session)
    log(warnings.map(\.text))
    placeBreakpoints()
    announceStopsOfProgram()
    startIfReady()
  }

  /// Lets the program begin once there is one and the client is ready.
  mutating func startIfReady() {
    guard isConfigured, !hasBegun, prompt != nil else { return }
    hasBegun = true
    if isAttached {
      if !isPlayed { report(attachment?.lastStop) }
    } else if launch?.stopsOnEntry == true {
      stopped("entry", nil)
    } else {
      motion = AdapterMotion(
        motion: .run, grain: .instruction, direction: .forwards, includesPresent: true)
    }
  }

  /// Says that the program has ended.
  mutating func terminate(exitCode: Int?) {
    guard !hasTerminated else { return }
    hasTerminated = true
    if let exitCode { send("exited", ["exitCode": exitCode]) }
    send("terminated")
  }
}

extension Failure {
  /// All that it says, with the lines that it is about.
  var lines: [String] { [message] + excerpt + others.flatMap(\.lines) }
}
