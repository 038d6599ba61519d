// Sequences of calls of the C interface, with handles of every kind, dead or alive: each call ends, what
// is not a handle is recognised, memory is written only where it may be, and every machine becomes what it
// would have become in Swift.

import CChip8
import Chip8Core
import Fuzzing
import Glibc
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var session = Session(Input([UInt8](start, count)))
  session.play()
  session.end()
  return 0
}

struct Session {
  /// A machine, and what it should be.
  struct Machine {
    let handle: OpaquePointer?
    var model: Chip8
  }

  /// A snapshot, and what it is of.
  struct Snapshot {
    let handle: OpaquePointer?
    var model: Chip8
  }

  var input: Input
  var machines: [Machine] = []
  var snapshots: [Snapshot] = []
  var teams: [OpaquePointer?] = []
  /// What stands for nothing.
  var dead: [OpaquePointer?] = [nil, OpaquePointer(bitPattern: 1)]

  static let maxCount = 6

  init(_ input: Input) { self.input = input }

  mutating func play() {
    var calls = 0
    while !input.isAtEnd, calls < 200 {
      calls += 1
      switch input.next(UInt8.self) % 20 {
      case 0: create()
      case 1: load()
      case 2: clone()
      case 3: destroy()
      case 4...6: run()
      case 7: poke()
      case 8: read()
      case 9: screen()
      case 10: image()
      case 11: takeSnapshot()
      case 12: restore()
      case 13: batch()
      case 14: structs()
      case 15: reset()
      case 16: setFlags()
      case 17: look()
      case 18: farm()
      default: callDead()
      }
    }
    for machine in machines { check(machine) }
  }

  func end() {
    for machine in machines { expect(chip8_destroy(machine.handle) == 0, "a machine is destroyed") }
    for snapshot in snapshots { chip8_snapshot_destroy(snapshot.handle) }
    for team in teams { chip8_team_destroy(team) }
  }

  private func check(_ machine: Machine) {
    var digest = [UInt8](repeating: 0, count: 32)
    expect(chip8_digest(machine.handle, &digest) == 0, "every machine has a digest")
    expect(digest == machine.model.stateDigest.bytes, "a machine is what it is in Swift")
  }

  /// The number of some element, if there is one.
  private mutating func index(_ count: Int) -> Int? {
    let number = Int(input.next(UInt8.self))
    return count > 0 ? number % count : nil
  }

  // MARK: Machines

  private mutating func add(_ handle: OpaquePointer?, _ model: Chip8) {
    guard machines.count < Session.maxCount else {
      chip8_destroy(handle)
      return dead.append(handle)
    }
    machines.append(Machine(handle: handle, model: model))
  }

  private mutating func create() {
    let platform = input.choice(Platform.allCases)
    let bytes = input.take(Int(input.next(UInt8.self)) * 16)
    let ipf = UInt32(input.next(UInt8.self))
    let seed = input.next(UInt64.self)
    var handle: OpaquePointer?
    var message = [CChar](repeating: 0x55, count: Int(input.next(UInt8.self)) + 1)
    let room = message.count - 1
    let code = platform.rawValue.withCString { name in
      var options = chip8_options()
      options.struct_size = MemoryLayout<chip8_options>.size
      (options.platform, options.ipf, options.seed) = (name, ipf, seed)
      return chip8_create(bytes, bytes.count, &options, &handle, &message, room)
    }
    expect(message[room] == 0x55, "a message ends where it may")
    var configuration = Configuration(platform)
    if ipf > 0 { configuration.instructionsPerFrame = Int(ipf) }
    let program = Program(name: "program", bytes: bytes)
    guard code == 0, let model = try? Chip8(program, configuration, seed: seed) else {
      expect(code == CHIP8_ERROR_DATA && handle == nil, "a program that does not fit is refused")
      return expect(
        (try? Chip8(program, configuration)) == nil || Image.isImage(bytes),
        "a program that fits is taken")
    }
    add(handle, model)
  }

  private mutating func load() {
    guard let k = index(machines.count) else { return }
    var size = 0
    guard let bytes = chip8_save(machines[k].handle, &size) else {
      return expect(false, "every machine can be saved")
    }
    var image = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size))
    let change: UInt16 = input.next()
    if change & 1 == 1 { image[Int(change >> 1) % image.count] ^= 1 << UInt8(change >> 13) }
    var handle: OpaquePointer?
    let code = chip8_load(image, image.count, UInt32(change >> 1 & 3), &handle, nil, 0)
    guard code == 0 else {
      return expect(change & 1 == 1 || change >> 1 & 3 == 3, "what was saved can be loaded")
    }
    expect(change & 1 == 0, "an image that was changed is refused")
    var model = machines[k].model
    model.releaseHeldInput()
    add(handle, model)
  }

  private mutating func clone() {
    guard let k = index(machines.count) else { return }
    var handle: OpaquePointer?
    expect(chip8_clone(machines[k].handle, &handle) == 0, "a machine can be copied")
    add(handle, machines[k].model)
  }

  private mutating func destroy() {
    guard let k = index(machines.count) else { return }
    check(machines[k])
    let machine = machines.remove(at: k)
    expect(chip8_destroy(machine.handle) == 0, "a machine is destroyed")
    dead.append(machine.handle)
  }

  private mutating func run() {
    guard let k = index(machines.count) else { return }
    let keys: UInt16 = input.next()
    let kind: UInt8 = input.next()
    let frames = Int(kind >> 4 & 3)
    let code: Int32
    var stop = Chip8.Stop.done
    switch kind & 3 {
    case 0:
      code = chip8_run_frames(machines[k].handle, UInt64(frames), keys)
      stop = machines[k].model.run(frames: frames, keys: KeySet(rawValue: keys))
    case 1:
      let all = (0..<frames).map { keys &+ UInt16($0) }
      code = chip8_run_keys(machines[k].handle, all, all.count)
      for keys in all where stop == .done {
        stop = machines[k].model.run(frames: 1, keys: KeySet(rawValue: keys))
      }
    default:
      let instructions = Int(input.next(UInt8.self))
      let flags = kind & 3 == 2 ? 0 : UInt32(CHIP8_RUN_UNTIL_HALT)
      // A program that waits for a key would never execute as many.
      let most = 300
      code = chip8_run(machines[k].handle, UInt64(most), UInt64(instructions), keys, flags)
      stop = machines[k].model.run(
        frames: most, instructions: instructions, keys: KeySet(rawValue: keys),
        stopsAtHalt: flags != 0)
    }
    let expected =
      switch stop {
      case .done: CHIP8_STOP_DONE
      case .halt: CHIP8_STOP_HALT
      case .exit: CHIP8_STOP_EXIT
      case .fault: CHIP8_STOP_FAULT
      case .hostCall: CHIP8_STOP_HOST_CALL
      }
    expect(Int(code) == expected, "a run ends as in Swift")
  }

  private mutating func poke() {
    guard let k = index(machines.count) else { return }
    let address = Int(input.next(UInt16.self)) * 2
    let bytes = input.take(Int(input.next(UInt8.self)))
    let code = chip8_poke(machines[k].handle, UInt32(address), bytes, bytes.count)
    let isTaken: Void? = try? machines[k].model.apply(.poke(address, bytes))
    expect(code == (isTaken == nil ? CHIP8_ERROR_REFUSED : 0), "a poke is taken as in Swift")
  }

  private mutating func reset() {
    guard let k = index(machines.count) else { return }
    let seed: UInt64 = input.next()
    expect(chip8_reset(machines[k].handle, seed) == 0, "a machine is switched off and on")
    machines[k].model = machines[k].model.poweredOn(seed: seed)
  }

  private mutating func setFlags() {
    guard let k = index(machines.count) else { return }
    let flags = input.take(Int(input.next(UInt8.self) & 31))
    expect(
      chip8_set_flags(machines[k].handle, flags, flags.count) == 0, "a machine takes any flags")
    must("it does in Swift") { try machines[k].model.apply(.userFlags(Array(flags.prefix(16)))) }
  }

  /// What only looks at a machine.
  private mutating func look() {
    guard let k = index(machines.count) else { return }
    let handle = machines[k].handle
    var (digest, tone, fault) = (UInt64(0), chip8_tone(), chip8_fault())
    expect(chip8_fast_digest(handle, &digest) == 0, "every machine of a program has a digest")
    expect(digest == machines[k].model.fastDigest, "it is that in Swift")
    expect([0, 1].contains(chip8_get_tone(handle, &tone)), "it is silent or not")
    expect([0, CHIP8_ERROR_REFUSED].contains(Int(chip8_get_fault(handle, &fault))), "or faulted")
    let name = String(decoding: input.take(Int(input.next(UInt8.self) & 15)), as: UTF8.self)
    expect(chip8_get_known_key(handle, name) != CHIP8_ERROR_HANDLE, "a name is known or not")
    let status: UInt8 = input.next()
    expect(
      chip8_answer_host_call(handle, status) == CHIP8_ERROR_REFUSED, "it does not call its host")
    let ram = machines[k].model.state.ram
    expect(
      chip8_ram(handle).map { memcmp($0, ram, ram.count) } == 0, "the RAM is what it is in Swift")
  }

  // MARK: Memory, of which the sanitizer knows where it ends

  /// Calls with memory of exactly so many bytes.
  private func withMemory(_ count: Int, _ body: (UnsafeMutableRawPointer?) -> Void) {
    let memory = malloc(max(count, 1))
    body(memory)
    free(memory)
  }

  private mutating func read() {
    guard let k = index(machines.count) else { return }
    let address = Int(input.next(UInt16.self)) * 2
    let count = Int(input.next(UInt16.self))
    let handle = machines[k].handle
    let ram = machines[k].model.state.ram
    withMemory(count) { memory in
      let code = chip8_copy_ram(handle, UInt32(address), memory, count)
      expect((code == 0) == (address + count <= ram.count), "RAM is read where there is some")
    }
    let samples = Int(input.next(UInt16.self)) % 2000
    withMemory(2 * samples) { memory in
      let out = memory?.assumingMemoryBound(to: Int16.self)
      expect(chip8_copy_sound(handle, out, samples) == 0, "every machine sounds")
    }
  }

  private mutating func screen() {
    guard let k = index(machines.count) else { return }
    let format = UInt32(input.next(UInt8.self)) & 0x37
    let less = Int(input.next(UInt8.self) & 1)
    var shape = chip8_shape()
    let handle = machines[k].handle
    guard chip8_get_shape(handle, format, &shape) == 0 else {
      return expect(format & 0x2F > 4, "every format has a shape")
    }
    withMemory(Int(shape.size) - less) { memory in
      let code = chip8_copy_screen(handle, format, nil, memory, Int(shape.size) - less)
      expect(code == (less == 0 ? 0 : CHIP8_ERROR_SIZE), "a screen fits or does not")
    }
    expect(chip8_screen(handle, format, [1, 2, 3, 4]) != nil, "every machine has a screen")
  }

  private mutating func image() {
    guard let k = index(machines.count) else { return }
    let handle = machines[k].handle
    var size = Int(input.next(UInt16.self))
    withMemory(size) { memory in
      let room = size
      let code = chip8_copy_image(handle, memory, &size)
      expect(code == (size <= room ? 0 : CHIP8_ERROR_SIZE), "an image fits or does not")
    }
  }

  private mutating func structs() {
    guard let k = index(machines.count) else { return }
    let size = Int(input.next(UInt8.self))
    let handle = machines[k].handle
    for call in [0, 1] {
      withMemory(max(size, 8)) { memory in
        memory?.storeBytes(of: size, as: Int.self)
        let code =
          call == 0
          ? chip8_get_registers(handle, memory?.assumingMemoryBound(to: chip8_registers.self))
          : chip8_get_info(handle, memory?.assumingMemoryBound(to: chip8_info.self))
        expect((code == 0) == (size >= 8), "a struct has a size")
      }
    }
    expect(chip8_last_error(handle) != nil, "there is always a text")
  }

  // MARK: Several

  private mutating func takeSnapshot() {
    guard let k = index(machines.count) else { return }
    let place = Int(input.next(UInt8.self)) % Session.maxCount
    let machine = machines[k]
    guard place < snapshots.count else {
      var handle: OpaquePointer?
      expect(chip8_snapshot_create(machine.handle, &handle) == 0, "a snapshot is taken")
      return snapshots.append(Snapshot(handle: handle, model: machine.model))
    }
    expect(chip8_snapshot_take(machine.handle, snapshots[place].handle) == 0, "it is overwritten")
    snapshots[place].model = machine.model
  }

  private mutating func restore() {
    guard let k = index(machines.count), let place = index(snapshots.count) else { return }
    expect(
      chip8_restore(machines[k].handle, snapshots[place].handle) == 0, "a snapshot is restored")
    machines[k].model = snapshots[place].model
    guard input.next(UInt8.self) & 7 == 0 else { return }
    let snapshot = snapshots.remove(at: place)
    expect(chip8_snapshot_destroy(snapshot.handle) == 0, "a snapshot is destroyed")
    dead.append(snapshot.handle)
  }

  private mutating func batch() {
    let order = (0..<machines.count).map { _ in index(machines.count) ?? 0 }
    let keys: UInt16 = input.next()
    if teams.isEmpty, keys & 1 == 1 {
      var team: OpaquePointer?
      expect(chip8_team_create(2, &team) == 0, "a team is started")
      teams.append(team)
    }
    var handles = order.map { machines[$0].handle }
    let isDead = keys & 0xF0 == 0xF0
    if isDead { handles.append(dead[Int(keys >> 8) % dead.count]) }
    let isTwice = Set(order).count < order.count
    // What each becomes first.
    let places = order.map { _ in keys & 2 == 2 ? index(snapshots.count) : nil }
    var restored = places.map { $0.flatMap { snapshots[$0].handle } }
    if isDead { restored.append(nil) }
    let models = zip(order, places).map { machine, place in
      place.map { snapshots[$0].model } ?? machines[machine].model
    }
    let stride = keys & 4 == 4 ? 64 * 32 : 128 * 64
    let fits = models.allSatisfy { model in
      let platform = model.state.configuration.platform
      return ScreenShape(.pixels, of: platform, isHires: true).byteCount <= stride
    }
    let isRight = !isDead && !isTwice && fits
    let code = step(handles, restored, keys, stride)
    expect((code == 0) == isRight || handles.isEmpty, "a batch is right or is refused")
    guard isRight else { return }
    for (k, model) in zip(order, models) {
      machines[k].model = model
      _ = machines[k].model.run(frames: 1, keys: KeySet(rawValue: keys))
    }
  }

  /// A step of a frame, with all that can be requested, into memory that is not larger than that needs.
  private func step(
    _ handles: [OpaquePointer?], _ restored: [OpaquePointer?], _ keys: UInt16, _ stride: Int
  ) -> Int32 {
    let allKeys = [UInt16](repeating: keys, count: handles.count)
    let addresses: [UInt16] = [0, 0x0FFF, 0xFFFF]
    var registers = [chip8_registers](repeating: chip8_registers(), count: max(1, handles.count))
    registers[0].struct_size = MemoryLayout<chip8_registers>.size
    var batch = chip8_batch()
    batch.struct_size = MemoryLayout<chip8_batch>.size
    (batch.frames, batch.keys_per_machine) = (1, 1)
    (batch.screen_stride, batch.screen_format) = (stride, UInt32(CHIP8_SCREEN_PIXELS))
    (batch.ram_address_count, batch.run_flags) = (3, keys & 8 == 8 ? 1 : 0)
    let count = handles.count
    var code = Int32(0)
    withMemory(count * stride) { screens in
      withMemory(3 * count) { bytes in
        withMemory(4 * count) { stops in
          allKeys.withUnsafeBufferPointer { keys in
            addresses.withUnsafeBufferPointer { addresses in
              restored.withUnsafeBufferPointer { restored in
                registers.withUnsafeMutableBufferPointer { registers in
                  (batch.keys, batch.screens) = (keys.baseAddress, screens)
                  (batch.restore, batch.registers) = (restored.baseAddress, registers.baseAddress)
                  batch.ram_addresses = addresses.baseAddress
                  batch.ram_bytes = bytes?.assumingMemoryBound(to: UInt8.self)
                  batch.stops = stops?.assumingMemoryBound(to: Int32.self)
                  code = chip8_batch_step(teams.first ?? nil, handles, count, &batch, nil, 0)
                }
              }
            }
          }
        }
      }
    }
    return code
  }

  private mutating func callDead() {
    guard let k = index(dead.count) else { return }
    let (handle, error) = (dead[k], Int32(CHIP8_ERROR_HANDLE))
    var size = 0
    expect(chip8_run_frames(handle, 1, 0) == error, "what is dead does not run")
    expect(chip8_destroy(handle) == error, "what is dead is not destroyed")
    expect(chip8_snapshot_destroy(handle) == error, "a destroyed handle is not a snapshot's")
    expect(chip8_team_destroy(handle) == error, "a destroyed handle is not a team's")
    expect(chip8_save(handle, &size) == nil, "what is dead is not saved")
    expect(chip8_last_error(handle) != nil, "there is always a text")
    for machine in machines {
      expect(chip8_restore(machine.handle, handle) == error, "what is dead is not restored")
      expect(chip8_snapshot_destroy(machine.handle) == error, "a machine is not a snapshot")
    }
  }
}
