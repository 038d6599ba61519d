// States of the libretro core, and the files that RetroArch keeps them in: what was written is read, and
// nothing else is.

import Chip8Core
import Foundation
import SaveState
import Testing

import Chip8Player

@Suite struct RetroArchTests {
  private let machine: Chip8

  init() throws {
    let program = Program(name: "count", bytes: [0x70, 0x01, 0xC1, 0x3F, 0xD0, 0x15, 0x12, 0x00])
    var machine = try Chip8(program, Configuration(.schip), seed: 7)
    try machine.apply(.keys(KeySet(key: 6)))
    _ = machine.run(frames: 5, instructions: 40)
    self.machine = machine
  }

  private func read(_ file: [UInt8]) -> Result<Chip8, CoreStateError> {
    Result { () throws(CoreStateError) in
      try RetroArchFile.machine(in: file, of: machine.program)
    }
  }

  private func error(_ file: [UInt8]) -> CoreStateError? {
    if case .failure(let error) = read(file) { error } else { nil }
  }

  /// A state whose checksum is right.
  private func sealed(_ state: [UInt8]) -> [UInt8] {
    let sum = crc32(Array(state[..<28] + state[32...]))
    return state[..<28] + bytes(sum, 4) + state[32...]
  }

  @Test(arguments: [Platform.chip8, .vip, .schip, .xochip, .hires])
  func aStateIsReadAsItWasWritten(platform: Platform) throws {
    var machine = try Chip8(machine.program, Configuration(platform), seed: 3)
    let size = CoreStateCodec.byteCount(machine)
    for keys: UInt16 in [0, 0xFFFF, 0x40] {
      try machine.apply(.keys(KeySet(rawValue: keys)))
      _ = machine.run(frames: 3, instructions: 31)
      let state = CoreStateCodec.bytes(machine)
      #expect(state.count == size)
      let read = try read(state).get()
      #expect(read.canonicalState == machine.canonicalState && read.heldKeys == machine.heldKeys)
      #expect(CoreStateCodec.bytes(read) == state)
    }
  }

  /// The state of a machine by a codec that has seen others.
  private func state(_ machine: inout Chip8, by codec: inout CoreStateCodec) -> [UInt8] {
    var state = [UInt8](repeating: 0xAA, count: CoreStateCodec.byteCount(machine))
    let isWritten = state.withUnsafeMutableBytes { codec.write(&machine, to: $0) }
    #expect(isWritten)
    return state
  }

  private func restore(
    _ state: [UInt8], in machine: inout Chip8, by codec: inout CoreStateCodec
  ) -> (isRestored: Bool, ram: [UInt8]) {
    var ram = [UInt8](repeating: 0xAA, count: machine.state.ram.count)
    let isRestored = state.withUnsafeBytes { state in
      ram.withUnsafeMutableBufferPointer { ram in
        guard let start = ram.baseAddress else { return false }
        return codec.restoreWritten(state, in: &machine, copyingRAMTo: start)
      }
    }
    return (isRestored, ram)
  }

  @Test(arguments: [Platform.chip8, .xochip])
  func aStateDependsOnNoneBefore(platform: Platform) throws {
    var machine = try Chip8(machine.program, Configuration(platform))
    let end = machine.state.ram.count
    var codec = CoreStateCodec()
    // Bytes in empty pages and others, at their ends too, that come and go.
    for address in [0xFFF, 0x800, 0x7FF, 0xFFF, end - 1, end / 2, end - 0x800, end - 1] {
      for byte: UInt8 in [0x5A, 0xA5, 0] {
        try machine.apply(.poke(address, [byte]))
        _ = machine.run(frames: 1)
        let state = state(&machine, by: &codec)
        #expect(state == CoreStateCodec.bytes(machine))
        #expect(try read(state).get().canonicalState == machine.canonicalState)
      }
    }
  }

  @Test(arguments: [Platform.chip8, .xochip, .hires])
  func writtenStatesAreRestored(platform: Platform) throws {
    var machine = try Chip8(machine.program, Configuration(platform))
    try machine.apply(.keys(KeySet(key: 6)))
    _ = machine.run(frames: 3, instructions: 31)
    let then = machine
    var codec = CoreStateCodec()
    let state = state(&machine, by: &codec)
    _ = machine.run(frames: 5, keys: [])
    let restored = restore(state, in: &machine, by: &codec)
    #expect(restored.isRestored && restored.ram == then.state.ram)
    #expect(machine.canonicalState == then.canonicalState && machine.heldKeys == then.heldKeys)
    _ = machine.run(frames: 5, keys: [])
    #expect(try machine.canonicalState == continued(read(state).get()).canonicalState)
  }

  private func continued(_ machine: Chip8) -> Chip8 {
    var machine = machine
    _ = machine.run(frames: 5, keys: [])
    return machine
  }

  @Test func nothingElseIsRestored() throws {
    var (codec, machine) = (CoreStateCodec(), self.machine)
    let written = state(&machine, by: &codec)
    _ = machine.run(frames: 1)
    let now = machine.canonicalState
    // Header, registers and display; and some of the RAM, which is from 200 on.
    for place in Array(0..<220) + Array(stride(from: 220, to: 4296, by: 97))
      + Array(4296..<written.count)
    {
      var (flipped, then) = (written, self.machine)
      _ = state(&then, by: &codec)
      flipped[place] ^= 0x10
      #expect(!restore(flipped, in: &machine, by: &codec).isRestored, "byte \(place)")
      for other in [Array(written.dropLast()), written + [0], []] {
        #expect(!restore(other, in: &machine, by: &codec).isRestored)
      }
      #expect(machine.canonicalState == now)
    }
    // Of the same bytes, and called otherwise.
    let program = Program(name: "other", bytes: machine.program.bytes)
    var other = try Chip8(program, machine.state.configuration)
    _ = state(&machine, by: &codec)
    #expect(!restore(state(&machine, by: &codec), in: &other, by: &codec).isRestored)
  }

  @Test func otherBytesAreRefused() throws {
    let state = CoreStateCodec.bytes(machine)
    #expect(sealed(state) == state)
    for count in 0..<state.count {
      #expect(error(Array(state[..<count])) == (count < 32 ? .notAState : .damaged))
    }
    #expect(error(state + [0]) == .damaged)
    var flipped = state
    for bit in 0..<8 * state.count {
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(error(flipped) != nil, "bit \(bit)")
      flipped[bit / 8] = state[bit / 8]
    }
    var other = state
    other[4] = 2
    #expect(error(other) == .unknownVersion(2))
    other = state
    other[8] ^= 1
    #expect(error(sealed(other)) == .otherProgram)
    #expect(error(Array(repeating: 0, count: 5000)) == .notAState)
    #expect(error(Image(of: machine).bytes) == .notAState)
  }

  /// The format can hold what no machine is.
  @Test func everyFieldIsChecked() throws {
    let state = CoreStateCodec.bytes(machine)
    var refused = 0
    // Header, tags, lengths and registers; and some of the memories.
    for place in Array(32..<220) + Array(stride(from: 220, to: state.count, by: 211)) {
      for value: UInt8 in [0x00, 0x7F, 0xFF] {
        var other = state
        other[place] = value
        switch read(sealed(other)) {
        case .success(let machine): #expect(CoreStateCodec.bytes(machine).count == state.count)
        case .failure(.machine): refused += 1
        case .failure(let error): Issue.record("\(place): \(error)")
        }
      }
    }
    #expect(refused > 30)
    // More than there is.
    #expect(error(sealed(Array(state[..<100]))) != nil)
    #expect(error(sealed(Array(state[..<32]))) != nil)
  }

  // MARK: RetroArch's files

  private func block(_ tag: String, _ contents: [UInt8]) -> [UInt8] {
    Array(tag.utf8) + bytes(UInt32(contents.count), 4) + contents
      + [UInt8](repeating: 0, count: -contents.count & 7)
  }

  private func container(_ blocks: [UInt8]..., version: UInt8 = 1) -> [UInt8] {
    Array("RASTATE".utf8) + [version] + blocks.joined()
  }

  /// A file in pieces, each a zlib stream of one stored block.
  private func pieces(_ file: [UInt8], of size: Int) -> [UInt8] {
    var result = Array("#RZIPv".utf8) + [1, UInt8(ascii: "#")]
    result += bytes(UInt32(size), 4) + bytes(UInt32(file.count), 4) + [0, 0, 0, 0]
    for start in stride(from: 0, to: file.count, by: size) {
      let piece = Array(file[start..<min(start + size, file.count)])
      let count = UInt32(piece.count)
      var stream: [UInt8] = [0x78, 0x01, 0x01] + bytes(count, 2) + bytes(~count, 2) + piece
      stream += bytes(adler32(piece), 4).reversed()
      result += bytes(UInt32(stream.count), 4) + stream
    }
    return result
  }

  @Test func containersAreRead() throws {
    let state = CoreStateCodec.bytes(machine)
    let container = container(
      block("ACHV", [1, 2, 3]), block("MEM ", state), block("END ", []))
    for file in [
      container, pieces(state, of: 1 << 17), pieces(container, of: 1 << 17),
      pieces(container, of: 1000), pieces(container, of: 1),
    ] { #expect(try read(file).get().canonicalState == machine.canonicalState) }
  }

  @Test func damagedContainersAreRefused() throws {
    let state = CoreStateCodec.bytes(machine)
    let whole = container(block("MEM ", state), block("END ", []))
    let small = pieces(whole, of: 3000)
    for count in 0..<small.count { #expect(error(Array(small[..<count])) != nil, "\(count)") }
    for count in 0..<whole.count - 8 { #expect(error(Array(whole[..<count])) != nil, "\(count)") }
    for place in 0..<small.count {
      var flipped = small
      flipped[place] ^= 0x02
      #expect(error(flipped) != nil, "\(place)")
    }
    #expect(error(small + [0]) == .damagedFile)
    #expect(error(container(block("MEM ", state), version: 2)) == .unknownVersion(2))
    #expect(error(container(block("END ", []))) == .damagedFile)
    // Lengths that no file has.
    var large = small
    large.replaceSubrange(12..<20, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(error(large) == .damagedFile)
    large.replaceSubrange(8..<20, with: [UInt8](repeating: 0, count: 12))
    #expect(error(large) == .damagedFile)
    #expect(error(container(Array("MEM ".utf8) + bytes(UInt32.max, 4))) == .damagedFile)
    #expect(error([UInt8](repeating: 0, count: RetroArchFile.maxByteCount + 1)) == .notAState)
  }
}

/// The lowest bytes of a number, the lowest first.
private func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~0) { sum, byte in
    (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
  var (low, high) = (UInt32(1), UInt32(0))
  for byte in bytes {
    low = (low + UInt32(byte)) % 65521
    high = (high + low) % 65521
  }
  return high << 16 | low
}
