// Programs that do a bit of everything, forever and without a fault.

import Chip8Core
import Octo
import SaveState

/// A program of random instructions in a loop.
///
/// Whatever writes to the RAM first sets I to where there is no code, and is never skipped.
struct Workload {
  private var random: Seeded
  private let extensions: Extensions
  private var words: [UInt16] = []

  /// The program of a seed for a platform.
  static func program(for platform: Platform, seed: UInt64) -> Program {
    var workload = Workload(random: Seeded(seed), extensions: platform.extensions)
    for _ in 0..<120 { workload.appendGroup() }

    workload.words.append(0x1200)
    return chip8Program(workload.words)
  }

  private mutating func register() -> UInt16 { .random(in: 0...15, using: &random) }
  private mutating func byte() -> UInt16 { .random(in: 0...255, using: &random) }
  private mutating func nibble() -> UInt16 { .random(in: 0...15, using: &random) }

  private mutating func appendGroup() {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<6: words.append(plain())
    case 6..<9: words += [skip(), plain()]
    case 9..<13: words += [0xA000 | writable(), onMemory()]
    case 13..<15: words += [index(), draw()]
    case 15: appendCall()
    case 16: appendIndexedJump()
    case 17:
      words.append(Int.random(in: 0..<4, using: &random) == 0 ? 0xF00A | register() << 8 : plain())
    default: words.append(special())
    }
  }

  /// Where there is no code, and no stack in the RAM.
  private mutating func writable() -> UInt16 {
    guard extensions.contains(.twoPage) else { return .random(in: 0xA00...0xDFF, using: &random) }
    return Bool.random(using: &random)
      ? .random(in: 0xA00...0xD90, using: &random) : .random(in: 0xDD0...0xFEF, using: &random)
  }

  private mutating func plain() -> UInt16 {
    let operands = register() << 8 | register() << 4
    let timers: [UInt16] = [0xF007, 0xF015, 0xF018, 0xF029]
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return 0x6000 | register() << 8 | byte()
    case 1: return 0x7000 | register() << 8 | byte()
    case 2: return 0xC000 | register() << 8 | byte()
    case 3: return (timers.randomElement(using: &random) ?? 0xF007) | register() << 8
    default:
      let n = ([0, 1, 2, 3, 4, 5, 6, 7, 0xE] as [UInt16]).randomElement(using: &random) ?? 0
      return 0x8000 | operands | n
    }
  }

  private mutating func skip() -> UInt16 {
    let (x, y) = (register() << 8, register() << 4)
    let skips: [UInt16] = [
      0x3000 | x | byte(), 0x4000 | x | byte(), 0x5000 | x | y, 0x9000 | x | y, 0xE09E | x,
      0xE0A1 | x,
    ]
    return skips.randomElement(using: &random) ?? 0x3000
  }

  private mutating func onMemory() -> UInt16 {
    let x = register() << 8
    var choices: [UInt16] = [0xF033, 0xF055, 0xF065, 0xF01E]
    if extensions.contains(.xoChip) {
      choices += [0x5002 | register() << 4, 0x5003 | register() << 4, 0xF002 - x, 0xF002 - x]
    }
    return (choices.randomElement(using: &random) ?? 0xF033) &+ x
  }

  private mutating func index() -> UInt16 {
    if extensions.contains(.superChip10), Bool.random(using: &random) {
      return 0xF030 | register() << 8
    }
    return Bool.random(using: &random)
      ? 0xF029 | register() << 8 : 0xA000 | .random(in: 0...0xE00, using: &random)
  }

  private mutating func draw() -> UInt16 {
    0xD000 | register() << 8 | register() << 4 | nibble()
  }

  /// The subroutine stands in the way, behind a jump over it.
  private mutating func appendCall() {
    let here = UInt16(0x200 + words.count * 2)
    words += [0x2000 | (here + 4), 0x1000 | (here + 8), plain(), 0x00EE]
  }

  private mutating func appendIndexedJump() {
    let here = UInt16(0x200 + words.count * 2)
    let target = here + 6
    words += [0x6000, 0x6000 | target & 0xF00, 0xB000 | target]
  }

  private mutating func special() -> UInt16 {
    let clear: UInt16 = extensions.contains(.twoPage) ? 0x0230 : 0x00E0
    var choices = [clear]
    if extensions.contains(.superChip10) {
      choices += [0x00FE, 0x00FF, 0xF075 | nibble() << 8 & 0x700, 0xF085 | nibble() << 8 & 0x700]
    }
    if extensions.contains(.scrolls) { choices += [0x00C1 | nibble(), 0x00FB, 0x00FC] }
    if extensions.contains(.xoChip) {
      choices += [0x00D0 | nibble(), 0xF001 | nibble() << 8 & 0x300, 0xF03A | register() << 8]
    }
    return choices.randomElement(using: &random) ?? clear
  }
}

private func chip8Program(_ words: [UInt16]) -> Program { program(words) }

/// A small game by hand: it draws, calls, scrolls, sounds, and now and then waits for a key.
func game(for platform: Platform) throws -> Program {
  let extensions = platform.extensions
  let scrolls = extensions.contains(.scrolls) ? "scroll-down 1 scroll-right" : ""
  let hires = extensions.contains(.superChip10) ? "hires" : ""
  let clear = extensions.contains(.twoPage) ? "native 0x230" : "clear"
  let pattern = extensions.contains(.xoChip) ? "i := long pattern audio pitch := v3 plane 3" : ""
  let source = """
    : main
      \(hires) \(pattern)
      v3 := 5 v4 := 7
      loop
        step
        if v6 == 40 then wait
        v7 := 3
        if v7 key then v3 += 2
        v2 := random 15
        i := hex v2
        sprite v3 v4 5
        if vF == 1 then buzzer := v7
        \(scrolls)
      again
    : step
      v3 += 1 v4 += 3 v6 += 1 delay := v6
      v5 := delay
      i := scratch
      bcd v6
      load v2
      ;
    : wait
      v6 := 0
      v8 := key
      \(clear)
      ;
    : pattern 0xF0 0x0F 0xAA 0x55 1 2 3 4 5 6 7 8 9 10 11 12
    : scratch 0 0 0 0
    """
  return Program(name: "game", bytes: try assemble(source, named: "game").program)
}

/// The keys of a frame, the same for the same frame: held for some frames, then released.
func keys(inFrame frame: UInt64) -> KeySet {
  let phrase = frame / 3
  guard phrase % 3 != 0 else { return [] }
  return [KeySet(key: UInt8(truncatingIfNeeded: phrase &* 7)), KeySet(key: UInt8(frame / 9 % 16))]
}
