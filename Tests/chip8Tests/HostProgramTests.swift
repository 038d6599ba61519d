// HostProgramTests.swift: the programs of ours that call their host, as their page shows them.

import Chip8Core
import Foundation
import SaveState
import Testing

@Suite struct HostProgramTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path("images"), withIntermediateDirectories: false)
  }

  private func rom(_ name: String) -> String {
    FileManager.default.currentDirectoryPath + "/roms/\(name).ch8"
  }

  @Test(arguments: ["factorial", "hearth"]) func sourcesAreAssembled(name: String) throws {
    let source = rom(name).replacing(".ch8", with: ".8o")
    let assembled = try scratch.chip8("asm", source, "-o", "-")
    #expect(assembled.output == Array(try Data(contentsOf: URL(fileURLWithPath: rom(name)))))
  }

  /// The digits in the server's table.
  private func factorial(_ number: Int, in state: String) throws -> String {
    let image = try Image(contentsOf: scratch.path(state))
    let ram = (try image.machine() as Chip8).state.ram
    let digits = ram[0x960 + 33 * number..<0x960 + 33 * (number + 1)]
    return String(digits.reversed().map { Character("\($0)") }.drop { $0 == "0" })
  }

  @Test func theServerComputesOnceAndAnswersForever() throws {
    let first = try scratch.report(rom("factorial"), "--host-calls", "images")
    #expect(first.registers.v[0] != 2 && first.stop == "halt" && first.instructions > 300_000)
    let state = "images/factorial.state"
    #expect(try factorial(0, in: state) == "1")
    #expect(try factorial(10, in: state) == "3628800")
    #expect(try factorial(20, in: state) == "2432902008176640000")
    #expect(try factorial(30, in: state) == "265252859812191058636308480000000")
    // Each answer has a screen of its own, soon.
    var screens: Set<String> = [first.screen.sha1]
    for arguments in [["5"], ["05"], ["20"], ["30", "5"], ["31"], [""], ["x1"], ["255"], []] {
      let outcome = try scratch.run(
        ["--restore", state, "--headless", "--json", "--"] + arguments)
      let answer = try Report(outcome)
      #expect(answer.stop == "halt" && answer.instructions - first.instructions < 20_000)
      screens.insert(answer.screen.sha1)
    }
    // 05 is 5; anything that is not a number gets the same answer.
    #expect(screens.count == 6)
    let answer = try scratch.chip8(
      "--restore", state, "5", "--headless", "--print", "screen")
    #expect(answer.text.hasPrefix(Self.answer))
  }

  /// 5! = 120
  private static let answer = """
     ▄▄▄▄  ▄                   ▄   ▄▄▄   ▄▄
    """

  @Test func theAdventureHibernates() throws {
    // Past the title, out, to the woods, take wood, back twice, feed the fire twice, sleep.
    let keys =
      "200-205:1,500-505:1,800-805:2,1100-1105:2,1300-1305:1,1500-1505:1,1700-1705:1,1900-1905:2,"
      + "2100-2105:1,2200-2205:3"
    let suspended = try scratch.report(
      rom("hearth"), "--host-calls", "images", "--keys", keys, "--frames", "3000")
    #expect(suspended.stop == "halt")
    let state = "images/hearth.state"
    let morning = try scratch.report("--restore", state, "--host-calls", "images")
    let named = try scratch.report("--restore", state, "--host-calls", "images", "Ada")
    #expect(morning.stop == "key-wait" && named.stop == "key-wait")
    #expect(morning.screen != named.screen)
    // The second day, with the fire burnt down.
    #expect(named.registers.v[0xC] == 0 && named.registers.v[0xD] == 2)
    // Without a host nothing sleeps.
    let awake = try scratch.report(rom("hearth"), "--keys", keys, "--frames", "3000")
    #expect(awake.registers.v[0xD] == 1)
  }
}
