// DebugAdapterFaultTests.swift: what `chip8 dap` does with input from broken or hostile clients.

import Foundation
import Testing

@Suite struct DebugAdapterFaultTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("game.8o", Array(": main loop v0 += 1 again".utf8))
  }

  private func launched() throws -> AdapterClient {
    let client = try AdapterClient(in: scratch)
    try client.launch(["program": scratch.path("game.8o"), "stopOnEntry": true])
    try client.request("configurationDone")
    try client.event("stopped")
    return client
  }

  @Test(arguments: [
    "", "{", "[]", "null", "\u{0}", #"{"seq":1}"#, #"{"seq":1,"type":"response","command":"x"}"#,
    #"{"type":"request","command":"threads"}"#, #"{"seq":1,"seq":1,"type":"request"}"#,
    #"{"seq":4,"type":"request","command":"threads","arguments":[]}"#,
    String(repeating: "[", count: 100_000), String(repeating: " ", count: 300_000),
    "[" + String(repeating: "0,", count: 100_000) + "0]",
  ])
  func whatCannotBeUnderstoodIsAnsweredAndForgotten(content: String) throws {
    let client = try launched()
    client.send(content)
    let known = content.contains(#""seq":"#) && !content.contains(#""seq":1,"seq":1"#)
    let number = content.contains(#""seq":4"#) ? 4 : known ? 1 : 0
    let response = try client.response(to: number)
    #expect(response.bool("success") == false)
    #expect(response.text("message")?.isEmpty == false)
    #expect(try client.value("pc") == "0x0200 512")
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "{\"seq\":1}\n", "Content-Length: 5\n\n",
    "Content-Length: -5\r\n\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "Content-Length: 99999999999999999999\r\n\r\n", "Content-Type: x\r\n\r\n", "\r\n\r\n",
    "Content-Length: " + String(repeating: "1", count: 5000),
  ])
  func whatIsNotFramedEndsTheSession(text: String) throws {
    let client = try launched()
    client.write(text)
    #expect(try client.response(to: 0).bool("success") == false)
    let outcome = try #require(try client.close())
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("not the Debug Adapter Protocol"))
  }

  @Test func theEndOfTheClientIsTheEnd() throws {
    #expect(try launched().close()?.code == 0)
    let running = try launched()
    try running.request("continue", ["threadId": 1])
    #expect(try running.close()?.code == 0)
    #expect(try scratch.chip8("dap").code == 0)
    #expect(try scratch.chip8("dap", input: Array("Content-Length: 9\r\n\r\n{}".utf8)).code == 65)
    #expect(try scratch.chip8("dap", "--listen", "65536").code == 64)
  }

  @Test func aClientThatDoesNotReadCannotKeepIt() throws {
    let client = try launched()
    let ask =
      ["memoryReference": "0", "instructionOffset": 0, "instructionCount": 65536] as [String: Any]
    for _ in 0..<4 { try client.ask("disassemble", ask) }
    try waitFor("a full pipe") { client.unreadByteCount >= 4096 ? true : nil }
    #expect(try client.interrupt()?.code == 130)
  }

  @Test func nothingComesBeforeItsTime() throws {
    let client = try AdapterClient(in: scratch)
    #expect(try client.refusal("threads") == "the first request is initialize")
    #expect(try client.refusal("initialize", ["pathFormat": "uri"]).contains("pathFormat is path"))
    try client.request("initialize", ["adapterID": "chip8"])
    #expect(try client.refusal("initialize") == "initialize was already sent")
    #expect(try client.refusal("continue").contains("launch one first"))
    #expect(try client.refusal("attach").contains("XDG_RUNTIME_DIR"))
    #expect(try client.refusal("stepInTargets").contains("not supported"))
    // Breakpoints may come before the program.
    let path = scratch.path("game.8o")
    let early = try client.breakpoints(path, [["line": 1]])
    #expect(early.bool("body.breakpoints.0.verified") == false)
    try client.request("configurationDone")
    try client.request("launch", ["program": path])
    #expect(try client.event("breakpoint").bool("body.breakpoint.verified") == true)
    #expect(try client.event("stopped").text("body.reason") == "breakpoint")
    #expect(try client.refusal("launch", ["program": path]).contains("already"))
    for (command, arguments, why) in [
      ("variables", ["variablesReference": 9], "no such variables: 9"),
      ("variables", ["variablesReference": "x"], "variablesReference is not a whole number"),
      ("variables", [:], "variablesReference is missing"),
      ("scopes", ["frameId": 7], "no such frame: 7"),
      ("next", ["threadId": 1, "granularity": "page"], "granularity is"),
      (
        "disassemble", ["memoryReference": "main", "instructionCount": 1 << 40],
        "65536 instructions"
      ),
      ("readMemory", ["memoryReference": "main", "offset": Int.max, "count": 1], "far outside"),
      ("readMemory", ["memoryReference": "main", "count": -1], "count is negative"),
      ("goto", ["threadId": 1, "targetId": 65536], "targetId is not"),
      ("setBreakpoints", ["source": [:] as [String: Any]], "neither a path nor a reference"),
    ] as [(String, [String: Any], String)] {
      #expect(try client.refusal(command, arguments).contains(why), "\(command)")
    }
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  @Test(arguments: [
    (#"{}"#, "exactly one of program, restore and input"),
    (#"{"program": "a", "restore": "b"}"#, "exactly one of"),
    (#"{"program": "missing.8o"}"#, "missing.8o"), (#"{"program": "-"}"#, "standard input"),
    (#"{"program": "game.8o", "platform": "x"}"#, "platform is not one of auto, vip"),
    (#"{"program": "game.8o", "quirks": {"x": true}}"#, "x is not a quirk"),
    (#"{"program": "game.8o", "quirks": {"shift": 1}}"#, "shift is not true or false"),
    (#"{"program": "game.8o", "ipf": 0}"#, "ipf is not"),
    (#"{"program": "game.8o", "seed": "x"}"#, "seed is not a whole number"),
    (#"{"program": "game.8o", "keys": "5"}"#, "keys is not"),
    (#"{"program": "game.8o", "symbols": "missing.sym"}"#, "missing.sym"),
    (#"{"restore": "game.8o"}"#, "game.8o"), (#"{"input": "game.8o"}"#, "game.8o"),
    (#"{"program": "bad.8o"}"#, "bad.8o:1"),
  ])
  func aBadLaunchSaysWhy(arguments: String, why: String) throws {
    try scratch.write("bad.8o", Array(": main nonsense".utf8))
    let client = try AdapterClient(in: scratch)
    try client.request("initialize", ["adapterID": "chip8"])
    let object = try JSONSerialization.jsonObject(with: Data(arguments.utf8))
    let message = try client.refusal("launch", try #require(object as? [String: Any]))
    #expect(message.contains(why), "\(message)")
    // It can be tried again.
    try client.request("launch", ["program": scratch.path("game.8o")])
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  /// Where no game can have a socket, an editor that wants to attach to one is told why.
  @Test(arguments: [
    ("", "XDG_RUNTIME_DIR does not name a directory"),
    ("run", "XDG_RUNTIME_DIR does not name a directory"),
    ("/missing", "/missing/chip8: No such file or directory"),
    ("/game.8o", "/game.8o/chip8: Not a directory"),
    ("/open", "/open/chip8 is not a directory that only its user can open"),
    ("/" + String(repeating: "x", count: 100), "is longer than the"),
  ])
  func noSocketIsExplained(runtime: String, why: String) throws {
    try scratch.makeDirectory("open")
    try scratch.makeDirectory("open/chip8")
    chmod(scratch.path("open/chip8"), 0o755)
    let path = runtime.hasPrefix("/") ? scratch.directory + runtime : runtime
    let client = try AdapterClient(in: scratch, environment: ["XDG_RUNTIME_DIR": path])
    try client.request("initialize")
    let refusal = try client.refusal("attach")
    #expect(refusal.hasPrefix("games cannot be attached to: ") && refusal.contains(why))
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  @Test func allLaunchArgumentsReachTheMachine() throws {
    let client = try AdapterClient(in: scratch)
    try client.launch([
      "program": scratch.path("game.8o"), "platform": "schip", "ipf": 7, "seed": "5",
      "quirks": ["shift": true], "keys": "0-9:3", "stopOnEntry": true, "name": "game",
    ])
    try client.request("configurationDone")
    try client.event("stopped")
    _ = try client.value("frame 2", context: "repl")
    #expect(try client.value("instruction") == "0x0E 14" && client.value("key") == "0x03 3")
    let machine = try client.request("variables", ["variablesReference": 2])
    #expect(machine.text("body.variables.3.value") == "schip")
    let report = try scratch.report(
      "game.8o", "--platform", "schip", "--ipf", "7", "--seed", "5", "--quirk", "shift=on",
      "--keys", "0-9:3", "--frames", "2")
    #expect(machine.text("body.variables.4.value") == report.state.sha256)
    try client.request("disconnect")
    _ = try client.close()
  }

  /// One client after the other, and only those of this computer.
  @Test func clientsConnectToAPort() throws {
    let running = try Running(
      "/bin/sh", ["-c", "exec \"$CHIP8\" dap --listen 0 >port"], in: scratch)
    try waitUntil { (try? scratch.text("port"))?.hasSuffix("\n") == true }
    let line = try scratch.text("port")
    let number = try #require(line.firstMatch(of: /^listening on 127\.0\.0\.1:(\d+)\n$/)?.1)
    let port = try #require(UInt16(number))
    for _ in 0..<2 {
      let client = AdapterClient(socket: try connect(port))
      try client.launch(["program": scratch.path("game.8o"), "stopOnEntry": true])
      try client.request("configurationDone")
      try client.event("stopped")
      #expect(try client.move("next") == "step")
      try client.request("disconnect")
      _ = try client.close()
    }
    // What a browser sends is not obeyed, and the next client is served.
    let browser = AdapterClient(socket: try connect(port))
    browser.write("POST / HTTP/1.1\r\nContent-Length: 60\r\n\r\n")
    #expect(try browser.response(to: 0).bool("success") == false)
    _ = try browser.close()
    let last = AdapterClient(socket: try connect(port))
    try last.request("initialize", ["adapterID": "chip8"])
    _ = try last.close()
    kill(running.process, SIGTERM)
    #expect(try running.outcome().code == 130)
  }

  private func connect(_ port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, size)
      }
    }
    try #require(code == 0)
    return descriptor
  }

  private func fuzz(_ program: String, _ options: String...) throws -> Outcome {
    let fuzzer = FileManager.default.currentDirectoryPath + "/Fuzz/dap"
    return try Running("/usr/bin/python3", [fuzzer, program] + options, in: scratch).outcome()
  }

  /// Some of the sessions that `make fuzz` tries: Fuzz/README.md.
  @Test func anyMessageInAnyOrder() throws {
    let outcome = try fuzz(Running.executable, "--seed", "1", "--cases", "12")
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    let done = try #require(outcome.text.firstMatch(of: /12 sessions; (\d+) requests were done/)?.1)
    #expect(try #require(Int(done)) > 50, "\(outcome.text)")
  }

  /// An adapter that breaks a rule is found out.
  @Test(arguments: [
    (#""request_seq":2,"#, #""request_seq":9,"#, 0, "unrequested response"),
    (#""seq":2,"#, #""seq":1,"#, 0, "wrong number"), ("Content", "content", 0, "not a message"),
    ("x", "x", 3, "it has ended with 3"),
  ])
  func aBrokenAdapterIsFound(text: String, other: String, code: Int, finding: String) throws {
    let script = """
      #!/usr/bin/python3
      import os, subprocess, sys
      chip8 = subprocess.Popen(["\(Running.executable)", "dap"], stdout=subprocess.PIPE)
      while data := os.read(chip8.stdout.fileno(), 65536):
          os.write(1, data.replace(b'\(text)', b'\(other)'))
      sys.exit(chip8.wait() + \(code))
      """
    try scratch.write("broken", Array(script.utf8))
    chmod(scratch.path("broken"), 0o755)
    let outcome = try fuzz(scratch.path("broken"), "--seed", "1", "--cases", "20")
    #expect(outcome.code == 1)
    #expect(outcome.text.contains(finding), "\(outcome.text)\(outcome.errors)")
  }
}
