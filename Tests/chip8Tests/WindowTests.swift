import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// The window as a user has it: a real X server, real key events, real pictures.
@Suite(
  "Window", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowTests {
  private let scratch: Scratch
  private let rom = "roms/backfire.ch8"

  /// The window's picture of 64×32 pixels, 14 points each, without what a line of text can cover.
  private let middle = "896x392+0+28"
  private let whole = "896x448+0+0"

  init() throws { scratch = try Scratch() }

  private func state(_ slot: Int) throws -> Chip8 {
    try Image(contentsOf: slotPath(slot)).machine()
  }

  private func slotPath(_ slot: Int) throws -> String {
    path(of: slot, try Storage.read(rom, limit: 65536))
  }

  private func path(of slot: Int, _ program: [UInt8]) -> String {
    Slots(root: scratch.directory, program: Program(name: "", bytes: program).sha1).path(.key(slot))
  }

  private func waitForSlot(_ slot: Int) throws {
    try waitFor("slot \(slot)") { try? state(slot) }
  }

  @Test("Layouts without a command's letter have it in its US position")
  func commandsOnACyrillicKeyboard() throws {
    try Desktop.output("setxkbmap", "ru")
    defer { _ = try? Desktop.output("setxkbmap", "us") }
    let desktop = try Desktop([rom, "--slots", scratch.directory, "--seed", "7"])
    // The keys in the places of P and Q.
    let (p, q) = ("33", "24")
    try desktop.press(p, "F5", "shift+2", "F5")
    try waitForSlot(2)
    #expect(try state(1).stateDigest == state(2).stateDigest, "paused")
    #expect(try desktop.quit(by: "ctrl+\(q)") == (0, ""))
  }

  @Test("A program restores another one in the same process, with a new window")
  func restoreFromWithin() throws {
    let block = "0 :pointer file 0 0 0 0 0 0 : file 0x61 0"
    try scratch.write(
      "a.8o", Array(": main i := block native 0xC81 loop again : block 1 \(block)".utf8))
    try scratch.write(
      "b.8o", Array(": main v0 := key i := block native 0xC81 : block 2 \(block)".utf8))
    let saved = try scratch.chip8("a.8o", "--headless", "--frames", "9", "--host-calls", ".")
    #expect(saved.code == 0)
    let desktop = try Desktop([
      scratch.path("b.8o"), "--host-calls", scratch.directory, "--slots", scratch.directory,
    ])
    try desktop.press("x")
    try desktop.waitForRestart(with: "--restore=\(scratch.path("a"))")
    try desktop.press("F5")
    try waitFor("slot 1") {
      let program = try? (Image(contentsOf: scratch.path("a")).machine() as Chip8).program
      return program.flatMap { try? Storage.read(path(of: 1, $0.bytes), limit: 1 << 20) }
    }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("A machine that arrives in a window is saved before its arrival is confirmed")
  func takeOver() throws {
    let sent = try scratch.report(
      FileManager.default.currentDirectoryPath + "/" + rom, "--frames", "9", "--save", "sent.state")
    var ends: [FileHandle] = []
    for name in ["to", "from"] {
      try #require(mkfifo(scratch.path(name), 0o600) == 0)
      ends.append(try #require(FileHandle(forUpdatingAtPath: scratch.path(name))))
    }
    try ends[0].write(contentsOf: Data(scratch.read("sent.state")))
    let desktop = try Desktop(
      [
        "-c", "exec \"$0\" --restore - --acknowledge --slots \"$1\" <\"$1/to\" >\"$1/from\"",
        Running.executable, scratch.directory,
      ], program: "/bin/sh")
    let there = PeerChannel(
      timeout: Int(hangTimeout), reading: ends[1].fileDescriptor, writing: ends[0].fileDescriptor)
    #expect(try there.line() == "ready \(sent.state.sha256)")
    let slots = Slots(
      root: scratch.directory,
      program: Program(name: "", bytes: try Storage.read(rom, limit: 65536)).sha1)
    func arrived() throws -> String {
      "\((try slots.image(Autosave.minute.slot).machine() as Chip8).stateDigest)"
    }
    #expect(try arrived() == sent.state.sha256)
    try there.send(line: "go")
    try waitFor("a later machine in slot 1") {
      try desktop.press("F5")
      let saved: Chip8? = try? slots.image(.key(1)).machine()
      return saved.flatMap { $0.state.frames > 9 ? $0 : nil }
    }
    desktop.kill()
    #expect(try arrived() == sent.state.sha256)
  }

  @Test("F9 restores the machine of F5, which continues bit for bit")
  func saveAndLoad() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory, "--seed", "7"])
    try desktop.hold("e")
    try desktop.hold("s")
    try desktop.press("F5")
    try waitForSlot(1)
    try desktop.hold("a", turns: 20)
    try desktop.press("p", "F9")

    // The picture is that of the saved machine.
    let expected = try savedPicture()
    try waitFor("the picture of the moment of F5") {
      try desktop.picture(middle) == expected ? true : nil
    }

    // The machine is that of the saved one, to the last bit.
    try desktop.press("shift+2", "F5")
    try waitForSlot(2)
    #expect(try state(2).stateDigest == state(1).stateDigest)

    // In the window it continues as it does anywhere.
    try desktop.press("p", "shift+3")
    var again = try state(1)
    let later = try waitFor("a later state") {
      try desktop.press("F5")
      let later = try? state(3)
      return later.flatMap { $0.state.frames > again.state.frames + 10 ? $0 : nil }
    }
    let frames = Int(later.state.frames - again.state.frames)
    _ = again.run(frames: frames)
    #expect(again.stateDigest == later.stateDigest)

    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Ctrl+F9 loads the slot into a clean process, and the old machine is saved")
  func loadInNewProcess() throws {
    // What the command line says of the window holds for the new process, too.
    let options = [
      "--colors=102030,405060,708090,A0B0C0", "--rotate=90", "--speed=150", "--key-map=i=5",
      "--pad-map=y=5", "--fit", "--fullscreen", "--look=lcd", "--flicker=off", "--no-card",
      "--volume=30", "--config=off", "--rom-path=\(scratch.directory)",
    ]
    let desktop = try Desktop([rom, "--slots", scratch.directory] + options)
    try desktop.press("ctrl+F9", "F5")
    try waitForSlot(1)
    let saved = try state(1)
    try desktop.press("p", "ctrl+F9")
    try desktop.waitForRestart(with: "--restore=\(slotPath(1))")
    for option in options { try desktop.waitForRestart(with: option) }
    // It is not paused any more, and knows of no load that could be undone.
    try desktop.press("shift+F9", "shift+2", "F5")
    try waitForSlot(2)
    #expect(try state(2).state.frames > saved.state.frames)
    let left: Chip8 = try Image(contentsOf: slotPath(1).replacing("/slot1", with: "/auto-exit"))
      .machine()
    #expect(left.state.frames >= saved.state.frames)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Slots that another process keeps locked do not freeze the window")
  func lockedSlots() throws {
    let desktop = try Desktop([rom, "--no-card", "--slots", scratch.directory])
    try desktop.press("F5")
    try waitForSlot(1)
    let path = try slotPath(1).replacing("/slot1.state", with: "/.lock")
    let lock = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX) == 0)
    try desktop.press("F5", "ctrl+q")
    // It says that it is saving, and answers.
    let saving = try desktop.picture(whole)
    try waitFor("help") {
      try desktop.press("F1")
      return try desktop.picture(whole) != saving ? true : nil
    }
    // Closing it again does not wait.
    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    // On a slow machine, a save has given up before.
    #expect(errors.hasSuffix("chip8: quit before everything was saved\n"))
    #expect(try state(1).state.frames > 0)
  }

  @Test("A title is a line that shows itself and does nothing else")
  func title() throws {
    let name = "a\u{9B}31m\u{1B}]0;b\u{7}\n\u{202E}c.ch8"
    try scratch.write(name, [0x12, 0x00])
    let desktop = try Desktop([scratch.path(name), "--slots", scratch.directory])
    let shown = "a\u{FFFD}31m\u{FFFD}]0;b\u{FFFD}\u{FFFD}\u{FFFD}c"
    #expect(try desktop.title() == "\(shown) – CHIP-8 – chip8")
    #expect(try desktop.quit() == (0, ""))
  }

  private func savedPicture() throws -> Data {
    let outcome = try scratch.chip8(
      "--restore", slotPath(1), "--headless", "--frames", "0",
      "--screenshot", "expected.png", "--scale", "14")
    #expect(outcome.code == 0)
    return try Desktop.data(
      "convert", scratch.path("expected.png"), "-crop", middle, "-depth", "8", "rgb:-")
  }

  @Test("Shift undoes a load, and a save")
  func undo() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory, "--seed", "7"])
    // The step is a frame further, and pauses there.
    try desktop.press("F5", "period")
    try waitForSlot(1)
    let first = try state(1)
    // The machine that the load takes the place of comes back.
    try desktop.press("shift+2", "F5")
    try waitForSlot(2)
    try desktop.press("shift+1", "F9", "shift+F9", "shift+3", "F5")
    try waitForSlot(3)
    #expect(try state(3).stateDigest == state(2).stateDigest)
    #expect(try state(3).stateDigest != first.stateDigest)
    // The same for what a save takes the place of.
    try desktop.press("shift+1", "F5")
    try waitFor("another state in slot 1") {
      try state(1).stateDigest == state(2).stateDigest ? true : nil
    }
    try desktop.press("shift+F5")
    try waitFor("the first state again") {
      try state(1).stateDigest == first.stateDigest ? true : nil
    }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("A closed window can be resumed bit for bit")
  func resume() throws {
    let slots = ["--slots", scratch.directory]
    let first = try Desktop([rom, "--seed", "7"] + slots)
    try Desktop.output("xdotool", "keydown", "e")
    try waitFor("some frames") {
      try first.press("F5")
      return ((try? state(1))?.state.frames ?? 0) > 10 ? true : nil
    }
    #expect(try first.quit() == (0, ""))
    try Desktop.output("xdotool", "keyup", "e")
    let left = try autosaved("auto-exit")
    #expect(left.state.frames > 10)
    let resumed = try scratch.chip8(
      "--resume", FileManager.default.currentDirectoryPath + "/" + rom, "--slots",
      scratch.directory,
      "--headless", "--json", "--frames", "0")
    #expect(try Report(resumed).state.sha256 == "\(left.stateDigest)")
    let second = try Desktop([rom, "--resume"] + slots)
    // The first key leaves the card, and may be there before another frame.
    try waitFor("a later state in slot 1") {
      try second.press("F5")
      return ((try? state(1))?.state.frames ?? 0) > left.state.frames ? true : nil
    }
    #expect(try second.quit() == (0, ""))
  }

  private func autosaved(_ name: String) throws -> Chip8 {
    let slots = URL(filePath: try slotPath(1)).deletingLastPathComponent()
    return try Image(contentsOf: slots.appending(path: "\(name).state").path).machine()
  }

  @Test("The machine is autosaved periodically, and earlier autosaves are kept")
  func autosave() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory, "--autosave", "1", "--no-card"])
    let first = try waitFor("an autosave") { try? autosaved("auto-minute").state.frames }
    try waitFor("the next one") {
      let now = try autosaved("auto-minute").state.frames
      return now >= first + 60 ? true : nil
    }
    #expect(try desktop.quit() == (0, ""))
    let list = try scratch.chip8(
      "slots", "show", FileManager.default.currentDirectoryPath + "/" + rom, "auto-minute",
      "--slots", scratch.directory, "--json")
    #expect(list.text.contains(#""version":1"#))

    let none = try Scratch()
    let quiet = try Desktop([
      rom, "--slots", none.directory, "--autosave", "0", "--no-journal", "--no-card",
    ])
    try quiet.hold("e")
    #expect(try quiet.quit() == (0, ""))
    #expect(try none.names.isEmpty)
  }

  @Test("Slots are chosen by their pictures")
  func picker() throws {
    let desktop = try Desktop([
      rom, "--slots", scratch.directory, "--seed", "7", "--autosave", "0",
    ])
    try desktop.press("F5", "p")
    try waitForSlot(1)
    let first = try state(1)
    try desktop.press("p", "shift+2")
    try waitFor("a later state in slot 2") {
      try desktop.press("F5")
      return ((try? state(2))?.state.frames ?? 0) > first.state.frames ? true : nil
    }
    try desktop.press("p")
    // The slot that was saved last is chosen; slot 1 is before it, whenever it was saved.
    let before = try desktop.picture(middle)
    try desktop.press("F7")
    try waitFor("the slots") { try desktop.picture(middle) != before ? true : nil }
    try desktop.press("Left", "Return", "shift+3", "F5")
    try waitForSlot(3)
    #expect(try state(3).stateDigest == state(1).stateDigest)
    // An empty one is saved to, and the mouse chooses one, too: 8 is the last of the first eight.
    try desktop.press("F7", "Down", "F5")
    try waitForSlot(7)
    try desktop.press("F7")
    try desktop.click(x: 780, y: 270)
    try desktop.press("F5")
    try waitForSlot(8)
    // The page takes keys before it knows what is in the slots.
    try desktop.press("shift+3", "F7", "Escape", "F7")
    try waitFor("one slot less") {
      try desktop.press("Delete")
      return FileManager.default.fileExists(atPath: try slotPath(3)) ? nil : true
    }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("A window stops at breakpoints, and its keys are those of the image")
  func breakpoints() throws {
    // Waits for a key, and counts in V1 from then on.
    try scratch.write("a.ch8", [0xF0, 0x0A, 0x71, 0x01, 0x12, 0x02])
    let saved = try scratch.chip8(
      "a.ch8", "--headless", "--frames", "3", "--key-map", "k=9", "--break", "0x202", "--speed",
      "200", "--save", "a.state")
    #expect(saved.code == 0, "\(saved.errors)")
    let program = try scratch.read("a.ch8")
    let desktop = try Desktop(["--restore", scratch.path("a.state"), "--slots", scratch.directory])
    // Saves until the machine has stopped there.
    let saves = { (slot: Int, turn: UInt8) in
      try waitFor("turn \(turn)") { () -> Image? in
        try desktop.press("F5")
        let image = try? Image(contentsOf: path(of: slot, program))
        let machine: Chip8? = try image?.machine()
        guard let state = machine?.state, state.pc == 0x202, state.v[1] == turn else { return nil }
        return image
      }
    }
    try desktop.press("k")
    let first = try saves(1, 0)
    let stopped: Chip8 = try first.machine()
    #expect(stopped.state.v[0] == 9)
    // Somewhat later it is still there, and continues to the next turn when it is told to.
    try desktop.press("p", "shift+2")
    let second = try saves(2, 1)
    let later: Chip8 = try second.machine()
    #expect(try second.settings(for: later)?.speed == 200)
    #expect(try second.settings(for: later) == first.settings(for: stopped))
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("A slot restores its appearance, and the command line takes precedence")
  func looks() throws {
    let plain = try Desktop([rom, "--slots", scratch.directory])
    try plain.press("p", "F5")
    try waitForSlot(1)
    #expect(try plain.quit() == (0, ""))
    let red = try scratch.chip8("image", "set", slotPath(1), "--colors", "FF0000,00FF00")
    #expect(red.code == 0, "\(red.errors)")
    for (options, corner) in [([], [255, 0, 0]), (["--colors", "0000FF,00FF00"], [0, 0, 255])]
      as [([String], [UInt8])]
    {
      let desktop = try Desktop([rom, "--slots", scratch.directory, "--autosave", "0"] + options)
      try desktop.press("p", "F9")
      try waitFor("the colours") {
        Array(try desktop.picture("1x1+2+2")) == corner ? true : nil
      }
      #expect(try desktop.quit() == (0, ""))
    }
  }

  @Test("A window that is closed at once still finishes its save")
  func closeWhileSaving() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory])
    try desktop.press("F5")
    #expect(try desktop.quit() == (0, ""))
    // It may have been so quick that no frame had ended.
    #expect(throws: Never.self) { try state(1) }
  }

  @Test("A failed save is reported, and the game continues")
  func saveFails() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory, "--seed", "7"])
    // Text is in pure white, which no pixel of this program is. The report has more or less of it than what
    // is shown before.
    let before = try waitFor("the greeting") {
      let count = try desktop.whiteCount(whole)
      return count > 0 ? count : nil
    }
    try desktop.limitFileSize("100")
    try desktop.press("F5")
    try desktop.waitForError("Slot 1 was not saved")
    try waitFor("the report") { try ![0, before].contains(desktop.whiteCount(whole)) ? true : nil }
    try desktop.limitFileSize("unlimited")
    try desktop.press("F5")
    try waitForSlot(1)
    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    let path = try slotPath(1)
    #expect(errors.contains("Slot 1 was not saved: \(path): cannot be written: file too large"))

    let saved = try state(1)
    let straight = try scratch.report(
      FileManager.default.currentDirectoryPath + "/" + rom, "--seed", "7", "--frames",
      "\(saved.state.frames)")
    #expect(straight.state.sha256 == "\(saved.stateDigest)")
  }

  @Test("Without a sound device, it plays anyway")
  func noSound() throws {
    let desktop = try Desktop(
      [rom, "--slots", scratch.directory], environment: ["SDL_AUDIODRIVER": "no-such-driver"])
    try desktop.press("F5")
    try waitForSlot(1)
    #expect(try desktop.quit().code == 0)
  }

  @Test("A program, a saved state or anything else can be dropped on the window")
  func drop() throws {
    let desktop = try Desktop([rom, "--slots", scratch.directory])
    let program: [UInt8] = [0x12, 0x00]
    try scratch.write("loop.ch8", program)
    try desktop.drop(scratch.path("loop.ch8"))
    // What is dropped is read on another thread, so that a save may still be one of what was played before.
    try waitFor("a slot of the program that was dropped") {
      try desktop.press("F5")
      return try? Image(contentsOf: path(of: 1, program))
    }

    try desktop.drop(scratch.path(scratch.write("empty.ch8", [])))
    try desktop.drop(scratch.directory)
    try desktop.press("shift+2", "F5")
    try waitFor("the program before continues") { try? Image(contentsOf: path(of: 2, program)) }

    let game = FileManager.default.currentDirectoryPath + "/" + rom
    _ = try scratch.chip8(game, "--headless", "--frames", "9", "--save", "game.state")
    try desktop.drop(scratch.path("game.state"))
    try waitFor("a slot of the game") {
      try desktop.press("F5")
      return try? state(2)
    }

    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    #expect(errors.split(separator: "\n").count == 2)
    #expect(errors.contains("Open failed: \(scratch.path("empty.ch8")): the program is empty"))
    #expect(errors.contains("Open failed: \(scratch.directory): cannot be read: is a directory"))
  }

  /// Saves in slot 1 until it has a certain state of a program.
  private func saved(
    by desktop: Desktop, _ program: [UInt8], where isSuch: (State) -> Bool
  ) throws -> State {
    try waitFor("a save of the program") {
      try desktop.press("F5")
      let machine: Chip8? = try? Image(contentsOf: path(of: 1, program)).machine()
      return machine.map(\.state).flatMap { isSuch($0) ? $0 : nil }
    }
  }

  @Test("A watched source is reloaded when it changes", arguments: [false, true])
  func watch(keepsState: Bool) throws {
    let path = scratch.path("game.8o")
    try scratch.write("game.8o", Array(": main v0 := 1 : here jump here".utf8))
    let options = ["--watch", "--slots", scratch.directory] + (keepsState ? ["--keep-state"] : [])
    let desktop = try Desktop([path] + options)
    let before = try saved(by: desktop, [0x60, 0x01, 0x12, 0x02]) { $0.v[0] == 1 }

    try scratch.write("game.8o", Array(": main v0 :=".utf8))
    try desktop.waitForError("game.8o:1:")
    try scratch.write("game.8o", Array(": main v0 := 2 : here jump here".utf8))
    // What ran before has set V0 already, or it is set again.
    _ = try saved(by: desktop, [0x60, 0x02, 0x12, 0x02]) {
      keepsState ? $0.v[0] == 1 && $0.frames > before.frames + 50 : $0.v[0] == 2
    }

    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    #expect(errors.contains("game.8o:1:"))
  }

  @Test("A watched source is reloaded when a file that it includes changes")
  func watchIncluded() throws {
    try scratch.write("game.8o", Array(": main :include \"part.8o\" : here jump here".utf8))
    try scratch.write("part.8o", Array("v0 := 1".utf8))
    let desktop = try Desktop([scratch.path("game.8o"), "--watch", "--slots", scratch.directory])
    // One with an error is watched too, and so is what is not there yet.
    try scratch.write("part.8o", Array("v0 := 300".utf8))
    try desktop.waitForError("/part.8o:1:7: 300 does not fit")
    try scratch.write("part.8o", Array(":include \"more.8o\"".utf8))
    try desktop.waitForError("/part.8o:1:10: `more.8o` does not exist")
    try scratch.write("more.8o", Array("v0 := 2".utf8))
    _ = try saved(by: desktop, [0x60, 0x02, 0x12, 0x02]) { $0.v[0] == 2 }
    #expect(try desktop.quit().code == 0)
  }

  @Test("A faulting program leaves a post-mortem state")
  func postMortem() throws {
    let program: [UInt8] = [0x60, 0x07, 0xF0, 0x99]
    let rom = scratch.path(try scratch.write("bad.ch8", program))
    let desktop = try Desktop([rom, "--slots", scratch.directory])
    let slots = Slots(root: scratch.directory, program: Program(name: "", bytes: program).sha1)
    try waitFor("an autosave") { try slots.file(Autosave.fault.slot) }
    #expect(try desktop.quit().code == 0)
    // What cannot continue is not what one continues from.
    #expect(try slots.file(Autosave.exit.slot) == nil)
    let info = try scratch.chip8("image", "info", slots.path(Autosave.fault.slot))
    #expect(info.text.contains("fault     F099 at 0x202"))
    #expect(info.text.contains("executed last:\n    0200  6007"))
  }

  @Test("A fault is shown, and the window stays open")
  func fault() throws {
    // Draws a 0, and then faults on an illegal instruction.
    let rom = scratch.path(try scratch.write("faulty.ch8", [0xF0, 0x29, 0xD0, 0x05, 0xF0, 0x99]))
    let desktop = try Desktop([rom, "--slots", scratch.directory])
    try desktop.waitForError("F099 at 0x204")
    // A passing message takes the place of the fault, and the fault that of the message when it has passed.
    // Text is in pure white, which no pixel of this program is.
    let count = try waitFor("the fault") {
      let count = try desktop.whiteCount(whole)
      return count > 0 ? count : nil
    }
    try desktop.press("shift+3")
    try waitFor("the message") { try desktop.whiteCount(whole) != count ? true : nil }
    try waitFor("the fault again") { try desktop.whiteCount(whole) == count ? true : nil }
    let (code, errors) = try desktop.quit()
    #expect(code == 0)
    #expect(errors.contains("F099 at 0x204 is not an instruction"))
  }

  /// A screen of as many columns as the one before it, but of other rows.
  @Test("A two-page program is shown with all its 64 rows")
  func twoPages() throws {
    let desktop = try Desktop([
      scratch.path(scratch.write("halt.ch8", Programs.halt)), "--slots", scratch.directory,
    ])
    // A pixel in the left column of row 50: 7 points each, in the middle of the window.
    let code: [UInt8] = [0x61, 0x32, 0xA2, 0xC8, 0xD0, 0x11, 0x12, 0xC6, 0x80]
    let program = [0x12, 0x60] + Array(repeating: 0, count: 0xBE) + code
    try desktop.drop(scratch.path(scratch.write("two.ch8", program)))
    let pixel = Data((0..<49).flatMap { _ in [0xF2, 0xEE, 0xE2] as [UInt8] })
    try waitFor("a pixel") { try desktop.picture("7x7+224+350") == pixel ? true : nil }
    #expect(try desktop.picture("7x7+231+350") != pixel)
    #expect(try desktop.quit() == (0, ""))
  }
}
