// What the instructions on registers compute, for all values.

import Chip8Core
import Testing

@Suite struct ArithmeticTests {
  /// A result, and the flag if VF is written at all.
  typealias Outcome = (result: UInt8, flag: UInt8?)

  /// The instructions 8xyN on a machine that shifts Vy and leaves VF alone after logic.
  static func outcome(_ n: UInt16, _ a: Int, _ b: Int) -> Outcome {
    switch n {
    case 0x0: (UInt8(b), nil)
    case 0x1: (UInt8(a | b), nil)
    case 0x2: (UInt8(a & b), nil)
    case 0x3: (UInt8(a ^ b), nil)
    case 0x4: (UInt8((a + b) % 256), a + b > 255 ? 1 : 0)
    case 0x5: (UInt8((a - b + 256) % 256), a >= b ? 1 : 0)
    case 0x6: (UInt8(b / 2), UInt8(b % 2))
    case 0x7: (UInt8((b - a + 256) % 256), b >= a ? 1 : 0)
    default: (UInt8(b * 2 % 256), b >= 128 ? 1 : 0)
    }
  }

  /// All pairs of values: in two other registers, and with VF as either operand or as both.
  @Test(arguments: [0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0xE] as [UInt16])
  func twoRegistersGiveResultAndFlag(n: UInt16) throws {
    var wrong: [String] = []
    for (x, y) in [(0, 1), (0xF, 1), (0, 0xF), (0xF, 0xF)] as [(UInt16, UInt16)] {
      for a in 0..<256 {
        let setA: UInt16 = 0x6000 | x << 8 | UInt16(a)
        let operation: UInt16 = 0x8000 | x << 8 | y << 4 | n
        let words = (0..<256).flatMap { (b: UInt16) -> [UInt16] in
          [setA, 0x6000 | y << 8 | b, operation]
        }
        var machine = try Chip8(program(words), Configuration(.chip8))
        for b in 0..<256 {
          machine.step(2)
          var expected = machine.state.registers
          let (result, flag) = Self.outcome(n, x == y ? b : a, b)
          expected[Int(x)] = result
          if let flag { expected[0xF] = flag }
          machine.step()
          if machine.state.registers != expected { wrong.append("x \(x) y \(y): \(a), \(b)") }
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func addingANumberWrapsWithoutAFlag() throws {
    var wrong: [[Int]] = []
    for a in 0..<256 {
      let words = (0..<256).flatMap { (b: UInt16) -> [UInt16] in [0x6300 | UInt16(a), 0x7300 | b] }
      var machine = try Chip8(program(words), Configuration(.chip8))
        .changed { $0.v[0xF] = 7 }
      for b in 0..<256 {
        machine.step(2)
        if Int(machine.state.v[3]) != (a + b) % 256 || machine.state.v[0xF] != 7 {
          wrong.append([a, b])
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func settingChangesOneRegister() throws {
    for x in 0..<16 {
      let state = try executed(.chip8, 0x60A5 | UInt16(x) << 8)
      #expect(state.registers == (0..<16).map { $0 == x ? 0xA5 : 0 })
    }
  }

  @Test func randomNumbersAreTheGeneratorsHighestByteUnderTheMask() throws {
    var generator = SplitMix64(testing: 99)
    let words = (0..<256).map { 0xC200 | UInt16($0) }
    var machine = try Chip8(program(words), Configuration(.chip8), seed: 99)
    for mask in 0..<256 {
      machine.step()
      #expect(machine.state.v[2] == UInt8(generator.next() >> 56) & UInt8(mask))
    }
    #expect(machine.state.random == generator)
  }

  @Test(
    arguments: [
      (
        0,
        [
          0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F,
          0xF88B_B8A8_724C_81EC, 0x1B39_896A_51A8_749B,
        ]
      ),
      (
        1_234_567,
        [0x599E_D017_FB08_FC85, 0x2C73_F084_5854_0FA5, 0x883E_BCE5_A3F2_7C77]
      ),
    ] as [(UInt64, [UInt64])])
  func splitMix64GivesKnownAnswers(seed: UInt64, answers: [UInt64]) {
    var generator = SplitMix64(testing: seed)
    #expect(answers.map { _ in generator.next() } == answers)
  }

  @Test func bcdOfAllNumbers() throws {
    for number in 0..<256 {
      let state = try executed(.chip8, 0xA300, 0x6400 | UInt16(number), 0xF433)
      #expect(
        state.ram[0x300..<0x303].map(Int.init) == [number / 100, number / 10 % 10, number % 10])
      #expect(state.i == 0x300)
    }
  }
}
