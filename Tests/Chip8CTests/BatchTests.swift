// Many machines in one call do what each would have done alone.

import CChip8
import Chip8C
import Testing

@Suite struct BatchTests {
  private let names = ["backfire", "schuss", "loom", "swingby", "lace"]

  private func machines(_ count: Int) throws -> [Handle] {
    try (0..<count).map { try Handle(rom(names[$0 % names.count]), seed: UInt64($0)) }
  }

  private func step(
    _ team: OpaquePointer?, _ handles: [Handle], _ change: (inout chip8_batch) -> Void
  ) throws {
    var batch = chip8_batch()
    batch.struct_size = MemoryLayout<chip8_batch>.size
    change(&batch)
    let machines = handles.map { Optional($0.machine) }
    var message = [CChar](repeating: 0, count: 300)
    let code = chip8_batch_step(team, machines, machines.count, &batch, &message, message.count)
    guard code == 0 else { throw Refusal(code: code, message: text(message)) }
  }

  @Test(arguments: [0, 1, 4] as [UInt32]) func batchMatchesSingleRuns(threads: UInt32) throws {
    var team: OpaquePointer?
    if threads > 0 { #expect(chip8_team_create(threads, &team) == 0) }
    defer { if threads > 0 { chip8_team_destroy(team) } }
    let (together, alone) = (try machines(40), try machines(40))
    let size = 128 * 64
    var screens = [UInt8](repeating: 0, count: size * 40)
    var stops = [Int32](repeating: -1, count: 40)
    var digests = [UInt64](repeating: 0, count: 40)
    let addresses: [UInt16] = [0x200, 0x3F0, 0x201]
    var bytes = [UInt8](repeating: 0, count: 3 * 40)
    for round in 0..<30 {
      let keys = (0..<80).map { UInt16(truncatingIfNeeded: ($0 &* 77 &+ round) >> 3) }
      try screens.withUnsafeMutableBytes { screens in
        try stops.withUnsafeMutableBufferPointer { stops in
          try digests.withUnsafeMutableBufferPointer { digests in
            try keys.withUnsafeBufferPointer { keys in
              try addresses.withUnsafeBufferPointer { addresses in
                try bytes.withUnsafeMutableBufferPointer { bytes in
                  try step(team, together) {
                    ($0.frames, $0.keys_per_machine, $0.keys) = (2, 2, keys.baseAddress)
                    ($0.stops, $0.fast_digests) = (stops.baseAddress, digests.baseAddress)
                    ($0.screens, $0.screen_stride) = (screens.baseAddress, size)
                    $0.screen_format = UInt32(CHIP8_SCREEN_PIXELS | CHIP8_SCREEN_FIXED)
                    ($0.ram_addresses, $0.ram_address_count) = (addresses.baseAddress, 3)
                    $0.ram_bytes = bytes.baseAddress
                  }
                }
              }
            }
          }
        }
      }
      for (k, handle) in alone.enumerated() {
        #expect(chip8_run_keys(handle.machine, Array(keys[2 * k..<2 * k + 2]), 2) == stops[k])
        var digest = UInt64(0)
        #expect(chip8_fast_digest(handle.machine, &digest) == 0 && digest == digests[k])
        let screen = try handle.screen(CHIP8_SCREEN_PIXELS | CHIP8_SCREEN_FIXED)
        #expect(screen.elementsEqual(screens[k * size..<k * size + screen.count]))
        let ram = try #require(chip8_ram(handle.machine))
        #expect(addresses.map { ram[Int($0)] } == Array(bytes[3 * k..<3 * k + 3]))
      }
    }
  }

  @Test func someMachinesGoBackFirst() throws {
    let handles = try machines(3)
    var snapshot: OpaquePointer?
    #expect(chip8_snapshot_create(handles[1].machine, &snapshot) == 0)
    defer { chip8_snapshot_destroy(snapshot) }
    for handle in handles { chip8_run_frames(handle.machine, 50, 0) }
    try [nil, snapshot, nil].withUnsafeBufferPointer { restore in
      try step(nil, handles) { ($0.restore, $0.frames) = (restore.baseAddress, 3) }
    }
    #expect(handles.map { $0.registers.frames } == [53, 3, 53])
  }

  @Test func batchReportsRegistersAndHalts() throws {
    // 200: V0 counts to 5, then the program jumps to itself.
    let halting = try Handle([0x70, 0x01, 0x40, 0x05, 0x12, 0x04, 0x12, 0x00])
    let handles = try machines(2) + [halting]
    var registers = [chip8_registers](repeating: chip8_registers(), count: 3)
    registers[0].struct_size = MemoryLayout<chip8_registers>.size
    var stops = [Int32](repeating: -1, count: 3)
    func step(flags: UInt32) throws {
      try registers.withUnsafeMutableBufferPointer { registers in
        try stops.withUnsafeMutableBufferPointer { stops in
          try self.step(nil, handles) {
            ($0.frames, $0.registers, $0.stops) = (9, registers.baseAddress, stops.baseAddress)
            $0.run_flags = flags
          }
        }
      }
    }
    try step(flags: 0)
    #expect(stops == [0, 0, 0])
    try step(flags: CHIP8_RUN_UNTIL_HALT)
    #expect(stops == [0, 0, Int32(CHIP8_STOP_HALT)])
    for (handle, registers) in zip(handles, registers) {
      let alone = handle.registers
      #expect(registers.frames == alone.frames && registers.pc == alone.pc)
      #expect(registers.random == alone.random && registers.v.0 == alone.v.0)
      #expect(registers.struct_size == MemoryLayout<chip8_registers>.size)
    }
    #expect(registers[2].v.0 == 5 && registers[2].frames == 10)
    #expect(throws: Refusal(code: -2, message: "unknown run_flags 2")) { try step(flags: 2) }
    registers[0].struct_size = 3
    #expect(throws: Refusal.self) { try step(flags: 0) }
  }

  @Test func invalidBatchesChangeNothing() throws {
    let handles = try machines(3)
    func expect(_ code: Int, _ message: String, _ call: () throws -> Void) {
      #expect(throws: Refusal(code: Int32(code), message: message)) { try call() }
    }
    expect(CHIP8_ERROR_ARGUMENT, "machine 3 is listed twice") {
      try step(nil, handles + [handles[0]]) { $0.frames = 1 }
    }
    let destroyed = try Handle(rom("backfire"))
    chip8_destroy(destroyed.machine)
    expect(
      CHIP8_ERROR_HANDLE, "machine 3 is not the handle of a machine, or was destroyed"
    ) { try step(nil, handles + [destroyed]) { $0.frames = 1 } }
    expect(CHIP8_ERROR_ARGUMENT, "keys_per_machine is 2; it must be 1 or 3") {
      try [0, 0, 0].withUnsafeBufferPointer { keys in
        try step(nil, handles) {
          ($0.frames, $0.keys, $0.keys_per_machine) = (3, keys.baseAddress, 2)
        }
      }
    }
    // The second one is for XO-CHIP.
    var screens = [UInt8](repeating: 0, count: 3 * 2048)
    expect(
      CHIP8_ERROR_SIZE, "the screen of machine 1 can have 8192 bytes, and screen_stride is 2048"
    ) {
      try screens.withUnsafeMutableBytes { screens in
        try step(nil, handles) { ($0.frames, $0.screens) = (1, screens.baseAddress) }
      }
    }
    // The screen's size is that after the restore.
    let small = try (0..<3).map { _ in try Handle(rom("backfire")) }
    let large = try Handle(rom("backfire"), "schip")
    var snapshot: OpaquePointer?
    #expect(chip8_snapshot_create(large.machine, &snapshot) == 0)
    defer { chip8_snapshot_destroy(snapshot) }
    let restored: [OpaquePointer?] = [nil, nil, snapshot]
    expect(
      CHIP8_ERROR_SIZE, "the screen of machine 2 can have 8192 bytes, and screen_stride is 2048"
    ) {
      try screens.withUnsafeMutableBytes { screens in
        try restored.withUnsafeBufferPointer { restored in
          try step(nil, small) {
            ($0.restore, $0.screens) = (restored.baseAddress, screens.baseAddress)
          }
        }
      }
    }
    #expect((handles + small).allSatisfy { $0.registers.frames == 0 })
    // And they can be run after all of that.
    try step(nil, handles) { $0.frames = 1 }
    #expect(handles.allSatisfy { $0.registers.frames == 1 })
  }
}
