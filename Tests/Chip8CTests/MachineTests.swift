// A machine by way of C is the machine that it is in Swift.

import CChip8
import Chip8C
import Chip8Core
import SaveState
import Testing

@Suite struct MachineTests {
  @Test(arguments: ["backfire", "schuss", "loom", "swingby"])
  func itRunsAsInSwift(name: String) throws {
    let program = try rom(name)
    let handle = try Handle(program, seed: 7)
    var machine = try swiftMachine(program, seed: 7)
    for (frames, keys) in [(1, 0), (60, 0x40), (100, 0x100), (7, 0xFFFF)] as [(Int, UInt16)] {
      #expect(chip8_run_frames(handle.machine, UInt64(frames), keys) == CHIP8_STOP_DONE)
      _ = machine.run(frames: frames, keys: KeySet(rawValue: keys))
      #expect(handle.digest == machine.stateDigest.bytes)
      #expect(try handle.screen(CHIP8_SCREEN_PIXELS) == machine.state.screen.pixels)
    }
    #expect(chip8_run(handle.machine, .max, 1001, 0, 0) == CHIP8_STOP_DONE)
    _ = machine.run(instructions: 1001, keys: [])
    let (registers, state) = (handle.registers, machine.state)
    #expect(registers.instructions == state.instructions && registers.frames == state.frames)
    #expect(registers.pc == state.pc && registers.i == state.i)
    #expect(registers.instructions_left == state.instructionsLeftInFrame ?? .max)
    #expect(registers.random == state.random.state && registers.delay == state.delay)
    withUnsafeBytes(of: registers.v) { v in
      #expect((0..<16).allSatisfy { v[$0] == state.v[$0] })
    }
    let ram = UnsafeBufferPointer(start: chip8_ram(handle.machine), count: state.ram.count)
    #expect(ram.elementsEqual(state.ram) && handle.info.ram_size == state.ram.count)
    #expect(handle.image == Image(of: machine).bytes)
    var fast = UInt64(0)
    #expect(chip8_fast_digest(handle.machine, &fast) == 0 && fast == machine.fastDigest)
  }

  @Test func keysOfEachFrame() throws {
    let (one, other) = (try Handle(rom("backfire")), try Handle(rom("backfire")))
    let keys = (0..<300).map { UInt16(1 << ($0 / 7 % 16)) }
    #expect(chip8_run_keys(one.machine, keys, keys.count) == CHIP8_STOP_DONE)
    for keys in keys { chip8_run_frames(other.machine, 1, keys) }
    #expect(one.digest == other.digest && one.registers.frames == 300)
    #expect(one.registers.held_keys == keys.last)
  }

  @Test func whatProgramsEndWith() throws {
    let halts = try Handle(program(0x1200), "chip8")
    #expect(chip8_run(halts.machine, 10, .max, 0, CHIP8_RUN_UNTIL_HALT) == CHIP8_STOP_HALT)
    #expect(halts.registers.frames == 1)
    #expect(chip8_run_frames(halts.machine, 10, 0) == CHIP8_STOP_DONE)
    let exits = try Handle(program(0x00FD), "schip")
    #expect(chip8_run_frames(exits.machine, 1, 0) == CHIP8_STOP_EXIT)

    let faults = try Handle(program(0x6001, 0x00EE), "chip8")
    var fault = chip8_fault()
    #expect(chip8_get_fault(faults.machine, &fault) == CHIP8_ERROR_REFUSED)
    #expect(chip8_run_keys(faults.machine, [0, 0, 0], 3) == CHIP8_STOP_FAULT)
    #expect(chip8_get_fault(faults.machine, &fault) == 0)
    #expect(fault.kind == CHIP8_FAULT_STACK_UNDERFLOW && fault.pc == 0x202 && fault.opcode == 0xEE)
    #expect(faults.lastError == "00EE at 0x202: stack underflow")
    #expect(chip8_reset(faults.machine, 5) == 0)
    #expect(chip8_get_fault(faults.machine, &fault) == CHIP8_ERROR_REFUSED)
    #expect(faults.registers.random == 5 && faults.registers.instructions == 0)
  }

  @Test func whatIsKnownOfAProgram() throws {
    let handle = try Handle(rom("backfire"))
    let info = handle.info
    #expect(String(cString: info.platform) == "chip8" && String(cString: info.title) == "Backfire")
    #expect(info.is_known == 1 && (info.width, info.height, info.plane_count) == (64, 32, 1))
    #expect(info.frames_per_second == 60 && info.ipf == 12 && info.rotation == 0)
    #expect(String(cString: info.quirks).hasPrefix("logic=off,shift=off,"))
    let sha1 = withUnsafeBytes(of: info.program_sha1) { Array($0) }
    #expect(sha1 == Digest.sha1(try rom("backfire")).bytes)
    #expect(info.program_size == UInt64(try rom("backfire").count))
    let names = ["up", "down", "left", "right", "a", "b", "player2Up"]
    let keys: [Int32] = [5, 8, 7, 9, 6, CHIP8_NO_KEY, CHIP8_NO_KEY]
    for (name, key) in zip(names, keys) {
      #expect(chip8_get_known_key(handle.machine, name) == key)
    }
    let unknown = try Handle(program(0x1200))
    #expect(
      unknown.info.is_known == 0 && chip8_get_known_key(unknown.machine, "up") == CHIP8_NO_KEY)
  }

  @Test func optionsAreApplied() throws {
    let handle = try Handle(
      program(0x1200), "vip", quirks: "wrap=on,vblank=off", ipf: 33, seed: 9,
      timing: CHIP8_TIMING_CYCLES, engine: CHIP8_ENGINE_REFERENCE)
    let info = handle.info
    #expect(String(cString: info.platform) == "vip" && info.ipf == 33)
    #expect(info.timing == CHIP8_TIMING_CYCLES && handle.registers.random == 9)
    let quirks = String(cString: info.quirks).split(separator: ",")
    #expect(quirks.contains("wrap=on") && quirks.contains("vblank=off"))
    #expect(handle.registers.cycles > 0)
  }

  @Test func inputFromOutside() throws {
    let handle = try Handle(program(0xF085, 0x1202), "xochip")
    #expect(chip8_set_flags(handle.machine, [7], 1) == 0)
    #expect(chip8_poke(handle.machine, 0x400, [1, 2, 3] as [UInt8], 3) == 0)
    chip8_run_frames(handle.machine, 1, 0)
    var bytes = [UInt8](repeating: 0, count: 4)
    #expect(chip8_copy_ram(handle.machine, 0x3FF, &bytes, 4) == 0)
    #expect(bytes == [0, 1, 2, 3])
    #expect(handle.registers.v.0 == 7 && handle.registers.flags.0 == 7)
    for (address, size) in [(0xFFFF, 2), (0x10000, 1), (0, 0x10001)] as [(UInt32, Int)] {
      let many = [UInt8](repeating: 0, count: size)
      #expect(chip8_poke(handle.machine, address, many, size) == CHIP8_ERROR_REFUSED)
    }
    #expect(
      handle.lastError == "65537 bytes from address 0 are not within 65536 bytes of RAM")
  }
}
