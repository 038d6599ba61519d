// MoveOutputTests.swift: where a machine is after a move of which an output fails, before and after
// the machine changes sides.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct MoveOutputTests {
  private static let sketch = Program(name: "sketch", bytes: Programs.sketch)

  /// A directory in which nothing can be written, a directory where a file should be, and a slot that
  /// is locked.
  private func scene(_ kind: Connection.Kind = .pipes) throws -> MoveScene {
    let scene = try MoveScene(kind)
    try scene.scratch.makeDirectory("directory")
    try scene.scratch.write("file", [])
    let slots = Slots(root: scene.scratch.path("slots"), program: Self.sketch.sha1)
    let slot = try SlotName("locked")
    try slots.save(try scene.image(), to: slot)
    try slots.setLocked(slot, true)
    return scene
  }

  /// What is written beside a machine, where it cannot be written.
  private static let outputs =
    ["--trace", "--record", "--screenshot"].flatMap { option in
      ["missing/output", "directory", "file/output", "/dev/full"].map { [option, $0] }
    } + [["--save-slot", "locked"], ["--save-slot", "a", "--slots", "file"]]

  // MARK: Found before the machine changes sides

  /// In step 4. The sender learns of it by the end of the connection.
  @Test(
    arguments: outputs
      + ["missing/output", "directory", "file/output", "/dev/full", "/dev/null"].map {
        ["--save", $0]
      })
  func theReceiverRefuses(output: [String]) throws {
    let scene = try scene()
    let options = output.contains("--slots") ? output : output + ["--slots", "slots"]
    let save = output[0] == "--save" ? [] : ["--save", MoveScene.there]
    let (sent, received) = try scene.run(
      MoveScene.sender(), MoveScene.receiver(save: save) + options)
    #expect([73, 74].contains(received.code), "\(received.errors)")
    let name = output[0] == "--save-slot" ? (output[1] == "locked" ? "locked" : "file") : output[1]
    expectOneSentence(received, naming: name)
    try expectRefusal(sent, scene)
  }

  /// Nor does it answer if the slot that the machine is to be kept in is locked.
  @Test func theReceiverHasALockedSlot() throws {
    let scene = try scene()
    let (sent, received) = try scene.run(
      MoveScene.sender(),
      MoveScene.receiver(save: ["--save-slot", "locked", "--slots", "slots"]))
    #expect(received.code == 73 && received.output.isEmpty)
    expectOneSentence(received, naming: "slot locked")
    try expectRefusal(sent, scene)
  }

  /// A file may have no more than 512 bytes, and the image has more. The signal that the kernel
  /// sends with that would end the process silently.
  @Test func theReceiverHasALimitOfFileSize() throws {
    let scene = try scene()
    try scene.writeLargeProgram()
    let receiver = ["-c", "ulimit -f 1; exec \"$CHIP8\" \"$@\"", "sh"] + MoveScene.receiver()
    let (sent, received) = try scene.run(
      MoveScene.sender("large.ch8") + ["--platform", "xochip"], receiver, "/bin/sh")
    #expect(received.code == 74 && sent.code == 75)
    expectOneSentence(received, naming: "\(MoveScene.there): cannot be written: file too large")
    let machine: Chip8 = try Image(try scene.scratch.read(MoveScene.here)).machine()
    #expect(machine.program.name == "large" && machine.state.frames == 5)
    #expect(try scene.state(MoveScene.there) == .older && scene.litter.isEmpty)
  }

  private func expectRefusal(_ sent: Outcome, _ scene: MoveScene) throws {
    #expect(sent.code == 75)
    expectOneSentence(sent, naming: "it is in \(MoveScene.here): ")
    #expect(try scene.state(MoveScene.here) == .sent)
    #expect(try scene.state(MoveScene.there) == .older)
    #expect(try scene.litter.isEmpty)
  }

  /// In step 1 or 2: nothing is sent.
  @Test(arguments: outputs)
  func theSenderStays(output: [String]) throws {
    let scene = try scene()
    let options = output.contains("--slots") ? output : output + ["--slots", "slots"]
    let running = try scene.start(MoveScene.sender() + options)
    let outcome = try running.outcome()
    // What may not be written is refused before anything is done.
    let isEarly = output[0] == "--save-slot" ? output[1] == "locked" : output[1] != "/dev/full"
    if isEarly {
      #expect([73, 74].contains(outcome.code))
    } else {
      #expect(outcome.code == 75)
      #expect(
        outcome.errors.hasSuffix("chip8: the machine has not moved, it is in \(MoveScene.here)\n"))
      #expect(outcome.errors.split(separator: "\n").count == 2)
    }
    #expect(try scene.state(MoveScene.here) == (isEarly ? .older : .sent))
    #expect(try scene.wasSilent && scene.litter.isEmpty)
  }

  @Test(arguments: ["missing/output", "directory", "file/output", "/dev/full", "/dev/null"])
  func theSenderHasNoPlace(path: String) throws {
    let scene = try scene()
    let arguments = MoveScene.sender().map { $0 == MoveScene.here ? path : $0 }
    let outcome = try scene.start(arguments).outcome()
    #expect([73, 74].contains(outcome.code))
    expectOneSentence(outcome, naming: path)
    #expect(scene.wasSilent)
  }

  /// A trace that fails within the run ends it.
  @Test func theSendersTraceFails() throws {
    let scene = try scene()
    let outcome = try scene.start(
      MoveScene.sender(stop: ["--until", "pc=0xFFF", "--trace", "/dev/full"])
    ).outcome()
    #expect(outcome.code == 75)
    #expect(outcome.errors.hasPrefix("chip8: /dev/full: cannot be written: no space left"))
    #expect(try scene.state(MoveScene.here) == .between)
    #expect(try scene.wasSilent && scene.litter.isEmpty)
  }

  // MARK: Found afterwards

  /// What could be written in step 4 and cannot in step 7 loses neither the machine nor what else
  /// there is to be written.
  @Test(arguments: ["--trace", "--record", "--screenshot", "--save-slot"])
  func anOutputFailsAfterTheRun(option: String) throws {
    let scene = try scene()
    let options = ["--trace": "a", "--record": "b", "--screenshot": "c", "--save-slot": "d"]
    // The reader of a pipe can go away.
    try #require(mkfifo(scene.scratch.path("pipe"), 0o600) == 0)
    let reader = open(scene.scratch.path("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let running = try scene.start(
      MoveScene.receiver() + ["--slots", "slots"]
        + options.flatMap { [$0, $0 == "--trace" && option == $0 ? "pipe" : $1] })
    try scene.hand(over: scene.connection.other) {
      if option == "--save-slot" {
        let slots = Slots(root: scene.scratch.path("slots"), program: Self.sketch.sha1)
        try slots.save(try scene.image(), to: SlotName("d"))
        try slots.setLocked(SlotName("d"), true)
      } else if option != "--trace" {
        try scene.scratch.makeDirectory(options[option] ?? "")
      }
      close(reader)
    }
    let outcome = try running.outcome()
    #expect(outcome.code == (option == "--save-slot" ? 73 : 74), "\(outcome.errors)")
    expectOneSentence(
      outcome,
      naming: option == "--save-slot"
        ? "slot d" : option == "--trace" ? "pipe" : options[option] ?? "")
    #expect(try scene.state(MoveScene.there) == .ran && scene.litter.isEmpty)
    for (other, path) in options where other != option && other != "--save-slot" {
      #expect(try !scene.scratch.read(path).isEmpty, "\(other)")
    }
  }

  /// The directory of the file is gone, so the machine is where it has arrived.
  @Test func theMachineCannotBeSavedAfterTheRun() throws {
    let scene = try scene()
    let running = try scene.start(MoveScene.receiver() + ["--screenshot", "picture"])
    try scene.hand(over: scene.connection.other) {
      try FileManager.default.moveItem(
        atPath: scene.scratch.path("there"), toPath: scene.scratch.path("elsewhere"))
    }
    let outcome = try running.outcome()
    #expect(outcome.code == 73)
    expectOneSentence(outcome, naming: MoveScene.there)
    #expect(try scene.state("elsewhere/machine.state") == .sent)
    #expect(try ScreenRenderer(png: scene.scratch.read("picture")) != nil)
  }

  /// In a run that would not end by itself.
  @Test func theReceiversTraceFails() throws {
    let scene = try scene()
    try #require(mkfifo(scene.scratch.path("pipe"), 0o600) == 0)
    let reader = open(scene.scratch.path("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let running = try scene.start(
      MoveScene.receiver(stop: ["--until", "pc=0xFFF", "--trace", "pipe"]))
    try scene.hand(over: scene.connection.other) { close(reader) }
    let outcome = try running.outcome()
    #expect(outcome.code == 74)
    expectOneSentence(outcome, naming: "pipe: cannot be written: broken pipe")
    let machine: Chip8 = try Image(try scene.scratch.read(MoveScene.there)).machine()
    let sent: Chip8 = try scene.image().machine()
    #expect(machine.state.instructions > sent.state.instructions)
  }

  // MARK: A full disk

  private static let preparation = """
    set -e
    mount -t tmpfs -o size=64k none disk
    fill() { head -c 65536 /dev/zero >disk/filler 2>/dev/null || true; }

    """

  /// It is full before the image comes, or between `ready` and `go`.
  @Test(
    .enabled(if: FullDiskTests.mayMount, "needs a kernel that lets users mount"),
    arguments: [true, false])
  func theDiskOfTheReceiverIsFull(early: Bool) throws {
    let scene = try scene()
    try scene.scratch.write("image", scene.image().bytes)
    let arguments = MoveScene.receiver(save: ["--save", "disk/machine.state"])
    let outcome = try scene.inNamespace(
      Self.preparation + """
        mkfifo to from
        \(early ? "cp there/machine.state disk; fill" : "true")
        "$CHIP8" \(arguments.joined(separator: " ")) <to >from &
        exec 3>to 4<from
        cat image >&3
        if read -r line <&4; then fill; echo go >&3; fi
        wait $! && code=0 || code=$?
        cp disk/machine.state after.state
        exit $code
        """)
    #expect(outcome.code == 74, "\(outcome.errors)")
    expectOneSentence(outcome, naming: "disk/machine.state: cannot be written: no space left")
    #expect(try scene.state("after.state") == (early ? .older : .sent))
  }

  /// It is full before the run, or becomes so within it.
  @Test(
    .enabled(if: FullDiskTests.mayMount, "needs a kernel that lets users mount"),
    arguments: [true, false])
  func theDiskOfTheSenderIsFull(early: Bool) throws {
    let scene = try scene()
    let arguments = MoveScene.sender(stop: ["--until", "pc=0xFFF"])
      .map { $0 == MoveScene.here ? "disk/machine.state" : $0 }
    let outcome = try scene.inNamespace(
      Self.preparation + """
        cp there/machine.state disk
        \(early ? "fill" : "true")
        "$CHIP8" \(arguments.joined(separator: " ")) </dev/null >sent &
        while \(early ? "false" : "cmp -s there/machine.state disk/machine.state"); do sleep 0.01; done
        \(early ? "true" : "fill; kill $!")
        wait $! && code=0 || code=$?
        cp disk/machine.state after.state
        exit $code
        """)
    #expect(outcome.code == 74, "\(outcome.errors)")
    let text = "disk/machine.state: cannot be written: no space left on device\n"
    let rest =
      "chip8: the machine has not moved, disk/machine.state has it as it was last saved: interrupted\n"
    #expect(outcome.errors == "chip8: " + text + (early ? "" : rest), "\(outcome.errors)")
    #expect(try scene.scratch.read("sent").isEmpty)
    #expect(try scene.state("after.state") == (early ? .older : .began))
  }
}

extension MoveScene {
  /// Runs both sides to their ends.
  ///
  /// - Parameter program: what the receiver is started by, the program itself unless it is named.
  fileprivate func run(
    _ sender: [String], _ receiver: [String], _ program: String = Running.executable
  ) throws -> (sent: Outcome, received: Outcome) {
    let other = connection.other
    let receiving = try Running(
      program, receiver, in: scratch, descriptors: [0: other.input, 1: other.output])
    other.close()
    let sending = try start(sender)
    return (try sending.outcome(), try receiving.outcome())
  }

  /// Sends the machine to a receiver, and does something before it goes.
  fileprivate func hand(over end: ConnectionEnd, after change: () throws -> Void) throws {
    try end.channel.send(image().bytes)
    #expect(try end.channel.line() == ready())
    try change()
    try end.channel.send(line: "go")
    end.close()
  }

  /// Runs a shell script that may mount a file system on `disk`.
  fileprivate func inNamespace(_ script: String) throws -> Outcome {
    try scratch.makeDirectory("disk")
    try scratch.write("script", Array(script.utf8))
    return try scratch.shell("unshare --user --map-root-user --mount /bin/sh script")
  }
}
