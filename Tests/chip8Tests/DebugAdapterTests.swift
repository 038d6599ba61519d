// DebugAdapterTests.swift: `chip8 dap`, as editors use it. Tests/DebugAdapter has a session of a client that
// others have written.

import Foundation
import Testing

@Suite struct DebugAdapterTests {
  private let scratch: Scratch
  private var game: String { scratch.path("game.8o") }

  init() throws {
    scratch = try Scratch()
    let source = """
      :alias x v3
      :macro twice VX { VX += 1 VX += 1 }
      : main
        i := box
        loop
          twice x
          draw
          if x == 40 then jump fail
        again
      : draw
        sprite x v4 2
        ;
      : fail
        return
      : box 0xF0 0xF0
      """
    try scratch.write("game.8o", Array(source.utf8))
  }

  /// A client with a program that has stopped where it begins.
  private func stopped(_ arguments: [String: Any] = [:]) throws -> AdapterClient {
    let client = try AdapterClient(in: scratch)
    try client.launch(["program": game, "stopOnEntry": true].merging(arguments) { _, new in new })
    try client.request("configurationDone")
    #expect(try client.event("stopped").text("body.reason") == "entry")
    return client
  }

  private func end(_ client: AdapterClient) throws {
    try client.request("disconnect")
    #expect(try client.close()?.code == 0)
  }

  // MARK: Motions

  @Test func stepsAreUndoneByStepsBack() throws {
    let client = try stopped()
    // The line of the macro's body, then the one after its use.
    for line in [2, 7] {
      #expect(try client.move("next") == "step")
      #expect(try client.line == line)
    }
    // Over the call and back, into it and back.
    #expect(try client.move("next") == "step" && client.line == 8)
    #expect(try client.move("stepBack") == "step" && client.line == 7)
    #expect(try client.move("stepIn") == "step" && client.line == 11)
    let stack = try client.request("stackTrace", ["threadId": 1])
    #expect(stack.text("body.stackFrames.0.name") == "draw")
    #expect(stack.text("body.stackFrames.0.source.path") == game)
    #expect(stack.number("body.stackFrames.1.line") == 7 && stack.number("body.totalFrames") == 2)
    #expect(try client.move("stepBack") == "step" && client.line == 7)
    _ = try client.move("stepIn")
    #expect(try client.move("stepOut") == "step" && client.line == 8)
    #expect(try client.move("reverseStepIn") == "step" && client.line == 12)
    #expect(try client.move("reverseStepOut") == "step" && client.line == 7)
    #expect(try client.move("reverseNext") == "step" && client.line == 2)
    #expect(try client.move("reverseContinue") == "entry" && client.line == 4)
    #expect(try client.refusal("stepOut", ["threadId": 1]) == "not in a subroutine")
    try end(client)
  }

  @Test func eachInstructionIsAPlaceToGoBackTo() throws {
    let client = try stopped()
    var places: [String] = []
    for _ in 0..<12 {
      places.append(try client.value("pc") ?? "")
      _ = try client.move("stepIn", ["granularity": "instruction"])
    }
    for place in places.reversed() {
      #expect(try client.move("stepBack", ["granularity": "instruction"]) == "step")
      #expect(try client.value("pc") == place)
    }
    try end(client)
  }

  @Test func stopsHaveConditionsAndHits() throws {
    let client = try AdapterClient(in: scratch)
    try client.launch(["program": game])
    let set = try client.breakpoints(
      game,
      [
        ["line": 9, "condition": "x == 12"], ["line": 11, "logMessage": "x is {x}"],
        ["line": 7, "hitCondition": "3"], ["line": 3], ["line": 99],
        ["line": 6, "condition": "x +"],
      ])
    #expect(set.bool("body.breakpoints.0.verified") == true)
    #expect(set.number("body.breakpoints.3.line") == 4)
    #expect(set.bool("body.breakpoints.4.verified") == false)
    #expect(set.text("body.breakpoints.5.message") == "the expression is incomplete")
    try client.request("configurationDone")
    // The first instruction has a breakpoint, too.
    var stop = try client.event("stopped")
    #expect(stop.text("body.reason") == "breakpoint")
    #expect(stop.number("body.hitBreakpointIds.0") == set.number("body.breakpoints.3.id"))
    try client.request("continue", ["threadId": 1])
    stop = try client.event("stopped")
    #expect(try client.line == 7 && client.value("x") == "0x06 6")
    #expect(try client.event("output").text("body.output") == "x is 2\n")
    #expect(try client.move("continue") == "breakpoint")
    #expect(try client.line == 9 && client.value("x") == "0x0C 12")
    #expect(try client.move("reverseContinue") == "breakpoint")
    #expect(try client.value("x") == "0x06 6")
    try end(client)
  }

  @Test func stopsByAddressLabelAndDataAreFound() throws {
    let client = try stopped()
    try client.request("setFunctionBreakpoints", ["breakpoints": [["name": "draw"]]])
    #expect(try client.move("continue") == "function breakpoint")
    try client.request("setFunctionBreakpoints", ["breakpoints": [[String: Any]]()])
    let draw = try #require(try client.value("pc")?.split(separator: " ").first)
    try client.request(
      "setInstructionBreakpoints",
      ["breakpoints": [["instructionReference": String(draw), "offset": 2]]])
    #expect(try client.move("continue") == "instruction breakpoint")
    #expect(try client.line == 12)
    let info = try client.request(
      "dataBreakpointInfo", ["variablesReference": 1, "name": "V3"])
    let id = try #require(info.text("body.dataId"))
    try client.request(
      "setDataBreakpoints", ["breakpoints": [["dataId": id, "accessType": "write"]]])
    #expect(try client.move("reverseContinue") == "data breakpoint")
    #expect(try client.line == 7 && client.value("v3") == "0x02 2")
    let address = try client.request(
      "dataBreakpointInfo", ["name": "0x210", "asAddress": true, "bytes": 4])
    #expect(address.text("body.dataId") == "0x210:4")
    for name in ["PC", "nothing", "0xFFFFFF"] {
      let none = try client.request("dataBreakpointInfo", ["name": name])
      #expect(none["body.dataId"] is NSNull && none.text("body.description") != nil)
    }
    try end(client)
  }

  @Test func aPauseComesThroughWhileTheProgramRuns() throws {
    try scratch.write("busy.8o", Array(": main loop v0 += 1 v1 += 3 again".utf8))
    let client = try AdapterClient(in: scratch)
    try client.launch(["program": scratch.path("busy.8o")])
    try client.request("configurationDone")
    #expect(try client.request("threads").number("body.threads.0.id") == 1)
    #expect(try client.refusal("stackTrace", ["threadId": 1]).contains("not stopped"))
    #expect(try client.move("pause") == "pause")
    // Then what is requested is done, and not what was paused; and not what the console has ended.
    func instruction() throws -> Int {
      let text = try #require(try client.value("instruction"))
      return try #require(text.split(separator: " ").last.flatMap { Int($0) })
    }
    // The pause may have come before the first instruction.
    while try instruction() == 0 {
      try client.request("continue", ["threadId": 1])
      #expect(try client.move("pause") == "pause")
    }
    let present = try instruction()
    #expect(try client.move("stepBack", ["granularity": "instruction"]) == "step")
    #expect(try instruction() == present - 1)
    #expect(try client.move("stepIn", ["granularity": "instruction"]) == "step")
    #expect(try instruction() == present)
    client.forget("stopped")
    try client.value("continue 2", context: "repl")
    try client.event("stopped")
    #expect(try client.move("reverseContinue") == "entry" && instruction() == 0)
    // Stops that are set while it runs hold at once.
    try client.request("continue", ["threadId": 1])
    try client.request(
      "setInstructionBreakpoints", ["breakpoints": [["instructionReference": "main"]]])
    #expect(try client.event("stopped").text("body.reason") == "instruction breakpoint")
    // A step that never ends is paused, too.
    try client.request("setInstructionBreakpoints", ["breakpoints": [[String: Any]]()])
    try scratch.write(
      "wait.8o", Array(": main\n  work\n: work\n  loop\n    v0 += 1\n  again\n".utf8))
    try client.request(
      "restart", ["arguments": ["program": scratch.path("wait.8o"), "stopOnEntry": true]])
    try client.event("stopped")
    try client.breakpoints(scratch.path("wait.8o"), [["line": 5, "logMessage": "works"]])
    try client.request("next", ["threadId": 1])
    try client.event("output")
    #expect(try client.move("pause") == "pause")
    #expect(try client.request("stackTrace", ["threadId": 1]).number("body.totalFrames") == 2)
    try end(client)
  }

  // MARK: Ends

  @Test func aFaultStopsOrEndsAsTheClientWants() throws {
    let client = try stopped()
    #expect(try client.move("continue") == "exception")
    let info = try client.request("exceptionInfo", ["threadId": 1])
    #expect(info.text("body.exceptionId") == "stack-underflow")
    #expect(try client.event("output").text("body.output")?.contains("stack underflow") == true)
    #expect(try client.move("stepBack") == "step")
    #expect(try client.refusal("exceptionInfo", ["threadId": 1]).contains("exception"))
    try client.request("setExceptionBreakpoints", ["filters": [String]()])
    try client.request("continue", ["threadId": 1])
    #expect(try client.event("exited").number("body.exitCode") == 70)
    try client.event("terminated")
    try end(client)
  }

  @Test func collisionsAndWaitsForKeysAreExceptions() throws {
    let source = ": main i := 0 sprite v0 v0 5 sprite v0 v0 5 v1 := key exit"
    try scratch.write("keys.8o", Array(source.utf8))
    let client = try stopped([
      "program": scratch.path("keys.8o"), "keys": "5-6:A", "platform": "schip",
    ])
    try client.request(
      "setExceptionBreakpoints",
      [
        "filters": ["keywait", "exit"],
        "filterOptions": [["filterId": "collision", "condition": "vf == 1"]],
      ])
    for id in ["collision", "keywait"] {
      #expect(try client.move("continue") == "exception")
      let info = try client.request("exceptionInfo", ["threadId": 1])
      #expect(info.text("body.exceptionId") == id)
      #expect(try client.value("pc") == "0x0206 518")
    }
    #expect(try client.move("continue") == "exception")
    #expect(try client.value("v1") == "0x0A 10")
    #expect(
      try client.refusal("setExceptionBreakpoints", ["filters": ["x"]]).contains("not one of"))
    try client.request("terminate")
    try client.event("terminated")
    try end(client)
  }

  // MARK: The machine

  @Test func valuesAreShownAndChanged() throws {
    let client = try stopped()
    _ = try client.move("next")
    let scopes = try client.request("scopes", ["frameId": 1])
    #expect(
      (0..<3).map { scopes.text("body.scopes.\($0).name") } == ["Registers", "Machine", "Screen"])
    let registers = try client.request("variables", ["variablesReference": 1])
    #expect(registers.count("body.variables") == 21)
    #expect(registers.text("body.variables.16.name") == "I")
    #expect(registers.text("body.variables.16.value")?.hasPrefix("0x0214 ") == true)
    let machine = try client.request("variables", ["variablesReference": 2])
    #expect(machine.text("body.variables.3.value") == "xochip")
    let before = machine.text("body.variables.4.value")
    #expect(
      try client.request(
        "setVariable", ["variablesReference": 1, "name": "v3", "value": "x + 0x10"]
      ).text("body.value") == "0x10 16")
    try client.event("invalidated")
    try client.event("memory")
    #expect(
      try client.request("setExpression", ["expression": "[box]", "value": "7"]).text("body.value")
        == "0x07 7")
    #expect(try client.value("[box] + x") == "0x17 23")
    #expect(try client.value("V3") == "0x10 16" && client.value("512") == "0x0200 512")
    for _ in 0..<2 { _ = try client.value("undo", context: "repl") }
    let after = try client.request("variables", ["variablesReference": 2])
    #expect(after.text("body.variables.4.value") == before)
    #expect(
      try client.refusal("setVariable", ["variablesReference": 1, "name": "V3", "value": "256"])
        .contains("256"))
    #expect(try client.refusal("evaluate", ["expression": "1 / 0"]) == "division by zero")
    try end(client)
  }

  @Test func namesAreCompletedWhereverTheCursorIs() throws {
    let client = try stopped()
    let found = try client.request("completions", ["text": "x + bo", "column": 7])
    #expect(found.text("body.targets.0.label") == "box")
    #expect(found.number("body.targets.0.start") == 4)
    for (line, column) in [(Int.min, 1), (Int.max, 1), (1, Int.min), (1, Int.max)] {
      try client.request("completions", ["text": "bo", "line": line, "column": column])
    }
    try end(client)
  }

  @Test func memoryIsReadAndWritten() throws {
    let client = try stopped()
    let read = try client.request("readMemory", ["memoryReference": "box", "count": 2])
    #expect(read.text("body.data") == "8PA=" && read.text("body.address") == "0x0214")
    let write = try client.request("writeMemory", ["memoryReference": "0x214", "data": "AQI="])
    #expect(write.number("body.bytesWritten") == 2)
    #expect(try client.value("[box] * 256 + [box + 1]") == "0x0102 258")
    let last = try client.request("readMemory", ["memoryReference": "0xFFFF", "count": 3])
    #expect(last.number("body.unreadableBytes") == 2)
    let tooLong: [String: Any] = ["memoryReference": "0xFFFF", "data": "AQI="]
    #expect(try client.refusal("writeMemory", tooLong).contains("do not fit"))
    let partial = try client.request(
      "writeMemory", tooLong.merging(["allowPartial": true]) { $1 })
    #expect(partial.number("body.bytesWritten") == 1)
    #expect(
      try client.refusal("writeMemory", ["memoryReference": "box", "data": "AQ"])
        == "data is not base64")
    try end(client)
  }

  @Test func aDisassemblyHasAsManyInstructionsAsWereAskedFor() throws {
    let client = try stopped()
    for (offset, count) in [(0, 3), (-2, 5), (-400, 300), (40_000, 7), (0, 0)] {
      let response = try client.request(
        "disassemble",
        ["memoryReference": "0x200", "instructionOffset": offset, "instructionCount": count])
      #expect(response.count("body.instructions") == count)
    }
    let response = try client.request(
      "disassemble", ["memoryReference": "0x200", "instructionOffset": -1, "instructionCount": 3])
    #expect(
      (0..<3).map { response.text("body.instructions.\($0).address") }
        == ["0x01FE", "0x0200", "0x0202"])
    #expect(response.text("body.instructions.1.instructionBytes") == "A2 14")
    #expect(response.text("body.instructions.1.instruction") == "i := box")
    #expect(response.text("body.instructions.1.symbol") == "main")
    #expect(response.number("body.instructions.2.line") == 2)
    try end(client)
  }

  @Test func theNextInstructionCanBeAnyLine() throws {
    let client = try stopped()
    let targets = try client.request("gotoTargets", ["source": ["path": game], "line": 13])
    let target = try #require(targets.number("body.targets.0.id"))
    #expect(try client.move("goto", ["targetId": target]) == "goto")
    #expect(try client.line == 14)
    _ = try client.value("undo", context: "repl")
    #expect(try client.line == 4)
    try end(client)
  }

  // MARK: The past

  @Test func whoHasWrittenAByteIsAskedInTheConsoleAndByARequest() throws {
    let client = try stopped()
    try client.breakpoints(game, [["line": 9, "condition": "x == 8"]])
    _ = try client.move("continue")
    let answer = try client.request("lastWrite", ["target": "x"])
    #expect(answer.text("body.description")?.hasPrefix("written by 0x0204") == true)
    #expect(try client.event("stopped").text("body.reason") == "goto")
    try client.event("invalidated")
    #expect(try client.value("x") == "0x07 7")
    let writer = try client.value("lastWrite i", context: "repl")
    #expect(writer?.hasPrefix("written by 0x0200") == true)
    #expect(try client.line == 4)
    // Another course begins where something is changed.
    _ = try client.value("set v4 = 9", context: "repl")
    _ = try client.value("step 3", context: "repl")
    let leaves = try #require(try client.value("leaves", context: "repl"))
    #expect(leaves.split(separator: "\n").count == 2, "\(leaves)")
    let other = try #require(leaves.split(separator: "\n").first { $0.hasPrefix(" ") })
    let number = try #require(other.split(separator: " ").first.flatMap { Int($0) })
    let difference = try client.request("firstDiff", ["leaf": number])
    #expect(difference.number("body.instruction") == 0 && difference.text("body.field") != nil)
    #expect(try client.refusal("firstDiff", ["leaf": 77]) == "no such leaf: 77")
    try end(client)
  }

  @Test func thePastOfASavedStateIsThere() throws {
    _ = try scratch.chip8(
      "game.8o", "--headless", "--frames", "6", "--save", "game.state", "--record", "game.movie")
    for arguments in [
      ["restore": scratch.path("game.state"), "program": NSNull()],
      ["input": scratch.path("game.movie"), "program": NSNull()],
    ] as [[String: Any]] {
      let client = try stopped(arguments)
      for frame in [2, 6, 2] {
        _ = try client.value("goto \(frame)", context: "repl")
        #expect(try client.event("stopped").text("body.reason") == "goto")
      }
      // What was played ends there, which is a stop.
      #expect(try client.move("continue") == "pause")
      let frame = try client.request("variables", ["variablesReference": 2])
      #expect(frame.text("body.variables.0.value") == "6")
      #expect(try client.move("reverseContinue") == "entry")
      #expect(try client.value("frame") == "0x00 0")
      try end(client)
    }
  }

  @Test func aChangedSourceIsReloaded() throws {
    let client = try stopped()
    let set = try client.breakpoints(game, [["line": 11]])
    #expect(set.number("body.breakpoints.0.line") == 11)
    for _ in 0..<2 { _ = try client.move("next") }
    let x = try client.value("x")
    client.forget("breakpoint")
    // Something that cannot be assembled changes nothing.
    let source = try scratch.text("game.8o")
    try scratch.write("next", Array(source.replacing("sprite", with: "sprit").utf8))
    rename(scratch.path("next"), game)
    #expect(try client.event("output").text("body.output")?.contains("sprit") == true)
    let changed = source.replacing("  i := box", with: "  i := box\n  v9 := 1\n  v9 := 2")
    try scratch.write("next", Array(changed.utf8))
    rename(scratch.path("next"), game)
    #expect(try client.event("loadedSource").text("body.source.path") == game)
    let moved = try client.event("breakpoint")
    #expect(moved.text("body.breakpoint.instructionReference") == "0x0210")
    #expect(try client.value("x") == x)
    #expect(try client.value("draw") == "0x0212 530")
    try end(client)
  }

  // MARK: Sources

  @Test func includedFilesAndMacrosHaveLines() throws {
    try scratch.makeDirectory("sub")
    try scratch.write("sub/part.8o", Array(":breakpoint here\n: part\n  v1 += 1\n  return\n".utf8))
    try scratch.write(
      "main.8o", Array(": main\n  loop\n    part\n  again\n:include \"sub/part.8o\"\n".utf8))
    let client = try stopped(["program": scratch.path("main.8o")])
    let own = try client.event("breakpoint")
    #expect(own.text("body.reason") == "new" && own.text("body.breakpoint.message") == "here")
    let sources = try client.request("loadedSources")
    #expect(sources.count("body.sources") == 2)
    #expect(sources.text("body.sources.1.path") == scratch.path("sub/part.8o"))
    try client.breakpoints(scratch.path("sub/part.8o"), [["line": 4]])
    #expect(try client.move("continue") == "breakpoint")
    #expect(try client.line == 3)
    #expect(try client.move("continue") == "breakpoint")
    #expect(try client.line == 4)
    try end(client)

    let macros = ":macro twice VX {\n  VX += 1\n  VX += 2\n}\n: main\n  twice v1\n  twice v2\n"
    try scratch.write("macros.8o", Array(macros.utf8))
    let other = try stopped(["program": scratch.path("macros.8o")])
    try other.breakpoints(scratch.path("macros.8o"), [["line": 7]])
    #expect(try other.move("continue") == "breakpoint")
    #expect(try other.value("v1 + v2") == "0x03 3")
    let name = try other.request("stackTrace", ["threadId": 1]).text("body.stackFrames.0.name")
    #expect(name?.contains("in twice of macros.8o:7") == true, "\(name ?? "")")
    try end(other)
  }

  @Test func aSourceThatIsNotOnTheDiskIsAskedFor() throws {
    let outcome = try scratch.shell("python3 -m zipfile -c game.zip game.8o")
    try #require(outcome.code == 0)
    let client = try stopped(["program": scratch.path("game.zip/game.8o")])
    let source = try client.request("loadedSources")
    let reference = try #require(source.number("body.sources.0.sourceReference"))
    let text = try client.request("source", ["sourceReference": reference]).text("body.content")
    #expect(text == (try scratch.text("game.8o")))
    let set = try client.request(
      "setBreakpoints",
      ["source": ["sourceReference": reference], "breakpoints": [["line": 11]]])
    #expect(set.bool("body.breakpoints.0.verified") == true)
    #expect(try client.move("continue") == "breakpoint" && client.line == 11)
    try end(client)
  }

  /// Where there is no source, there is a listing of what is in the RAM now.
  @Test func aProgramWithoutASourceIsListed() throws {
    // It changes its own instruction at 0x208, from V0 := 1 to V0 := 2, and goes on there.
    try scratch.write(
      "game.ch8",
      [0x60, 0x60, 0x61, 0x02, 0xA2, 0x08, 0xF1, 0x55, 0x60, 0x01, 0x70, 0x01, 0x12, 0x08])
    let client = try stopped(["program": scratch.path("game.ch8"), "platform": "chip8"])
    func top() throws -> (line: Int?, text: [Substring]) {
      let stack = try client.request("stackTrace", ["threadId": 1])
      let reference = try #require(stack.number("body.stackFrames.0.source.sourceReference"))
      let text = try client.request("source", ["sourceReference": reference]).text("body.content")
      return (stack.number("body.stackFrames.0.line"), (text ?? "").split(separator: "\n"))
    }
    let before = try top()
    #expect(before.line == 1 && before.text.count == 7)
    #expect(before.text[4] == "0x0208  6001     v0 := 0x01", "\(before.text)")
    let source = try client.request("loadedSources").number("body.sources.0.sourceReference") ?? 0
    let set = try client.request(
      "setBreakpoints",
      ["source": ["sourceReference": source], "breakpoints": [["line": 6], ["line": 8]]])
    #expect(set.text("body.breakpoints.0.instructionReference") == "0x020A")
    #expect(set.bool("body.breakpoints.1.verified") == false)
    #expect(try client.move("continue") == "breakpoint")
    let after = try top()
    let changed = "0x0208  6002     v0 := 0x02  # changed by the program"
    #expect(after.line == 6 && after.text[4] == changed, "\(after.text)")
    try end(client)
  }
}
