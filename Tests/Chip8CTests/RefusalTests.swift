// What cannot be done is refused in a sentence, and nothing has changed.

import CChip8
import Chip8C
import Chip8Core
import SaveState
import Testing

@Suite struct RefusalTests {
  @Test func programsAndImagesThatCannotBeUsed() throws {
    let backfire = try rom("backfire")
    let image = Image(of: try swiftMachine(backfire)).bytes
    func expect(_ code: Int, _ message: String, _ make: () throws -> Handle) {
      let expected = Refusal(code: Int32(code), message: message)
      #expect(throws: expected) { try make() }
    }
    expect(CHIP8_ERROR_DATA, "the program is empty") { try Handle([]) }
    expect(
      CHIP8_ERROR_DATA,
      "the program has 3600 bytes, and COSMAC VIP has room for 3232"
    ) { try Handle([UInt8](repeating: 1, count: 3600), "vip") }
    expect(
      CHIP8_ERROR_DATA, "this is a saved state and not a program; load it with chip8_load"
    ) { try Handle(image) }
    expect(
      CHIP8_ERROR_ARGUMENT,
      "unknown platform \"nes\"; known are auto, vip, chip8, chip48, schip10, schip11, schip, "
        + "xochip, hires"
    ) { try Handle(backfire, "nes") }
    expect(CHIP8_ERROR_ARGUMENT, "\"wrap\" is not NAME=on or NAME=off") {
      try Handle(backfire, quirks: "logic=on,wrap")
    }
    expect(CHIP8_ERROR_ARGUMENT, "10000001 instructions per frame; the range is 1 to 10000000") {
      try Handle(backfire, ipf: 10_000_001)
    }
    expect(CHIP8_ERROR_ARGUMENT, "CHIP-8 does not count cycles; vip and hires do") {
      try Handle(backfire, "chip8", timing: CHIP8_TIMING_CYCLES)
    }
    expect(CHIP8_ERROR_ARGUMENT, "unknown timing 9") { try Handle(backfire, timing: 9) }
    expect(CHIP8_ERROR_ARGUMENT, "unknown engine 3") { try Handle(backfire, engine: 3) }
    expect(CHIP8_ERROR_DATA, "not a saved state") { try Handle(image: backfire) }
    expect(CHIP8_ERROR_DATA, "not a saved state") { try Handle(image: []) }
    expect(CHIP8_ERROR_DATA, "the saved state is truncated; copy it again, or use another copy") {
      try Handle(image: image.dropLast())
    }
    var damaged = image
    damaged[100] ^= 1
    expect(
      CHIP8_ERROR_DATA, "the saved state is damaged: its digest does not match; use another copy"
    ) { try Handle(image: damaged) }
  }

  @Test func argumentsThatAreNeverRight() throws {
    let handle = try Handle(rom("backfire"))
    let before = handle.digest
    let argument = Int32(CHIP8_ERROR_ARGUMENT)
    var out: OpaquePointer?
    #expect(chip8_create(nil, 5, nil, &out, nil, 0) == argument)
    #expect(chip8_create(nil, -5, nil, &out, nil, 0) == argument)
    #expect(chip8_create(program(0x1200), 2, nil, nil, nil, 0) == argument)
    #expect(chip8_load(nil, 5, 0, &out, nil, 0) == argument)
    #expect(chip8_clone(handle.machine, nil) == argument && handle.lastError == "copy is NULL")
    #expect(chip8_run_keys(handle.machine, nil, 1) == argument)
    #expect(chip8_run_keys(handle.machine, [0], -1) == argument)
    #expect(chip8_run(handle.machine, 1, 1, 0, 2) == argument)
    #expect(chip8_get_known_key(handle.machine, nil) == argument)
    #expect(chip8_get_registers(handle.machine, nil) == argument)
    var registers = chip8_registers()
    #expect(chip8_get_registers(handle.machine, &registers) == argument)
    #expect(
      handle.lastError == "struct_size of registers is 0; it must be the struct's sizeof")
    #expect(chip8_poke(handle.machine, 0, nil, 1) == argument)
    #expect(chip8_copy_sound(handle.machine, nil, 1) == argument)
    #expect(chip8_copy_sound(handle.machine, nil, -1) == argument)
    #expect(chip8_screen(handle.machine, 5, nil) == nil)
    #expect(handle.lastError == "unknown screen format 5")
    var pixels = [UInt8](repeating: 9, count: 2048)
    #expect(chip8_copy_screen(handle.machine, 0, nil, &pixels, 2047) == CHIP8_ERROR_SIZE)
    #expect(handle.lastError == "the screen has 2048 bytes, and the buffer 2047")
    #expect(pixels.allSatisfy { $0 == 9 })
    #expect(chip8_save(handle.machine, nil) == nil && handle.lastError == "size is NULL")
    #expect(chip8_team_create(0, &out) == argument && chip8_team_create(1, nil) == argument)
    #expect(handle.digest == before)
  }

  @Test func messagesAreCutBetweenCharacters() {
    var out: OpaquePointer?
    var message = [CChar](repeating: 1, count: 64)
    var options = chip8_options()
    options.struct_size = MemoryLayout<chip8_options>.size
    let code = "äöü".withCString { platform in
      options.platform = platform
      return chip8_create(program(0x1200), 2, &options, &out, &message, 22)
    }
    #expect(code == CHIP8_ERROR_ARGUMENT && out == nil)
    #expect(text(message) == "unknown platform \"ä")
    #expect(message[22] == 1)
    #expect(chip8_create(program(0x1200), 2, &options, &out, &message, 0) == CHIP8_ERROR_ARGUMENT)
  }

  /// An older caller knows less of a struct, a newer one more.
  @Test func structsOfOtherVersions() throws {
    let handle = try Handle(rom("backfire"))
    chip8_run_frames(handle.machine, 10, 0)
    var registers = chip8_registers()
    registers.struct_size = 24
    registers.cycles = 77
    #expect(chip8_get_registers(handle.machine, &registers) == 0)
    #expect(registers.frames == 10 && registers.instructions == 120 && registers.cycles == 77)
    struct Newer {
      var options = chip8_options()
      var more: UInt64 = 0
    }
    var newer = Newer()
    newer.options.struct_size = MemoryLayout<Newer>.size
    for (more, code) in [(0, 0), (1, CHIP8_ERROR_ARGUMENT)] {
      newer.more = UInt64(more)
      var out: OpaquePointer?
      let result = withUnsafePointer(to: &newer) {
        $0.withMemoryRebound(to: chip8_options.self, capacity: 1) {
          chip8_create(program(0x1200), 2, $0, &out, nil, 0)
        }
      }
      #expect(result == code)
      chip8_destroy(out)
    }
  }
}
