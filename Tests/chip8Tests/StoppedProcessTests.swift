// StoppedProcessTests.swift: a process that is stopped holds its locks, and blocks no other process forever.

import Foundation
import Testing

@Suite struct StoppedProcessTests {
  @Test func aStoppedProcessDoesNotStopOthers() throws {
    let scratch = try Scratch()
    try scratch.write("count.ch8", Programs.count)
    let save = ["count.ch8", "--headless", "--frames", "5", "--save-slot", "1"]
    #expect(try scratch.run(save).code == 0)
    let path = try scratch.chip8("slots", "path", "count.ch8", "1").text.dropLast()
    let lock = path.dropLast("slot1.state".count) + ".lock"
    let holder = try Running(
      "flock", ["--no-fork", String(lock), "sleep", "1000"], in: scratch)
    defer {
      kill(holder.process, SIGKILL)
      _ = try? holder.outcome()
    }
    let descriptor = open(String(lock), O_RDONLY)
    defer { close(descriptor) }
    try waitFor("the lock to be taken") {
      guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
      flock(descriptor, LOCK_UN)
      return nil
    }
    kill(holder.process, SIGSTOP)
    for arguments in [save, ["slots", "note", "count.ch8", "1", "text"]] {
      let outcome = try scratch.run(arguments)
      #expect(outcome.code == 75)
      expectOneSentence(outcome, naming: String(lock))
      #expect(outcome.errors.contains("keeps it locked"))
    }
    // What only reads does not wait.
    #expect(try scratch.chip8("slots", "list", "count.ch8").code == 0)
  }
}
