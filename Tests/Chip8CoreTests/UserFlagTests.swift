// The user flags: what a machine finds at power-on of what Fx75 has stored in one before.

import Chip8Core
import SaveState
import Testing

@Suite struct UserFlagTests {
  private static let all = [UInt8](1...16)

  @Test(
    "A machine takes as many as it has, and loads them with Fx85",
    arguments: zip(
      [Platform.vip, .chip8, .chip48, .schip10, .schip11, .schip, .xochip],
      [
        0, 0, 0, 8, 8, 8, 16,
      ]))
  func powerOn(platform: Platform, count: Int) throws {
    var machine = try machine(platform, count == 16 ? 0xFF85 : 0xF785)
    try machine.apply(.userFlags(UserFlagTests.all))
    #expect(machine.userFlags == Array(UserFlagTests.all.prefix(count)))
    // What the platform lacks stays zero, so that an image of the machine loads.
    let restored: Chip8 = try Image(Image(of: machine).bytes).machine()
    #expect(restored.userFlags == machine.userFlags)
    guard count > 0 else { return }
    machine.step()
    #expect(Array(machine.state.registers.prefix(count)) == machine.userFlags)
  }

  @Test("Those that are missing are zero")
  func missing() throws {
    var machine = try machine(.schip, 0xF375)
    try machine.apply(.userFlags(UserFlagTests.all))
    try machine.apply(.userFlags([7]))
    #expect(machine.userFlags == [7, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("Flags are input: the same ones lead to the same state")
  func input() throws {
    let digests = try [[], [5], [5], [6]].map { (flags: [UInt8]) in
      var machine = try machine(.xochip, 0xF085, 0x7001, 0xF075, 0x1206)
      try machine.apply(.userFlags(flags))
      machine.step(3)
      return machine.stateDigest
    }
    #expect(Set(digests).count == 3 && digests[1] == digests[2])
  }
}
