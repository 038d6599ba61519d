import Chip8Core
import Foundation
import SaveState
import Testing

/// A game running in a window, debugged by an editor: `attach` of `chip8 dap`.
@Suite(
  "Attaching to a window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowAttachTests {
  private let scratch: Scratch
  private let slots: Slots
  private var game: String { scratch.path("game.8o") }
  private var sockets: String { scratch.path("run/chip8") }

  init() throws {
    scratch = try Scratch()
    let source = """
      : main
        loop
          v0 += 1
          bump
          i := shape
          sprite v0 v1 5
        again
      : bump
        v2 += 1
        ;
      : shape 0x80 0x80 0x80 0x80 0x80
      """
    try scratch.write("game.8o", Array(source.utf8))
    let assembled = try scratch.chip8("asm", "game.8o", "-o", "game.ch8")
    #expect(assembled.code == 0)
    slots = try scratch.slots(of: scratch.path("game.ch8"))
    try scratch.makeDirectory("run")
    chmod(scratch.path("run"), 0o700)
  }

  private var environment: [String: String] { ["XDG_RUNTIME_DIR": scratch.path("run")] }

  private func open(_ arguments: String...) throws -> Desktop {
    let desktop = try Desktop(
      [game, "--slots", scratch.directory, "--autosave", "0", "--no-card", "--no-journal"]
        + arguments,
      environment: environment)
    return desktop
  }

  private func client(_ environment: [String: String]? = nil) throws -> AdapterClient {
    let client = try AdapterClient(in: scratch, environment: environment ?? self.environment)
    try client.request(
      "initialize",
      ["adapterID": "chip8", "supportsInvalidatedEvent": true, "supportsMemoryEvent": true])
    return client
  }

  /// A client that is attached to the only game.
  private func attached(_ arguments: [String: Any] = [:]) throws -> AdapterClient {
    let client = try client()
    try client.request("attach", arguments)
    try client.event("initialized")
    return client
  }

  private func end(_ client: AdapterClient) throws {
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  @Test("Actions in the editor show in the window")
  func oneSession() throws {
    let desktop = try open()
    let client = try attached()
    let set = try client.breakpoints(game, [["line": 4, "condition": "v0 == 200"]])
    #expect(set.bool("body.breakpoints.0.verified") == true)
    try client.request("configurationDone")
    let stop = try client.event("stopped")
    #expect(stop.text("body.reason") == "breakpoint")
    #expect(stop.number("body.hitBreakpointIds.0") == set.number("body.breakpoints.0.id"))
    #expect(try client.line == 4 && client.value("v0") == "0xC8 200")
    // Into the call and back, over it, to who has written what it has written, and to the breakpoint again.
    #expect(try client.move("stepIn") == "step" && client.line == 9)
    #expect(try client.move("stepBack") == "step" && client.line == 4)
    #expect(try client.move("next") == "step" && client.line == 5)
    let answer = try #require(try client.value("lastWrite v2", context: "repl"))
    #expect(answer.hasPrefix("written by 0x") && answer.contains("bump"))
    #expect(try client.event("stopped").text("body.reason") == "goto" && client.line == 9)
    #expect(try client.move("reverseContinue") == "breakpoint" && client.line == 4)
    try client.event("invalidated")
    // The window saves the machine that the editor sees, with what the editor has written.
    try client.request("setVariable", ["variablesReference": 1, "name": "V7", "value": "42"])
    try client.request("writeMemory", ["memoryReference": "0x400", "data": "KissLA=="])
    try desktop.press("F5")
    let saved: Chip8 = try waitFor("slot 1") { try? slots.image(.key(1)).machine() }
    #expect(saved.state.v[7] == 42 && saved.state.v[0] == 200)
    #expect(saved.state.ram[0x400..<0x404] == [0x2A, 0x2B, 0x2C, 0x2C])
    let digest = try client.request("variables", ["variablesReference": 2])
    #expect(digest.text("body.variables.4.value") == "\(saved.stateDigest)")
    // It undoes that, too: the editor is told, and sees it.
    client.forget("stopped")
    try desktop.press("ctrl+z")
    #expect(try client.event("stopped").text("body.reason") == "goto")
    #expect(try client.value("[0x400]") == "0x00 0" && client.value("v7") == "0x2A 42")
    // It goes on, for 256 rounds.
    #expect(try client.move("continue") == "breakpoint")
    #expect(try client.value("v0") == "0xC8 200")
    try client.breakpoints(game, [])
    try client.request("continue", ["threadId": 1])
    #expect(try client.refusal("evaluate", ["expression": "v0"]).contains("pause it first"))
    #expect(try client.move("pause") == "pause")
    #expect(try client.value("instruction") != nil)
    try end(client)
    #expect(try desktop.quit().code == 0)
  }

  @Test("Actions in the window are reported to the editor")
  func keysOfTheWindow() throws {
    let desktop = try open()
    let client = try attached()
    try client.request("configurationDone")
    try desktop.press("F5", "p")
    #expect(try client.event("stopped").text("body.reason") == "pause")
    let frame = try client.value("frame")
    // A frame back; a slot is loaded; a step in the debugger of the window.
    for keys in [["comma"], ["F9"], ["ctrl+d", "s"]] {
      for key in keys { try desktop.press(key) }
      #expect(try client.event("stopped").text("body.reason") == "goto", "\(keys)")
      try client.event("invalidated")
      client.forget("stopped")
    }
    #expect(try client.value("frame") != frame)
    // Its own breakpoints stop, and are listed: this one is wherever the frame has ended in the loop.
    try desktop.press("b", "Escape")
    try waitFor("the breakpoint of the window") {
      try client.value("stops", context: "repl")?.hasPrefix("breakpoint 1 at 0x02") == true
        ? true : nil
    }
    // It plays to the breakpoint within a frame.
    try desktop.press("p")
    #expect(try client.event("stopped").text("body.reason") == "breakpoint")
    try client.value("delete 1", context: "repl")
    #expect(try client.value("stops", context: "repl") == "no stops")
    try desktop.press("p")
    try client.event("continued")
    // Another program is one that the editor learns of.
    try scratch.write("other.8o", Array(": main loop vA += 1 again".utf8))
    try desktop.drop(scratch.path("other.8o"))
    let source = try client.event("loadedSource")
    #expect(source.text("body.source.path")?.hasSuffix("/other.8o") == true)
    // The window is closed: that is the end.
    #expect(try desktop.quit().code == 0)
    try client.event("terminated")
    #expect(try client.close()?.code == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: sockets).isEmpty)
  }

  @Test("A detached editor leaves the game as it was", arguments: [true, false])
  func gamePlaysOn(isOrderly: Bool) throws {
    let desktop = try open()
    let first = try attached()
    try first.breakpoints(game, [["line": 4], ["line": 9, "logMessage": "{v2}"]])
    try first.request("configurationDone")
    try first.event("stopped")
    let text = try #require(try first.value("instruction"))
    let instruction = try #require(text.split(separator: " ").last.flatMap { UInt64($0) })
    #expect(try client().refusal("attach").contains("another debugger is attached"))
    if isOrderly { try end(first) } else { first.kill() }
    // The game runs, and stops nowhere.
    try waitFor("a save beyond where it was") {
      try desktop.press("F5")
      let saved: Chip8? = try? slots.image(.key(1)).machine()
      return saved.flatMap { $0.state.instructions > instruction ? $0 : nil }
    }
    let second = try waitFor("the first one's end") { () -> AdapterClient? in
      let client = try client()
      let request = try client.ask("attach", ["stopOnEntry": true])
      return try client.response(to: request).bool("success") == true ? client : nil
    }
    try second.request("configurationDone")
    #expect(try second.event("stopped").text("body.reason") == "pause")
    #expect(try second.value("stops", context: "repl") == "no stops")
    // In the past the game is its player's to continue.
    _ = try second.move("stepBack")
    let past = try second.value("instruction")
    try end(second)
    let third = try attached()
    try third.request("configurationDone")
    try third.event("stopped")
    #expect(try third.value("instruction") == past)
    // Switched on again, it plays.
    try third.request("restart")
    try third.event("continued")
    _ = try third.move("pause")
    try end(third)
    #expect(try desktop.quit().code == 0)
  }

  @Test("An attaching editor is told the state of the game")
  func choosing() throws {
    #expect(try client([:]).refusal("attach").contains("XDG_RUNTIME_DIR does not name"))
    #expect(try client().refusal("attach").hasPrefix("no game to attach to"))
    let killed = try open()
    var status = stat()
    #expect(stat(sockets, &status) == 0 && status.st_mode & 0o777 == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: sockets)
    let path = "\(sockets)/\(try #require(names.first))"
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    killed.kill()
    // What it has left is removed.
    #expect(try client().refusal("attach").hasPrefix("no game to attach to"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: sockets).isEmpty)
    let (one, two) = (
      try open(),
      try Desktop(
        [
          "roms/backfire.ch8", "--slots", scratch.directory, "--no-journal",
        ], environment: environment)
    )
    let deaf = try open("--no-debug-socket")
    let refusal = try client().refusal("attach")
    #expect(refusal.hasPrefix("several games are running") && refusal.contains("game.8o"))
    #expect(refusal.contains("backfire.ch8") && refusal.split(separator: ",").count == 2)
    #expect(try client().refusal("attach", ["pid": 1]).hasPrefix("no such game is running"))
    let client = try attached(["program": game])
    #expect(try client.refusal("attach").contains("already"))
    #expect(try client.refusal("launch", ["program": game]).contains("already"))
    try end(client)
    for desktop in [one, two, deaf] { #expect(try desktop.end(by: SIGTERM).code == 130) }
    // What is not played has none.
    #expect(
      try scratch.shell("XDG_RUNTIME_DIR=$PWD/run $CHIP8 game.8o --headless --frames 1").code == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: sockets).isEmpty)
  }

  /// A socket for which something is done with the address that a path is.
  private func socket(
    at path: String, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(AF_UNIX, type, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let isDone = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(isDone)
    return descriptor
  }

  /// A connection to the socket of the only game.
  private func connection() throws -> Int32 {
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: sockets).first)
    return try socket(at: "\(sockets)/\(name)") { connect($0, $1, $2) }
  }

  @Test("A suspended game does not keep an editor waiting")
  func suspendedGame() throws {
    try scratch.makeDirectory("run/chip8")
    chmod(sockets, 0o700)
    let game = try socket(at: "\(sockets)/\(getpid()).sock") { bind($0, $1, $2) }
    defer { close(game) }
    // It accepts no connection, and has room for one that waits.
    try #require(listen(game, 0) == 0)
    let waiting = try connection()
    defer { close(waiting) }
    #expect(try client().refusal("attach").hasSuffix("attached to: it is not responding"))
  }

  @Test("A game that an editor moved to its end plays after a restart")
  func restartAtEnd() throws {
    let source = ": main v1 := 30 delay := v1 loop v0 := delay while v0 != 0 again 0x00 0x01"
    try scratch.write("game.8o", Array(source.utf8))
    let desktop = try open()
    let client = try attached()
    try client.request("configurationDone")
    try client.event("stopped")
    _ = try client.move("stepBack")
    #expect(try client.move("continue") == "exception")
    try client.request("restart")
    try client.event("continued")
    try end(client)
    desktop.kill()
  }

  @Test("The end of a game is reported, even if it is killed", arguments: [true, false])
  func gameEnds(isKilled: Bool) throws {
    let desktop = try open()
    let client = try attached()
    try client.request("configurationDone")
    _ = try client.move("pause")
    let last = client.lastSeq
    if isKilled { desktop.kill() } else { #expect(try desktop.quit().code == 0) }
    #expect(try client.event("output").text("body.output") == "the game has ended\n")
    #expect(try client.event("terminated").number("seq") == client.lastSeq)
    #expect(client.lastSeq >= last + 2)
    #expect(client.events.filter { $0.text("event") == "terminated" }.isEmpty)
    #expect(try client.close()?.code == 0)
  }

  @Test("Half a message of a killed game garbles nothing")
  func gameEndsInAMessage() throws {
    try scratch.makeDirectory("run/chip8")
    chmod(sockets, 0o700)
    let game = try socket(at: "\(sockets)/\(getpid()).sock") { bind($0, $1, $2) }
    try #require(listen(game, 1) == 0)
    let client = try client()
    try client.ask("attach")
    let connection = AdapterClient(socket: accept(game, nil, nil))
    connection.send(
      #"{"seq":0,"type":"response","request_seq":0,"success":true,"command":"describe","body":{}}"#)
    // When it has found the game, the adapter hands on all that it was told.
    for command in ["describe", "initialize"] {
      #expect(try connection.next().text("command") == command)
    }
    connection.send(
      #"{"seq":3,"type":"response","request_seq":2,"success":true,"command":"attach"}"#)
    connection.write("Content-Length: 90\r\n\r\n{\"seq\":4,\"type\":\"ev")
    _ = try client.response(to: 2)
    _ = try connection.close()
    #expect(try client.event("output").number("seq") == 4)
    #expect(try client.event("terminated").number("seq") == 5)
    #expect(try client.close()?.code == 0)
    close(game)
  }

  @Test("Silent clients do not keep editors out, and those that take all places are named")
  func places() throws {
    let desktop = try open()
    let silent = try (0..<8).map { _ in try connection() }
    let slow = try (0..<8).map { _ in AdapterClient(socket: try connection()) }
    for client in slow { client.write("Content-Length: 100\r\n\r\n{") }
    try end(try attached())
    // Who is there stays, however many come.
    let talking = try (0..<8).map { _ in
      let client = AdapterClient(socket: try connection())
      try client.request("describe")
      return client
    }
    let refusal = try client().refusal("attach")
    #expect(refusal.hasSuffix("too many debuggers are attached (8)"), "\(refusal)")
    for client in talking { _ = try client.close() }
    try waitFor("a place") {
      let client = try client()
      let isAttached = try client.response(to: client.ask("attach")).bool("success") == true
      try end(client)
      return isAttached ? true : nil
    }
    for descriptor in silent { close(descriptor) }
    for client in slow { _ = try client.close() }
    #expect(try desktop.quit().code == 0)
  }

  @Test("Errors in a saved source appear in the editor")
  func watchedSource() throws {
    let desktop = try open("--watch")
    let client = try attached()
    try client.request("configurationDone")
    let whole = try scratch.text("game.8o")
    try scratch.write("game.8o", Array((whole + "\n: more\n  v0 := 300\n").utf8))
    let output = try client.event("output")
    #expect(output.text("body.category") == "stderr")
    let text = try #require(output.text("body.output"))
    #expect(text.contains("game.8o:13:9: ") && text.contains("v0 := 300"), "\(text)")
    // Who comes later is told, too.
    try end(client)
    let next = try attached()
    #expect(try next.event("output").text("body.output") == text)
    try scratch.write("game.8o", Array((whole + "\n: more\n  v0 := 30\n").utf8))
    try next.event("loadedSource")
    #expect(next.events.filter { $0.text("event") == "output" }.isEmpty)
    try end(next)
    #expect(try desktop.quit().code == 0)
  }

  @Test("An attach that was refused is not made up for by the next one")
  func attachAgain() throws {
    let client = try client()
    #expect(try client.refusal("attach").hasPrefix("no game to attach to"))
    let desktop = try open()
    try client.request("attach", ["stopOnEntry": true])
    try client.request("configurationDone")
    #expect(try client.event("stopped").text("body.reason") == "pause")
    // Nothing that was said twice, or not at all, has a number: four answers, this event and others.
    #expect(client.lastSeq == 5 + client.events.count)
    try end(client)
    #expect(try desktop.quit().code == 0)
  }

  @Test("No client keeps the window waiting")
  func hostility() throws {
    let desktop = try open()
    // Nonsense is answered, and ends the connection.
    for text in ["GET / HTTP/1.1\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n", "\u{0}"]
    {
      let client = AdapterClient(socket: try connection())
      client.write(text)
      #expect(try client.response(to: 0).bool("success") == false)
    }
    // A client that asks for much and reads nothing, attached or not; a silent one; too many.
    let greedy = AdapterClient(socket: try connection())
    for command in ["initialize", "attach", "configurationDone", "pause"] {
      try greedy.ask(command)
    }
    let ask =
      ["memoryReference": "0", "instructionOffset": 0, "instructionCount": 65536] as [String: Any]
    for _ in 0..<40 { try greedy.ask("disassemble", ask) }
    let silent = try (0..<20).map { _ in try connection() }
    // The window is as it was.
    try desktop.press("p", "F5")
    let saved: Chip8 = try waitFor("slot 1") { try? slots.image(.key(1)).machine() }
    #expect(saved.state.frames > 0)
    #expect(try desktop.quit().code == 0)
    for descriptor in silent { close(descriptor) }
  }
}
