// DebugSessionTests.swift: a program that is debugged at the level of its source.

import Chip8Core
import Chip8Player
import Octo
import SaveState
import Testing

@Suite struct DebugSessionTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static let source = """
    :alias x v3
    :const step 2
    :macro move { x += step  v4 += 1 }
    :breakpoint start
    :monitor x 1
    : main
      i := box
      loop
        move draw
        if x == 40 then turn
        v5 := 3 if v5 key then turn
      again
    : draw
      sprite x v4 2
      if vF == 1 then note
      ;
    : turn
      x := 0
      i := scratch v0 := 7 save v0 i := box
      ;
    : note vE += 1 ;
    : box 0xF0 0xF0
    : scratch 0
    """

  private func session(
    _ source: String = source, ipf: Int = 15, keys: String = "20-30:3"
  ) throws -> DebugSession {
    var request = PlayRequest()
    request.path = try scratch.write("game.8o", source)
    request.machine.instructionsPerFrame = ipf
    request.keys = try #require(KeyScript(keys))
    return try request.debugSession()
  }

  private func line(_ session: DebugSession) -> Int? {
    session.source.line(at: session.machine.state.pc)?.number
  }

  @Test func namesOfTheSourceAreKnown() throws {
    var session = try session()
    #expect(session.stops.map(\.name) == ["start"])
    #expect(session.stops.map(\.event) == [.execution(0x202)])
    _ = session.move(.run)
    #expect(session.position.instruction == 1 && session.monitorTexts == ["x: 00"])
    for (text, value) in [
      ("BOX", 0x200 + session.machine.program.bytes.count - 3), ("step*3", 6), ("x", 0),
      ("[box] & 0x80", 0x80), ("frame-1", -1), ("1 + 2 == 3 && !0", 1), ("key", -1),
      ("-7 % 4 << 2", -12),
    ] {
      #expect(try session.value(of: text) == value, "\(text)")
    }
    for text in ["10 / 0", "nothing", "1 +", "(1", "[1", "1 2", "0x", "12ab", "pixel(1)"] {
      #expect(throws: DebugError.self, "\(text)") { try session.value(of: text) }
    }
  }

  @Test func linesAndCallsAreSteps() throws {
    var session = try session()
    session.removeStops { _ in true }
    var lines: [Int?] = []
    for _ in 0..<8 {
      guard case .done = session.move(.into, by: .line).stop else { return #expect(Bool(false)) }
      lines.append(line(session))
    }
    // A macro's instructions have the line of its body.
    #expect(lines == [3, 9, 14, 15, 16, 10, 11, 12])
    _ = session.move(.run, frames: 1)
    while line(session) != 9 { _ = session.move(.into, by: .line) }
    _ = session.move(.over, by: .line)
    #expect(line(session) == 10)
    _ = session.move(.over, by: .line, .backwards)
    #expect(line(session) == 9)
    #expect(session.frames.map(\.name) == ["main"])
    _ = session.move(.into, by: .instruction)
    #expect(session.frames.map(\.name) == ["draw", "main"])
    _ = session.move(.out)
    #expect(session.frames.count == 1 && line(session) == 10)
    let inMacro = try #require(session.source.addresses(of: .init(file: 0, number: 3)).first)
    #expect(session.source.macroCalls(at: inMacro).map(\.line.number) == [9])
  }

  @Test func twoPageProgramsBeginAfterTheirDriver() throws {
    var request = PlayRequest()
    request.path = try scratch.write(
      "game.8o", ": main loop again :org 0x2C0 : start v0 := 1 : wait loop again")
    request.machine.platform = .hires
    var session = try request.debugSession()
    _ = session.move(.into, by: .instruction)
    #expect(session.frames.map(\.name) == ["start"])
  }

  /// A line in a macro stops in each of its uses; a line that uses one, once, before what that has made.
  @Test func linesStopInMacrosAndWhereTheyAreUsed() throws {
    let source = """
      :macro one VX {
        VX += 1
        VX += 2
      }
      :macro both VX VY {
        one VX
        VY += 3
      }
      : main
        one v0
        both v1 v2
        v5 += 1  one v6  v7 += 1
        one v8 one v9
        loop again
      """
    let loaded = try LoadedMachine(LoadedFile("macros.8o", contents: Array(source.utf8)))
    let session = DebugSession(loaded)
    for (line, addresses) in [
      (1, [0x200, 0x204, 0x20C, 0x212, 0x216]), (3, [0x202, 0x206, 0x20E, 0x214, 0x218]),
      (6, [0x204]), (7, [0x208]), (10, [0x200]), (11, [0x204]), (12, [0x20A]), (13, [0x212]),
      (14, [0x21A]),
    ] as [(Int, [UInt16])] {
      #expect(try session.breakpointAddresses("\(line)") == addresses, "\(line)")
    }
  }

  /// Each step backwards leads to the last place from which the same step forwards would have stopped.
  @Test func stepsBackwardsAreThoseForwards() throws {
    var random = SystemRandom(DebugSessionTests.seed)
    for keys in ["20-30:3", "5-6:3,9-90:13"] {
      var session = try session(ipf: Int.random(in: 7...20, using: &random), keys: keys)
      session.removeStops { _ in true }
      var lines = [session.position]
      while session.position.frame < 12 || lines.count <= 60 {
        _ = session.move(.into, by: .line)
        lines.append(session.position)
      }
      lines.removeFirst()
      #expect(Set(lines).count == lines.count)
      for position in lines.dropLast().reversed() {
        _ = session.move(.into, by: .line, .backwards)
        #expect(session.position == position, "seed \(DebugSessionTests.seed)")
      }
      for _ in 0..<40 {
        // Over calls: from where a step over ends, one back leads to where it began, unless that was in the
        // middle of a line or the step has left a subroutine.
        let position = try #require(lines.dropLast(3).randomElement(using: &random))
        _ = session.go(to: .instruction(position.instruction))
        let (start, depth) = (session.position, session.machine.state.stackCount)
        guard start == position else { continue }
        let digest = session.machine.stateDigest
        _ = session.move(.over, by: .line)
        guard session.machine.state.stackCount == depth else { continue }
        _ = session.move(.over, by: .line, .backwards)
        #expect(session.position == start && session.machine.stateDigest == digest)
      }
    }
  }

  @Test func findsTheLastWriter() throws {
    var session = try session()
    session.removeStops { _ in true }
    _ = session.go(to: .frame(40))
    let scratch = try session.watched("scratch")
    let (digest, value) = (session.machine.stateDigest, try session.value(of: "[scratch]"))
    guard value == 7,
      case .instruction(let address, let before) = try session.goToLastWriter(of: scratch)
    else { return #expect(Bool(false), "\(value) was not written") }
    #expect(
      session.position == before && session.machine.state.pc == address && line(session) == 19)
    #expect(try session.undo() && session.machine.stateDigest == digest)
    // The user.
    try session.set(.byte(try #require(Int(exactly: session.address("scratch")))), to: 9)
    guard case .input(.poke, let position) = try session.goToLastWriter(of: scratch) else {
      return #expect(Bool(false))
    }
    #expect(position == session.position && session.leaves.count == 1)
    #expect(try session.undo() && session.machine.stateDigest == digest)
    #expect(try session.redo() && session.value(of: "[scratch]") == 9)
    // A pixel, by the sprite that has drawn it.
    let pixel = try #require(
      session.machine.state.screen.pixels.firstIndex { $0 != 0 }.map { ($0 % 64, $0 / 64) })
    let watched = try session.watched("pixel(\(pixel.0), \(pixel.1))")
    guard case .instruction = try session.goToLastWriter(of: watched) else {
      return #expect(Bool(false))
    }
    #expect(line(session) == 14 && session.machine.state.pixel(pixel.0, pixel.1) == 0)
    _ = session.move(.into)
    #expect(session.machine.state.pixel(pixel.0, pixel.1) == 1)
    // What was never written is as it was loaded.
    guard case .beginning = try session.goToLastWriter(of: session.watched("box:2")) else {
      return #expect(Bool(false))
    }
  }

  @Test func stopsWithConditionsCountsAndMessages() throws {
    var session = try session()
    session.removeStops { _ in true }
    let address = try #require(try session.breakpointAddresses("draw").first)
    let (condition, message) = (try session.expression("x % 4 == 0"), try session.message("x={x}"))
    let third = session.add(.execution(address))
    session.changeStop(third) { ($0.condition, $0.hitRule) = (condition, .equal(3)) }
    let log = session.add(.execution(address))
    session.changeStop(log) { $0.message = message }
    let outcome = session.move(.run)
    guard case .hit([third], address) = outcome.stop else { return #expect(Bool(false)) }
    #expect(try session.value(of: "x") == 12)
    #expect(outcome.messages.map(\.text) == ["x=2", "x=4", "x=6", "x=8", "x=10", "x=12"])
    let position = session.position
    // The next one is the fourth.
    guard case .frames = session.move(.run, frames: 30).stop else { return #expect(Bool(false)) }
    _ = session.go(to: .frame(30))
    guard case .hit([third], _) = session.move(.run, .backwards).stop else {
      return #expect(Bool(false))
    }
    #expect(session.position == position)
    guard case .beginning = session.move(.run, .backwards).stop else {
      return #expect(Bool(false))
    }
  }

  @Test func stopsAreAddedAsTheyAreTyped() throws {
    var session = try session()
    session.removeStops { _ in true }
    for (form, text, stop) in [
      (.breakpoint, "draw if x == 4 hits >= 2", "at 0x0214 draw (game.8o:14) if x == 4 hits >= 2"),
      (.breakpoint, "game.8o:15", "at 0x0216 draw+2 (game.8o:15)"),
      (.logPoint, "draw x is {x} if any", #"at 0x0214 draw (game.8o:14) "x is {x} if any""#),
      (.watchpoint, "box : 2 read if v0", ": read of 0x022C box (game.8o:22) and the 1 bytes"),
      (.watchpoint, "pixel(1, 2)", ": change of pixel(1, 2)"),
      (.event, "collision hits 3", ": sprite collision hits == 3"),
    ] as [(StopRequest.Form, String, String)] {
      let request = try #require(StopRequest(form, text.split(separator: " ").map(String.init)))
      let added = try session.add(request)
      let texts = session.stops.filter { added.contains($0.id) }.map { session.text(of: $0) }
      #expect(texts.count == 1 && texts.first?.contains(stop) == true, "\(texts)")
    }
    #expect(StopRequest(.event, ["something"]) == nil)
    let count = session.stops.count
    for (form, text, error) in [
      (.breakpoint, "draw hits x", .notAHitRule), (.breakpoint, "999", .noCode("999")),
      (.watchpoint, "pc", .notWatchable(.pc)), (.watchpoint, "", .nothingToWatch),
      (.watchpoint, "pixel(64, 99)", .outsideScreen),
      (.watchpoint, "0xFFFF:2", .outsideRAM("0xFFFF:2", byteCount: 65536)),
    ] as [(StopRequest.Form, String, DebugError)] {
      let request = try #require(StopRequest(form, text.split(separator: " ").map(String.init)))
      #expect(throws: error, "\(text)") { try session.add(request) }
    }
    #expect(session.stops.count == count)
  }

  @Test func countsMomentsAndChangesAreRead() throws {
    var session = try session()
    #expect(try session.moment("5") == .frame(5) && session.moment("#3 * 2") == .instruction(6))
    #expect(throws: DebugError.zeroCount) { try session.repetitions("0") }
    #expect(throws: DebugError.notACount("-1")) { try session.count("-1") }
    #expect(throws: DebugError.noStop(9)) { try session.stop("9") }
    #expect(throws: DebugError.noLeaf("x")) { try session.leaf("x") }
    let change = try #require(DebugSession.assignment(["[box]", "=", "3", "+", "4"]))
    try session.assign(change.value, to: change.target)
    #expect(try session.value(of: "[box]") == 7 && DebugSession.assignment(["x", "="]) == nil)
    #expect(throws: DebugError.notAByte(256)) { try session.assign("256", to: "[box]") }
    #expect(throws: DebugError.notATarget("box")) { try session.assign("1", to: "box") }
    let box = Int(try session.address("box"))
    #expect(throws: DebugError.tooManyBytes(2)) { try session.write([1, 2], at: 65535) }
    #expect(try session.write([1, 2], at: 65535, allowsPart: true) == 1)
    #expect(session.bytes(at: box, count: 2) == [7, 0xF0] && session.bytes(at: -1, count: 2) == [])
    #expect(session.completions(of: DebugSession.lastWord(of: "3+sc")).map(\.name) == ["scratch"])
  }

  @Test func interruptedMotionsAreResumed() throws {
    var (whole, parts) = (try session(), try session())
    for motion in [DebugSession.Motion.run, .over, .over, .into, .out, .run] {
      let expected = whole.move(motion, by: .line, frames: 200)
      var outcome = parts.move(motion, by: .line, isInterrupted: { true })
      var messages = outcome.messages
      for _ in 0..<200 where parts.canResume {
        outcome = parts.resume(frames: 1)
        messages += outcome.messages
      }
      #expect(parts.position == whole.position && line(parts) == line(whole), "\(motion)")
      #expect(messages == expected.messages)
      guard whole.stops.count < 4 else { continue }
      for event in [StopPoint.Event.execution(try whole.address("turn")), .collision] {
        let id = whole.add(event)
        #expect(parts.add(event) == id)
        let (rule, message) = (StopPoint.HitRule.atLeast(2), try whole.message("{x} {frame}"))
        for index in 0..<2 {
          let change = { (stop: inout StopPoint) in
            stop.hitRule = rule
            if event == .collision { stop.message = message }
          }
          if index == 0 { whole.changeStop(id, change) } else { parts.changeStop(id, change) }
        }
      }
    }
  }

  @Test func runsFromThePastContinue() throws {
    var session = try session()
    session.removeStops { _ in true }
    _ = session.go(to: .frame(6))
    let end = session.position
    _ = session.go(to: .frame(2))
    let stop = session.add(.execution(try session.address("turn")))
    guard case .end = session.move(.run).stop else { return #expect(Bool(false)) }
    #expect(session.position == end)
    _ = session.go(to: .frame(2))
    session.stopsAtEnd = false
    guard case .hit([stop], _) = session.move(.run).stop else { return #expect(Bool(false)) }
    #expect(session.position > end)
    let place = session.position
    _ = session.go(to: .frame(2))
    guard case .hit([stop], _) = session.move(.run).stop else { return #expect(Bool(false)) }
    #expect(session.position == place)
  }

  @Test func changesBeginBranches() throws {
    var session = try session()
    session.removeStops { _ in true }
    _ = session.go(to: .frame(30))
    let first = session.branch
    _ = session.go(to: .frame(10))
    try session.set(.register(.v(0xB)), to: 5)
    _ = session.go(to: .frame(20))
    let difference = try #require(try session.firstDifference(from: first))
    #expect(difference.field == "VB" && difference.position.frame == 10)
    #expect(session.leaves.map(\.branch).contains(first))
  }

  @Test func executionIsCounted() throws {
    var session = try session()
    session.removeStops { _ in true }
    _ = session.go(to: .frame(30))
    let survey = try session.survey()
    #expect(survey.instructions == session.position.instruction && survey.frames == 30)
    #expect(survey.executed.reduce(0, +) == survey.instructions)
    let sprite = try #require(try session.breakpointAddresses("14").first)
    #expect(survey.executed[Int(sprite)] > 20)
    #expect(survey.read[Int(try session.address("box"))] == survey.executed[Int(sprite)])
    #expect(survey.written[Int(try session.address("scratch"))] > 0)
    #expect(survey.lagFrames.allSatisfy { $0 < 30 })
  }

  /// The machine stays as it is, stops follow their labels, and both versions are on the timeline.
  @Test func aChangedSourceIsReloaded() throws {
    var request = PlayRequest()
    request.path = try scratch.write("game.8o", DebugSessionTests.source)
    var session = try request.debugSession()
    session.removeStops { _ in true }
    let old = try #require(try session.breakpointAddresses("draw").first)
    let id = session.add(.execution(old))
    session.changeStop(id) { $0.place = "draw" }
    _ = session.go(to: .frame(10))
    let digest = session.machine.stateDigest
    try scratch.write(
      "game.8o",
      DebugSessionTests.source.split(separator: "i := box\n").joined(
        separator: "i := box v8 := 2\n"))
    try request.reload(in: &session)
    let new = try #require(try session.breakpointAddresses("draw").first)
    #expect(new == old + 2 && session.stops.map(\.event) == [.execution(new)])
    #expect(session.position.frame == 10 && session.machine.stateDigest != digest)
    #expect(try session.undo() && session.machine.stateDigest == digest)
    #expect(try session.breakpointAddresses("draw") == [old])
    #expect(session.stops.map(\.event) == [.execution(old)])
    try scratch.write("game.8o", ": main nonsense")
    #expect(throws: PlayerError.self) { try request.reload(in: &session) }
    #expect(session.machine.stateDigest == digest)
  }
}

/// Random numbers that repeat for the same seed.
private struct SystemRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
