import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState

/// A client of the Debug Adapter Protocol on the one side, a ``DebugSession`` on the other:
/// docs/DEBUGGING.md, "In editors".
///
/// All of it is done by one thread. While the program runs, it looks for messages between two slices of
/// frames. In the process of a game, that is a thread beside the one that plays.
struct DebugAdapter {
  let stream: MessageStream
  /// What the client can do, once it has said so.
  var client: Client?
  /// The session, and what the console does with it.
  var prompt: DebugPrompt?
  /// What the console has said.
  let console = ConsoleText()
  /// What was launched.
  var launch: Launch?
  /// The game of this process, if it plays one.
  let game: AttachedDebugger?
  /// What is known of it while it is debugged.
  var attachment: Attachment?
  /// The game of another process that the client has requested: what it says is for that one.
  var gameToServe: Int32?
  /// Whether the client has had all answers until now from the adapter that has handed it on.
  var isHandedOn: Bool
  /// The program that the client has seen the lines of.
  var program: Digest?
  /// The program's source on the disk.
  var sources = SourceFiles()
  /// What was shown in place of a source, the newest last.
  var listings: [MemoryListing] = []
  /// What the client has set, in the order in which it did.
  var breakpoints: [ClientBreakpoint] = []
  var nextBreakpoint = 1
  /// Which ends of a program are stops, and not the end of the session.
  var endsThatStop: Set<ProgramEnd> = [.fault]
  /// Whether the client has sent all that is to hold from the beginning.
  var isConfigured = false
  /// Whether the program has begun: it does so when the client is ready.
  var hasBegun = false
  /// How the machine moves, if it does.
  var motion: AdapterMotion?
  /// Why the machine has stopped, if that is an exception.
  var exception: AdapterException?
  /// Whether the client has been told that the program has ended.
  var hasTerminated = false
  var isOver = false
  /// Whether the client has spoken another protocol.
  var isBroken = false
  private var lastSeq = 0
  /// What is sent after the response to the request at hand.
  private var events: [JSONObject] = []
  private var isAnswering = false

  /// What a client can do.
  struct Client {
    var firstLine = 1
    var firstColumn = 1
    var takesInvalidated = false
    var takesMemory = false
  }

  /// How a program may end.
  enum ProgramEnd: String, CaseIterable { case fault, exit }

  init(_ stream: MessageStream, game: AttachedDebugger? = nil) {
    (self.stream, self.game, isHandedOn) = (stream, game, game != nil)
  }

  /// How often files are looked at, and whether chip8 was told to end. A game says when there is something
  /// to look at.
  private var pollMilliseconds: Int32 { game == nil ? 200 : -1 }

  /// Serves the client until it has gone.
  mutating func serve() {
    while !isOver, !Interrupt.wasCaught, !stream.isGone {
      if motion != nil { advance() }
      let isWaiting = motion == nil && attachment?.lateView == nil
      if let received = stream.next(waiting: isWaiting ? pollMilliseconds : 0) {
        take(received)
      }
      reloadIfChanged()
      followGame()
      if let gameToServe {
        return serve(gameToServe)
      }
    }
    if isAttached, Interrupt.wasCaught { gameEnded() }
    leaveGame()
  }

  /// Lets the client and a game speak until one of them has gone.
  private mutating func serve(_ gameToServe: Int32) {
    var relay = DebugRelay(stream, stream.transcript ?? [], to: gameToServe)
    let hasLostGame = relay.run()
    lastSeq += relay.messageCount
    if hasLostGame { gameEnded() }
  }

  private mutating func take(_ received: MessageStream.Received) {
    switch received {
    case .request(let request): answer(request)
    case .refused(let request, let why): refuse(request, why)
    case .unframed(let why):
      isHandedOn = false
      refuse(nil, why)
      if game != nil { terminate(exitCode: nil) }
      (isOver, isBroken) = (true, true)
    case .end: isOver = true
    }
  }

  // MARK: Requests

  /// What a command needs.
  enum Need { case nothing, client, session, stop }

  struct Command: Sendable {
    let need: Need
    let body: @Sendable (inout DebugAdapter, AdapterArguments) throws -> JSONObject?

    init(
      _ need: Need,
      _ body: @escaping @Sendable (inout DebugAdapter, AdapterArguments) throws -> JSONObject?
    ) { (self.need, self.body) = (need, body) }
  }

  static let commands: [String: Command] = [sessionCommands, gameCommands, stopCommands]
    .appending([motionCommands, stateCommands, memoryCommands, sourceCommands])

  private mutating func answer(_ request: AdapterRequest) {
    isAnswering = true
    do {
      guard let command = DebugAdapter.commands[request.command] else {
        throw MessageError("\(request.command.displayText) is not supported")
      }
      try check(command.need)
      let body = try command.body(&self, request.arguments)
      keepStops()
      if gameToServe == nil { respond(to: request, success: true, body: body) }
    } catch {
      refuse(request, sentence(of: error))
    }
    isAnswering = false
    for event in events { write(event) }
    events = []
  }

  private func check(_ need: Need) throws(MessageError) {
    if need == .nothing { return }
    guard client != nil else { throw MessageError("the first request is initialize") }
    if need == .client { return }
    guard prompt != nil else { throw MessageError("no program is debugged: launch one first") }
    if need == .session { return }
    guard motion == nil, hasBegun, !isPlayed else {
      throw MessageError("the program is not stopped: pause it first")
    }
  }

  /// Does something with the session.
  mutating func withPrompt<Result>(
    _ body: (inout DebugPrompt) throws -> Result
  ) throws -> Result {
    if isAttached { return try withGame(body) }
    guard var prompt = prompt.take() else { throw MessageError("no program is debugged") }
    defer { self.prompt = prompt }
    return try body(&prompt)
  }

  /// Why a request could not be done.
  func sentence(of error: any Error) -> String {
    switch error {
    case is MessageError, is DebugError, is AttachedDebugger.Refusal: return "\(error)"
    case let error as JSONError where !error.path.isEmpty:
      return "\(error.path[error.path.count - 1].displayText) \(error.reason)"
    case MachineRequest.UnknownName.platform:
      return "platform is not one of auto, \(Platform.nameList)"
    case MachineRequest.UnknownName.quirk(let name):
      return "\(name.displayText) is not a quirk; the quirks are \(Quirks.nameList)"
    default: return prompt?.sentence(of: error) ?? Failure(error)?.message ?? "\(error)"
    }
  }

  private mutating func refuse(_ request: AdapterRequest?, _ sentence: String) {
    let request = request ?? AdapterRequest(seq: 0, command: "", arguments: AdapterArguments())
    // Braces would be variables.
    let text = sentence.displayText
    let format = text.map { "{}".contains($0) ? "'" : $0 }
    let error: JSONObject = ["id": 1, "format": String(format), "showUser": true]
    respond(to: request, success: false, message: text, body: ["error": error])
  }

  private mutating func respond(
    to request: AdapterRequest, success: Bool, message: String? = nil, body: JSONObject?
  ) {
    let response: JSONObject = [
      "type": "response", "request_seq": request.seq, "success": success,
      "command": request.command, "message": message, "body": body,
    ]
    write(.withoutNulls(response), toWhoeverAsks: request.command == "describe")
  }

  // MARK: Events

  /// Sends an event, after the response to the request at hand if there is one.
  mutating func send(_ event: String, _ body: JSONObject? = nil) {
    let message: JSONObject = ["type": "event", "event": event, "body": body ?? [:]]
    if isAnswering { events.append(message) } else { write(message) }
  }

  private mutating func write(_ message: JSONObject, toWhoeverAsks: Bool = false) {
    if toWhoeverAsks { return stream.write(message.adding(["seq": 0])) }
    lastSeq += 1
    if isHandedOn { return }
    var message = message
    message.set("seq", lastSeq)
    stream.write(message)
  }

  /// Shows lines in the client's console.
  mutating func log(
    _ lines: [String], _ category: String = "console", at line: ProgramSource.Line? = nil
  ) {
    guard !lines.isEmpty else { return }
    var body: JSONObject = ["category": category, "output": lines.joined(separator: "\n") + "\n"]
    if let line, let source = json(ofFile: line.file) {
      body.set("source", source)
      body.set("line", number(ofLine: line.number))
    }
    send("output", body)
  }

  /// Says that the machine is another one than what the client has seen.
  mutating func invalidate(_ areas: String = "all") {
    if client?.takesInvalidated == true { send("invalidated", ["areas": [areas], "threadId": 1]) }
    announceMemory()
  }

  /// Says that the RAM is other than what the client has seen.
  mutating func announceMemory() {
    guard client?.takesMemory == true, let count = prompt?.session.machine.state.ram.count else {
      return
    }
    send("memory", ["memoryReference": "0x0000", "offset": 0, "count": count])
  }

  // MARK: Numbers

  /// A line as the client counts.
  func number(ofLine line: Int) -> Int { line - 1 + (client?.firstLine ?? 1) }

  /// A line as the client has counted it.
  func line(ofNumber number: Int) -> Int {
    number.subtractingReportingOverflow(client?.firstLine ?? 1).partialValue &+ 1
  }
}

/// Text that a console command has shown.
final class ConsoleText {
  private var lines: [String] = []

  func append(_ lines: [String]) { self.lines += lines }

  func take() -> [String] {
    defer { lines = [] }
    return lines
  }
}

extension [[String: DebugAdapter.Command]] {
  /// The commands of all of these tables and of others, each of which is in one of them.
  fileprivate func appending(_ others: Self) -> [String: DebugAdapter.Command] {
    (self + others).reduce(into: [:]) { all, table in all.merge(table) { first, _ in first } }
  }
}
