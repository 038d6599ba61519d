// A game that is played: it is debugged where it is, in its own process.

import Chip8Core
import Chip8Player
import JSON
import SaveState

/// What an adapter knows of the game that it debugs.
struct Attachment {
  /// Whether the game is played, and not stopped.
  var isPlayed = false
  /// Why it has stopped; nil if it was merely paused.
  var lastStop: DebugSession.Stop?
  /// The number of the newest view of it.
  private(set) var newestView = 0
  /// The stops that it has, by ``DebugSession/stopChangeCount``.
  var keptStopChangeCount = 0
  /// Whether its player has ended the last motion.
  var wasInterrupted = false
  /// What has become of it during an unrelated request.
  var lateView: PlaySession.DebugView?

  mutating func take(_ view: PlaySession.DebugView) {
    newestView = max(newestView, view.number)
    keptStopChangeCount = view.session.stopChangeCount
    (lastStop, isPlayed) = (view.stop, !view.isStopped)
  }
}

extension DebugAdapter {
  var isAttached: Bool { attachment != nil }
  var isPlayed: Bool { attachment?.isPlayed == true }

  static let gameCommands: [String: Command] = [
    "attach": Command(.client) { adapter, arguments in
      guard adapter.prompt == nil else { throw MessageError("a program is debugged already") }
      if adapter.game != nil {
        try adapter.attach(arguments)
      } else {
        guard adapter.stream.transcript != nil else {
          throw MessageError("too many requests before attach")
        }
        do {
          adapter.gameToServe = try RunningGame.find(arguments)
        } catch {
          // The game that the client finds later has not refused this.
          adapter.stream.eraseLastMessage()
          throw error
        }
      }
      return nil
    },
    // For adapters that look for a game.
    "describe": Command(.nothing) { adapter, _ in
      guard let game = adapter.game else { throw MessageError("describe is not supported") }
      guard let found = game.describe() else { throw MessageError("the game is over") }
      let body: JSONObject = [
        "title": found.title.displayText, "isDebugged": found.isDebugged,
        "path": found.path.flatMap { SourceFiles.resolved($0) },
      ]
      return .withoutNulls(body)
    },
  ]

  // MARK: Begin and end

  private mutating func attach(_ arguments: AdapterArguments) throws {
    isHandedOn = false
    let stopsOnEntry = try arguments.bool("stopOnEntry") ?? false
    guard let game else { return }
    var view = try game.attach()
    attachment = Attachment()
    if stopsOnEntry { view = try game.pause() }
    let (stream, console) = (stream, console)
    prompt = DebugPrompt(
      view.session, PlayRequest(), output: { console.append($0) },
      isInterrupted: {
        Interrupt.wasCaught || stream.hasUrgentMessage || game.isInterrupted
      })
    take(view)
    guard let prompt else { return }
    program = prompt.session.machine.program.sha1
    keepListing()
    sources = SourceFiles(prompt.request, prompt.session)
    placeBreakpoints()
    announceStopsOfProgram()
    startIfReady()
  }

  /// Says that the game has ended, and with it what is debugged.
  mutating func gameEnded() {
    guard !hasTerminated else { return }
    log(["the game has ended"])
    terminate(exitCode: nil)
  }

  /// Leaves the game to its player.
  mutating func leaveGame() {
    guard isAttached else { return }
    game?.detach()
    (attachment, prompt) = (nil, nil)
  }

  // MARK: What becomes of it

  /// Takes the game as it is now.
  private mutating func take(_ view: PlaySession.DebugView) {
    attachment?.take(view)
    prompt?.session = view.session
    prompt?.request.path = view.path
  }

  /// Tells the client what has become of the game without its doing.
  mutating func followGame() {
    guard let game else { return }
    if game.isGone {
      gameEnded()
      return isOver = true
    }
    guard let attachment else { return }
    let news = game.news.take()
    log(news.messages)
    if let problem = news.problem { log(problem) }
    for view in [attachment.lateView, news.view].compactMap({ $0 })
    where view.number > self.attachment?.newestView ?? 0 {
      follow(view)
    }
    self.attachment?.lateView = nil
    keepStops()
  }

  private mutating func follow(_ view: PlaySession.DebugView) {
    let (wasPlayed, before) = (isPlayed, prompt?.session.position)
    keepStops()
    take(view)
    followProgram()
    if isPlayed { motion = nil }
    guard hasBegun, motion == nil else { return }
    switch (wasPlayed, isPlayed) {
    case (true, false): report(view.stop)
    case (false, true): send("continued", ["threadId": 1, "allThreadsContinued": true])
    case (false, false):
      if let stop = view.stop { report(stop, isStep: false) } else { stopped("goto", nil) }
    case (true, true): break
    }
    if prompt?.session.position != before || isPlayed { invalidate() }
  }

  /// Tells the client that the game has stopped.
  mutating func report(_ stop: DebugSession.Stop?) {
    if let stop { report(stop, isStep: false) } else { stopped("pause", nil) }
  }

  // MARK: What is done with it

  /// Stops the game where the client's breakpoints are now.
  mutating func keepStops() {
    guard let session = prompt?.session, let attachment,
      session.stopChangeCount != attachment.keptStopChangeCount
    else { return }
    self.attachment?.keptStopChangeCount = session.stopChangeCount
    game?.keep(session.setStops)
  }

  /// Does something with the machine, which is stopped meanwhile.
  mutating func withGame<Result>(_ body: (inout DebugPrompt) throws -> Result) throws -> Result {
    keepStops()
    guard let game, var prompt else { throw MessageError("no program is debugged") }
    prompt.session = try game.borrow()
    attachment?.wasInterrupted = false
    defer {
      attachment?.wasInterrupted = game.isInterrupted
      self.prompt = prompt
      if let view = game.giveBack(prompt.session) {
        // It was changed from elsewhere meanwhile, which is reported after the requested result.
        if view.isStopped { take(view) } else { attachment?.lateView = view }
      }
    }
    return try body(&prompt)
  }

  /// A motion was abandoned: the game plays, or is over.
  mutating func motionFailed() {
    guard motion != nil else { return }
    motion = nil
    if let refused = prompt, !isPlayed { stopped("pause", refused.session.text(of: .interrupted)) }
  }

  mutating func pauseGame() throws {
    guard let game else { return }
    take(try game.pause())
  }

  /// Lets the game go on at its own pace.
  mutating func resumeGame() throws {
    guard let game, let prompt else { return }
    take(try game.resume(prompt.session, isInterrupted: prompt.isInterrupted))
    // A program that has ended stays where it is.
    if !isPlayed { report(attachment?.lastStop) }
  }

  mutating func restartGame() throws -> JSONObject? {
    guard let game else { return nil }
    let wasPlayed = isPlayed
    motion = nil
    take(try game.restart())
    if !wasPlayed, isPlayed { send("continued", ["threadId": 1, "allThreadsContinued": true]) }
    return nil
  }
}
