// The state is complete: whatever is changed in it changes its encoding, and comes back.

import Chip8Core
import SaveState
import Testing

@Suite struct StateFieldTests {
  typealias Change = (field: String, change: @Sendable (inout State) -> Void)

  static let changes: [Change] = [
    ("configuration", { $0.configuration.instructionsPerFrame += 1 }),
    ("configuration", { $0.configuration.font = .fish }),
    ("random", { $0.random.state ^= 1 << 63 }),
    ("i", { $0.i ^= 0x8000 }),
    ("pc", { $0.pc ^= 0x8000 }),
    ("stackCount", { $0.stackCount -= 1 }),
    ("delay", { $0.delay ^= 1 }),
    ("sound", { $0.sound ^= 1 }),
    ("display", { $0.isHires.toggle() }),
    ("display", { $0.selectedPlanes ^= 1 }),
    ("audio", { $0.pattern = ($0.pattern ?? 0) ^ 1 }),
    ("audio", { $0.pattern = ($0.pattern ?? 0) ^ 1 << 127 }),
    ("audio", { $0.pitch ^= 1 }),
    ("audio", { $0.phase ^= 1 << 31 }),
    ("keys", { $0.keys.formSymmetricDifference(KeySet(key: 0xF)) }),
    ("keyWait", { $0.keyWait?.register ^= 1 }),
    ("keyWait", { $0.keyWait?.pressed.formSymmetricDifference(KeySet(key: 0)) }),
    ("keyWait", { $0.keyWait = nil }),
    ("instructionsLeftInFrame", { $0.instructionsLeftInFrame = 1 }),
    ("instructionsLeftInFrame", { $0.instructionsLeftInFrame = nil }),
    ("frames", { $0.frames += 1 << 40 }),
    ("instructions", { $0.instructions += 1 << 40 }),
    ("cycles", { $0.cycles += 1 << 40 }),
    ("drawWait", { $0.drawWait = 0 }),
    ("hostCalls", { $0.hostCalls = nil }),
    ("hostCalls", { $0.hostCalls?.answer = nil }),
    ("hostCalls", { $0.hostCalls?.answer = .denied }),
    ("hostCalls", { $0.hostCalls?.arguments = [] }),
    ("hostCalls", { $0.hostCalls?.arguments = ["ab"] }),
    ("entryCalls", { $0.entryCalls = nil }),
    ("entryCalls", { $0.entryCalls?.address += 1 }),
    ("entryCalls", { $0.entryCalls?.start -= 1 }),
    ("entryCalls", { $0.entryCalls?.waiting = [] }),
    ("entryCalls", { $0.entryCalls?.waiting[0] += 1 }),
    ("entryCalls", { $0.entryCalls?.interrupted.pc ^= 0x8000 }),
    ("entryCalls", { $0.entryCalls?.interrupted.i ^= 0x8000 }),
    ("entryCalls", { $0.entryCalls?.interrupted.stackCount -= 1 }),
    ("entryCalls", { $0.entryCalls?.interrupted.keyWait = nil }),
    ("entryCalls", { $0.entryCalls?.interrupted.keyWait?.pressed = [] }),
    ("entryCalls", { $0.entryCalls?.interrupted.drawWait = 0 }),
    ("entryCalls", { $0.entryCalls?.interrupted.answer = nil }),
  ]

  /// All that is in an XO-CHIP at work.
  private func busy() throws -> Chip8 {
    var machine = try machine(.xochip, 0x1200).changed { state in
      state.frames = 5
      state.stackCount = 3
      state.keyWait = KeyWait(testing: 7, pressed: KeySet(rawValue: 0x1248))
      state.hostCalls = .testing
      state.hostCalls?.answer = .restored
    }
    try machine.apply(.entryCall(0x200))
    try machine.apply(.entryCall(0x202))
    try machine.apply(.arguments(["a", "b"]))
    return machine.changed { state in
      state.hostCalls?.answer = .done
      state.registers = (1...16).map { $0 }
      (state.i, state.pc, state.delay, state.sound) = (0x1234, 0x4321, 9, 8)
      state.stackCount = 16
      for k in 0..<16 {
        state.stack[k] = UInt16(k * 0x111)
        state.flags[k] = UInt8(k * 3)
      }
      state.pattern = 0x1234_5678
      (state.pitch, state.phase, state.selectedPlanes, state.isHires) = (99, 1234, 2, true)
      state.keys = KeySet(rawValue: 0x8421)
      state.keyWait = KeyWait(testing: 7, pressed: KeySet(rawValue: 0x1248))
      (state.instructionsLeftInFrame, state.frames, state.instructions) = (17, 5, 6)
      for row in 0..<64 {
        state[plane: 0, row: row] = UInt128(row * 77) << 64 | 5
        state[plane: 1, row: row] = UInt128(row * 99) << 100 | 9
      }
    }
  }

  /// A machine in which every bit that can be set is a remnant of something else.
  private func full(_ platform: Platform) throws -> Chip8 {
    try machine(platform, 0x1200).changed { state in
      state.registers = Array(repeating: 0xAA, count: 16)
      (state.i, state.pc, state.delay, state.sound) = (0xAAAA, 0xAAAA, 0xAA, 0xAA)
      for address in state.ram.indices { state.ram[address] = 0xAA }
      state.stackCount = 10
      for k in 0..<16 {
        state.stack[k] = 0xAAAA
        state.flags[k] = 0xAA
      }
      state.random.state = 0xAAAA_AAAA_AAAA_AAAA
      state.pattern = 0xAAAA_AAAA_AAAA_AAAA_AAAA_AAAA_AAAA_AAAA
      (state.pitch, state.phase, state.selectedPlanes, state.isHires) = (0xAA, 0xAAAA_AAAA, 2, true)
      state.keys = KeySet(rawValue: 0xAAAA)
      state.keyWait = KeyWait(testing: 10, pressed: KeySet(rawValue: 0xAAAA))
      (state.instructionsLeftInFrame, state.drawWait) = (0xAA, 0xAA)
      (state.frames, state.instructions, state.cycles) = (0xAAAA_AAAA, 0xAAAA_AAAA, 0xAAAA_AAAA)
      for row in 0..<64 {
        let rows: UInt128 = 0xAAAA_AAAA_AAAA_AAAA_AAAA_AAAA_AAAA_AAAA
        state[plane: 0, row: row] = rows
        state[plane: 1, row: row] = rows
      }
    }
  }

  /// Nothing of a machine shows through one that takes its place, saved and loaded, and they continue
  /// alike.
  @Test(arguments: Platform.allCases, Platform.allCases)
  func nothingOfTheOldMachineRemains(platform: Platform, old: Platform) throws {
    var straight = try machine(platform, 0x7001, 0xA000, 0xD125, 0xF00A, 0x1200)
    _ = straight.run(frames: 3)
    let image = try Image(Image(of: straight).bytes)
    var restored = try full(old)
    _ = restored.run(instructions: 1)
    restored.restore(from: (try image.machine() as Chip8).snapshot)
    #expect(restored.canonicalState == straight.canonicalState)
    for keys in [[], KeySet(key: 5), [], []] as [KeySet] {
      _ = straight.run(frames: 1, keys: keys)
      _ = restored.run(frames: 1, keys: keys)
      #expect(restored.canonicalState == straight.canonicalState)
      #expect(restored.tone == straight.tone)
    }
  }

  @Test func everyFieldIsInTheEncoding() throws {
    let busy = try busy()
    let bytes = busy.canonicalState
    for (field, change) in Self.changes {
      #expect(busy.changed(change).canonicalState != bytes, "\(field)")
    }
    for k in 0..<16 {
      #expect(busy.changed { $0.v[k] ^= 0x80 }.canonicalState != bytes)
      #expect(busy.changed { $0.flags[k] ^= 0x80 }.canonicalState != bytes)
      #expect(busy.changed { $0.stack[k] ^= 0x8000 }.canonicalState != bytes)
      #expect(busy.changed { $0.entryCalls?.interrupted.v[k] ^= 0x80 }.canonicalState != bytes)
      let deep = busy.changed { $0.entryCalls?.interrupted.stackCount = 16 }
      #expect(
        deep.changed { $0.entryCalls?.interrupted.stack[k] ^= 0x8000 }.canonicalState
          != deep.canonicalState)
    }
    for (_, quirk) in Quirks.named {
      #expect(
        busy.changed { $0.configuration.quirks.formSymmetricDifference(quirk) }.canonicalState
          != bytes)
    }
    for address in stride(from: 0, to: 0x10000, by: 0x0FFF) {
      #expect(busy.changed { $0.ram[address] ^= 1 }.canonicalState != bytes)
    }
    for row in 0..<64 {
      for plane in 0..<2 {
        #expect(busy.changed { $0[plane: plane, row: row] ^= 1 }.canonicalState != bytes)
        #expect(busy.changed { $0[plane: plane, row: row] ^= 1 << 127 }.canonicalState != bytes)
      }
    }
    #expect(try cyclesMachine(0x1200).canonicalState != machine(.vip, 0x1200).canonicalState)
  }

  /// A new field of the state must find its way into the lists above, and here.
  @Test func noFieldIsForgotten() throws {
    let fields = try Mirror(reflecting: busy().state).children.flatMap { field in
      guard field.label == "optionalState" else { return [field.label] }
      let something = try #require(Mirror(reflecting: field.value).children.first)
      return Mirror(reflecting: something.value).children.map(\.label)
    }
    let tested = Set(Self.changes.map(\.field)).union(["ram", "v", "stack", "flags"])
    #expect(Set(fields.compactMap(\.self)) == tested)
  }

  @Test func poppedStackEntriesAreNotState() throws {
    let machine = try machine(.chip8, 0x1200)
    let same = machine.changed { $0.stack[0] = 0x345 }
    #expect(same.stateDigest == machine.stateDigest)
  }

  /// Frames end long before their interrupts by 00E0, and after them by what takes long.
  @Test func machinesThatCountCyclesComeBackFromTheEndOfEveryFrame() throws {
    print("frames in cycles from seed 24")
    var random = Seeded(24)
    for round in 0..<40 {
      let (platform, clear) = round < 20 ? (.vip, 0x00E0) : (.hires, 0x0230) as (Platform, UInt16)
      let words: [UInt16] = [clear, 0x7001, 0xD01F, 0xF033, 0xFF55, 0xF018, 0xF015]
      let chosen = (0..<6).map { _ in words.randomElement(using: &random) ?? 0 }
      var configuration = Configuration(platform)
      configuration.timing = .cycles
      var machine = try Chip8(loaded: program([0xA300] + chosen + [0x1202]), configuration)
      for _ in 0..<100 {
        _ = machine.run(frames: 1)
        let restored: Chip8 = try machine.restored()
        #expect(restored.stateDigest == machine.stateDigest)
      }
    }
  }

  @Test(arguments: Platform.allCases, [21, 22, 23] as [UInt64])
  func oddStatesComeBackAsTheyWere(platform: Platform, seed: UInt64) throws {
    print("odd states of \(platform) from seed \(seed)")
    var random = Seeded(seed)
    for _ in 0..<30 {
      let isCycles = platform.hasCycles && Bool.random(using: &random)
      var configuration = Configuration(platform)
      configuration.timing = isCycles ? .cycles : .ipf
      var machine = try Chip8(loaded: program([0x1200]), configuration, seed: seed).changed {
        state in
        scramble(&state, isCycles: isCycles, using: &random)
      }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        try machine.apply(.entryCall(.random(in: 0...0xFFE, using: &random)))
      }
      let restored: Chip8 = try machine.restored()
      #expect(restored.canonicalState == machine.canonicalState)
      #expect(restored.state.registers == machine.state.registers)
      #expect(restored.state.screen == machine.state.screen)
      let image = Image(of: machine)
      let again: Chip8 = try Image(image.bytes).machine()
      #expect(again.stateDigest == machine.stateDigest)
      #expect(Image(of: again).bytes == image.bytes)
    }
  }

  /// A random state that this machine can be in.
  private func scramble(_ state: inout State, isCycles: Bool, using random: inout Seeded) {
    let platform = state.configuration.platform
    state.registers = (0..<16).map { _ in .random(in: 0...255, using: &random) }
    state.i = .random(in: 0 ... .max, using: &random)
    state.pc = .random(in: 0 ... .max, using: &random)
    state.stackCount = .random(in: 0...UInt8(platform.maxStackCount), using: &random)
    for k in 0..<16 { state.stack[k] = .random(in: 0 ... .max, using: &random) }
    for k in 0..<platform.flagCount { state.flags[k] = .random(in: 0...255, using: &random) }
    state.keys = KeySet(rawValue: .random(in: 0 ... .max, using: &random))
    if Bool.random(using: &random) {
      state.keyWait = KeyWait(testing: .random(in: 0...15, using: &random), pressed: state.keys)
    }
    if Bool.random(using: &random) {
      state.instructionsLeftInFrame = isCycles ? 0 : .random(in: 1...12, using: &random)
    }
    if isCycles {
      state.frames = .random(in: 0...1_000_000, using: &random)
      state.cycles = state.frames * 3668 + .random(in: 0...41444, using: &random)
      if Bool.random(using: &random) { state.drawWait = .random(in: 0...2862, using: &random) }
    }
    state.isHires = platform.hasHires && Bool.random(using: &random)
    if platform == .xochip {
      state.selectedPlanes = .random(in: 0...3, using: &random)
      state.pattern = Bool.random(using: &random) ? UInt128(random.next()) << 64 : nil
    }
    if Bool.random(using: &random) {
      state.hostCalls = .testing
      state.hostCalls?.answer = HostStatus.allCases.randomElement(using: &random)
      state.hostCalls?.arguments = ["", "a b", "ü扉", "--"].shuffled(using: &random)
    }
    state.pitch = .random(in: 0...255, using: &random)
    state.phase = .random(in: 0 ... .max, using: &random)
    state.ram[.random(in: 0..<4096, using: &random)] ^= 0x55
    for row in 0..<(platform.hasHires || platform == .hires ? 64 : 32) {
      let low = platform.hasHires ? UInt128(random.next()) : 0
      state[plane: 0, row: row] = UInt128(random.next()) << 64 | low
      if platform.planeCount == 2 { state[plane: 1, row: row] = UInt128(random.next()) }
    }
  }
}
