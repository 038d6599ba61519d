// ReexecTests.swift: one process becomes another, whatever happens meanwhile.

import Foundation
import Testing

@Suite struct ReexecTests {
  /// A program that restores itself in every frame is interrupted at any moment, mostly between two
  /// processes: the run still ends with its report and its saved state.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalIsNotLostBetweenTwoProcesses(signal: Int32) throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path("dir"), withIntermediateDirectories: false)
    let source = """
      : main i := block native 0xC81 loop again
      : block 2 0 :pointer file 0 0 0 0 0 0
      : file 0x61 0
      """
    try scratch.write("a.8o", Array(source.utf8))
    _ = try scratch.report("a.8o", "--instructions", "1", "--save", "dir/a")
    for delay in 0..<8 as Range<UInt32> {
      let running = try Running(
        ["dir/a", "--headless", "--json", "--host-calls", "dir", "--save", "b.state"], in: scratch)
      let path = "/proc/\(running.process)/cmdline"
      try waitFor("another process") {
        let words = try Data(contentsOf: URL(filePath: path)).split(separator: 0)
        return words.contains(Data("--restore=dir/a".utf8)) ? true : nil
      }
      usleep(delay * 5000)
      kill(running.process, signal)
      let outcome = try running.outcome()
      #expect(outcome.code == 130, "\(outcome.errors)")
      expectOneSentence(outcome, naming: "interrupted")
      let report = try Report(outcome)
      #expect(report.stop == "interrupt")
      #expect(try scratch.report("b.state", "--frames", "0").state == report.state)
      try FileManager.default.removeItem(atPath: scratch.path("b.state"))
    }
  }
}
