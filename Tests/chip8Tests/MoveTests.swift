// MoveTests.swift: where a machine is after a move, row by row of docs/SYSTEM-IMAGES.md.
//
// The test plays the other side of a real process, so every step is one that it has brought about
// itself, and nothing depends on how fast anything is. MoveFaultTests has what happens within steps.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct MoveTests {
  // MARK: The sender

  /// In step 2, in a run that does not end by itself.
  @Test(arguments: [MoveEvent.kill] + MoveEvent.interruptions)
  func theSenderRuns(event: MoveEvent) throws {
    let scene = try MoveScene()
    let running = try scene.start(MoveScene.sender(stop: ["--until", "pc=0xFFF"]))
    try waitUntil { try scene.state(MoveScene.here) == .began }
    try event.happen(to: running, at: scene.connection.other)
    let outcome = try running.outcome()
    let state = try scene.state(MoveScene.here)
    if case .kill = event {
      #expect(state == .began)
    } else {
      #expect(outcome.code == 130 && [.between, .began].contains(state), "\(outcome.errors)")
      expectOneSentence(outcome, naming: "it is in \(MoveScene.here): interrupted")
      #expect(try scene.litter.isEmpty)
    }
    #expect(scene.wasSilent)
  }

  /// In step 3: the image is longer than what the connection holds, and the receiver stops reading.
  @Test(
    arguments: [
      MoveRow(.kill, MoveRow.killed, .sent), MoveRow(.end, 75, .sent),
      MoveRow(.silence, 75, .sent),
    ].everywhere + MoveEvent.interruptions.map { MoveRow($0, 130, .sent) })
  func theSenderSends(row: MoveRow) throws {
    let scene = try MoveScene(row.kind)
    try scene.writeLargeProgram()
    let running = try scene.start(
      MoveScene.sender("large.ch8", event: row.event) + ["--platform", "xochip"])
    #expect(try scene.connection.other.channel.receive(1).count == 1)
    try row.event.happen(to: running, at: scene.connection.other)
    let outcome = try running.outcome()
    #expect(outcome.code == row.code, "\(outcome.errors)")
    let machine: Chip8 = try Image(try scene.scratch.read(MoveScene.here)).machine()
    #expect(machine.program.name == "large" && machine.state.frames == 5)
    if row.isOrderly {
      expectOneSentence(outcome, naming: "it is in \(MoveScene.here): ")
      #expect(try scene.litter.isEmpty)
    }
  }

  /// In step 4: the other side has the whole image, and does not answer as it should. A signal ends
  /// the waiting at once; the timeout is an hour.
  @Test(
    arguments: [
      MoveRow(.kill, MoveRow.killed, .sent), MoveRow(.end, 75, .sent),
      MoveRow(.silence, 75, .sent), MoveRow(.line("ready"), 75, .sent),
      MoveRow(.line("ready " + String(repeating: "0", count: 64)), 75, .sent),
    ].everywhere + MoveEvent.interruptions.map { MoveRow($0, 130, .sent) })
  func theSenderWaits(row: MoveRow) throws {
    let scene = try MoveScene(row.kind)
    let running = try scene.start(MoveScene.sender(event: row.event))
    let sent = try Image(Image.bytes(from: scene.connection.other.channel))
    #expect(try sent.holdsSameState(as: scene.image()))
    try row.event.happen(to: running, at: scene.connection.other)
    try expect(row, running, in: scene, MoveScene.here, saying: "it is in \(MoveScene.here): ")
  }

  /// In step 6: the other side is ready, but it is gone before it reads `go`.
  @Test func aLostReceiverKeepsTheMachineHere() throws {
    let scene = try MoveScene()
    let running = try scene.start(MoveScene.sender())
    let other = scene.connection.other
    _ = try Image.bytes(from: other.channel)
    close(other.input)
    try other.channel.send(line: scene.ready())
    try expect(
      MoveRow(.end, 75, .sent), running, in: scene, MoveScene.here,
      saying: "it is in \(MoveScene.here): ")
  }

  /// In step 7: from `go` on the machine is on the other side, whatever happens to this one.
  @Test(
    arguments: [MoveRow(.end, 0, .older), MoveRow(.silence, 0, .older)].everywhere
      + MoveEvent.interruptions.map { MoveRow($0, 0, .older) })
  func theSenderHasGivenTheMachineAway(row: MoveRow) throws {
    let scene = try MoveScene(row.kind)
    let running = try scene.start(MoveScene.sender())
    let other = scene.connection.other
    _ = try Image.bytes(from: other.channel)
    try other.channel.send(line: scene.ready())
    #expect(try other.channel.line() == "go")
    try row.event.happen(to: running, at: other)
    try expect(row, running, in: scene, MoveScene.here, saying: "")
  }

  @Test func newFilesAreRemoved() throws {
    let scene = try MoveScene()
    try FileManager.default.removeItem(atPath: scene.scratch.path(MoveScene.here))
    let running = try scene.start(MoveScene.sender())
    let other = scene.connection.other
    _ = try Image.bytes(from: other.channel)
    #expect(try scene.state(MoveScene.here) == .sent)
    try other.channel.send(line: scene.ready())
    #expect(try running.outcome().code == 0)
    #expect(try scene.state(MoveScene.here) == .nothing)
  }

  // MARK: The receiver

  /// In step 3, with a part of the image.
  @Test(
    arguments: [
      MoveRow(.kill, MoveRow.killed, .older), MoveRow(.end, 65, .older),
      MoveRow(.silence, 66, .older), MoveRow(.signals([SIGTERM]), 128 + SIGTERM, .older),
    ].everywhere.inEveryPlace)
  func theReceiverReads(row: MoveRow) throws {
    let scene = try MoveScene(row.kind, row.place)
    // It is there already for one that waits for a second.
    try scene.connection.other.channel.send(Array(try scene.image().bytes.dropLast()))
    let running = try scene.startReceiver(event: row.event)
    try row.event.happen(to: running, at: scene.connection.other)
    #expect(try running.outcome().code == row.code)
    #expect(try scene.state(row.place.path) == row.state && scene.litter.isEmpty)
    #expect(try scene.versions.isEmpty)
    #expect(scene.wasSilent)
  }

  /// In step 5: the sender is gone before it reads that the receiver is ready.
  @Test(arguments: MovePlace.available)
  func theReceiverCannotAnswer(place: MovePlace) throws {
    let scene = try MoveScene(.pipes, place)
    let running = try scene.startReceiver()
    let other = scene.connection.other
    close(other.input)
    try other.channel.send(scene.image().bytes)
    try expect(
      MoveRow(.end, 74, .older), running, in: scene, place.path, saying: "closed the connection")
  }

  /// In step 6: it is ready, and has not heard `go`. Only who hears nothing at all cannot know.
  @Test(
    arguments: [
      MoveRow(.kill, MoveRow.killed, .sent), MoveRow(.end, 74, .older),
      MoveRow(.silence, 75, .sent), MoveRow(.line("stay"), 74, .older),
      MoveRow(.line("continue"), 74, .older), MoveRow(.line(""), 74, .older),
    ].everywhere.inEveryPlace)
  func theReceiverIsReady(row: MoveRow) throws {
    let scene = try MoveScene(row.kind, row.place)
    let other = scene.connection.other
    // It is there already for one that waits for a second.
    try other.channel.send(scene.image().bytes)
    let running = try scene.startReceiver(event: row.event)
    #expect(try other.channel.line() == scene.ready())
    #expect(try scene.state(row.place.path) == .sent)
    try row.event.happen(to: running, at: other)
    try expect(
      row, running, in: scene, row.place.path,
      saying: row.code == 75 ? "the machine is in \(row.place.path), but" : "closed the connection")
  }

  /// A signal in step 6 waits for what the other side says.
  @Test(arguments: MoveEvent.interruptions, [MovePlace.file, .slot])
  func theReceiverIsReadyAndGetsASignal(event: MoveEvent, place: MovePlace) throws {
    for goes in [true, false] { try interrupt(MoveScene(.pipes, place), by: event, goes: goes) }
  }

  private func interrupt(_ scene: MoveScene, by event: MoveEvent, goes: Bool) throws {
    let running = try scene.startReceiver()
    let other = scene.connection.other
    try other.channel.send(scene.image().bytes)
    #expect(try other.channel.line() == scene.ready())
    try event.happen(to: running, at: other)
    if goes { try other.channel.send(line: "go") }
    other.close()
    try expect(
      MoveRow(event, goes ? 130 : 74, goes ? .sent : .older), running, in: scene,
      scene.place.path, saying: goes ? "interrupted" : "closed the connection")
  }

  /// The same for a window, which a signal closes.
  @Test(
    .enabled(if: Desktop.isAvailable, "needs an X server"), arguments: [SIGINT, SIGTERM, SIGHUP])
  func theWindowIsReadyAndGetsASignal(number: Int32) throws {
    for goes in [true, false] {
      let scene = try MoveScene(.pipes, .window)
      let running = try scene.startReceiver()
      let other = scene.connection.other
      try other.channel.send(scene.image().bytes)
      #expect(try other.channel.line() == scene.ready())
      try MoveEvent.signals([number]).happen(to: running, at: other)
      if goes { try other.channel.send(line: "go") }
      other.close()
      try expect(
        MoveRow(.end, goes ? 130 : 74, goes ? .sent : .older), running, in: scene,
        scene.place.path, saying: goes ? "interrupted" : "closed the connection")
    }
  }

  /// In step 7: what becomes of the other side does not matter any more.
  @Test(arguments: Connection.Kind.allCases, [MovePlace.file, .slot])
  func theReceiverRuns(kind: Connection.Kind, place: MovePlace) throws {
    let scene = try MoveScene(kind, place)
    let running = try scene.startReceiver()
    let other = scene.connection.other
    try other.channel.send(scene.image().bytes)
    _ = try other.channel.line()
    try other.channel.send(line: "go")
    other.close()
    try expect(MoveRow(.end, 0, .ran), running, in: scene, place.path, saying: "")
  }

  /// In step 7, in a run that does not end by itself. That it runs is seen by its trace.
  @Test(arguments: [MoveEvent.kill] + MoveEvent.interruptions, [MovePlace.file, .slot])
  func theReceiverRunsOn(event: MoveEvent, place: MovePlace) throws {
    let scene = try MoveScene(.pipes, place)
    let running = try scene.start(
      ["--restore", "-", "--acknowledge", "--until", "pc=0xFFF", "--trace", "trace"]
        + place.options)
    let other = scene.connection.other
    try other.channel.send(scene.image().bytes)
    _ = try other.channel.line()
    try other.channel.send(line: "go")
    try waitUntil { try !scene.scratch.read("trace").isEmpty }
    try event.happen(to: running, at: other)
    let outcome = try running.outcome()
    if case .kill = event {
      #expect(try scene.state(place.path) == .sent)
      #expect(try scene.versions == (place == .file ? [] : [.older]))
    } else {
      expectOneSentence(outcome, naming: "interrupted")
      let machine: Chip8 = try Image(try scene.scratch.read(place.path)).machine()
      #expect(outcome.code == 130 && machine.state.instructions > 0)
      let lines = try scene.scratch.text("trace").split(separator: "\n")
      #expect(lines.last?.split(separator: " ")[1] == "\(machine.state.instructions - 1)")
    }
  }

  // MARK: On the way through

  /// A receiver that sends the machine on keeps it in the file of `--else-save` all the time.
  @Test(arguments: [true, false])
  func aMachineMovesOn(isTaken: Bool) throws {
    let scene = try MoveScene(.socket)
    let running = try scene.start(
      MoveScene.receiver(save: ["--save", "-", "--move", "--else-save", MoveScene.there]))
    let other = scene.connection.other
    try other.channel.send(scene.image().bytes)
    #expect(try other.channel.line() == scene.ready())
    #expect(try scene.state(MoveScene.there) == .sent)
    try other.channel.send(line: "go")
    let machine: Chip8 = try Image(Image.bytes(from: other.channel)).machine()
    #expect(try scene.state(MoveScene.there) == .ran)
    if isTaken { try other.channel.send(line: "ready \(machine.stateDigest)") }
    if !isTaken { other.close() }
    try expect(
      MoveRow(.end, isTaken ? 0 : 75, isTaken ? .older : .ran), running, in: scene,
      MoveScene.there, saying: "it is in \(MoveScene.there): ")
  }

  // MARK: What is expected

  private func expect(
    _ row: MoveRow, _ running: Running, in scene: MoveScene, _ file: String, saying text: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try running.outcome()
    let (state, litter) = (try scene.state(file), try scene.litter)
    #expect(outcome.code == row.code, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(state == row.state, sourceLocation: sourceLocation)
    if scene.place != .file {
      // What a slot held is lost at no time, and nothing else becomes a version.
      let versions: [MoveState: [MoveState]] = [
        .older: [], .sent: [.older], .ran: [.sent, .older],
      ]
      #expect(try scene.versions == versions[state], sourceLocation: sourceLocation)
    }
    if row.isOrderly {
      expectOneSentence(outcome, naming: text, sourceLocation: sourceLocation)
      #expect(litter.isEmpty, sourceLocation: sourceLocation)
    }
    if row.code == 0 {
      #expect(outcome.errors.isEmpty && litter.isEmpty, sourceLocation: sourceLocation)
    }
  }
}
