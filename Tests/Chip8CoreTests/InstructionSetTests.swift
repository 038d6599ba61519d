// Which of the 65536 opcodes are instructions of which platform, and what they are called.

import Chip8Core
import Octo
import Testing

@Suite struct InstructionSetTests {
  /// An opcode with its operands, as x, y and n stand in it.
  struct Operands {
    let opcode: UInt16
    var x: UInt8 { UInt8(opcode / 256 % 16) }
    var y: UInt8 { UInt8(opcode / 16 % 16) }
    var n: UInt8 { UInt8(opcode % 16) }
    var nn: UInt8 { UInt8(opcode % 256) }
    var nnn: UInt16 { opcode % 4096 }
  }

  typealias Row = (
    pattern: String, platforms: [Platform], make: @Sendable (Operands) -> Instruction
  )

  static let all = Platform.allCases
  static let scrolling: [Platform] = [.schip11, .schip, .xochip]
  static let xo: [Platform] = [.xochip]

  /// Hexadecimal digits stand for themselves, other letters for any digit; a digit in brackets
  /// for those up to it.
  static let rows: [Row] = [
    ("0000", all, { _ in .exit }),
    ("00E0", all.filter { $0 != .hires }, { _ in .clear }),
    ("0230", [.hires], { _ in .clear }),
    ("00EE", all, { _ in .return }),
    ("00Cn", scrolling, { .scrollDown(n: $0.n) }),
    ("00Dn", xo, { .scrollUp(n: $0.n) }),
    ("00FB", scrolling, { _ in .scrollRight }),
    ("00FC", scrolling, { _ in .scrollLeft }),
    ("00FD", Platform.withHires, { _ in .exit }),
    ("00FE", Platform.withHires, { _ in .lores }),
    ("00FF", Platform.withHires, { _ in .hires }),
    ("0C80", all, { _ in .probeHost }),
    ("0C81", all, { _ in .callHost }),
    ("1nnn", all, { .jump(nnn: $0.nnn) }),
    ("2nnn", all, { .call(nnn: $0.nnn) }),
    ("3xnn", all, { .skipIfEqual(x: $0.x, nn: $0.nn) }),
    ("4xnn", all, { .skipIfNotEqual(x: $0.x, nn: $0.nn) }),
    ("5xy0", all, { .skipIfSame(x: $0.x, y: $0.y) }),
    ("5xy2", xo, { .storeRange(x: $0.x, y: $0.y) }),
    ("5xy3", xo, { .loadRange(x: $0.x, y: $0.y) }),
    ("6xnn", all, { .set(x: $0.x, nn: $0.nn) }),
    ("7xnn", all, { .add(x: $0.x, nn: $0.nn) }),
    ("8xy0", all, { .copy(x: $0.x, y: $0.y) }),
    ("8xy1", all, { .or(x: $0.x, y: $0.y) }),
    ("8xy2", all, { .and(x: $0.x, y: $0.y) }),
    ("8xy3", all, { .xor(x: $0.x, y: $0.y) }),
    ("8xy4", all, { .addRegister(x: $0.x, y: $0.y) }),
    ("8xy5", all, { .subtract(x: $0.x, y: $0.y) }),
    ("8xy6", all, { .shiftRight(x: $0.x, y: $0.y) }),
    ("8xy7", all, { .subtractFrom(x: $0.x, y: $0.y) }),
    ("8xyE", all, { .shiftLeft(x: $0.x, y: $0.y) }),
    ("9xy0", all, { .skipIfDifferent(x: $0.x, y: $0.y) }),
    ("Annn", all, { .setIndex(nnn: $0.nnn) }),
    ("Bnnn", all, { .jumpIndexed(nnn: $0.nnn) }),
    ("Cxnn", all, { .random(x: $0.x, nn: $0.nn) }),
    ("Dxyn", all, { .draw(x: $0.x, y: $0.y, n: $0.n) }),
    ("Ex9E", all, { .skipIfKey(x: $0.x) }),
    ("ExA1", all, { .skipIfNoKey(x: $0.x) }),
    ("F000", xo, { _ in .setIndexLong }),
    ("Fx01", xo, { .selectPlanes(n: $0.x % 4) }),
    ("F002", xo, { _ in .loadPattern }),
    ("Fx07", all, { .readDelay(x: $0.x) }),
    ("Fx0A", all, { .waitForKey(x: $0.x) }),
    ("Fx15", all, { .setDelay(x: $0.x) }),
    ("Fx18", all, { .setSound(x: $0.x) }),
    ("Fx1E", all, { .addToIndex(x: $0.x) }),
    ("Fx29", all, { .smallDigit(x: $0.x) }),
    ("Fx30", Platform.withHires, { .bigDigit(x: $0.x) }),
    ("Fx33", all, { .decimal(x: $0.x) }),
    ("Fx3A", xo, { .setPitch(x: $0.x) }),
    ("Fx55", all, { .store(x: $0.x) }),
    ("Fx65", all, { .load(x: $0.x) }),
    ("Fx75", Platform.withHires, { .storeFlags(x: $0.x) }),
    ("Fx85", Platform.withHires, { .loadFlags(x: $0.x) }),
  ]

  @Test(arguments: Platform.allCases) func everyOpcodeIsWhatThePlatformHas(platform: Platform) {
    let isOriginal = [.vip, .chip8, .hires].contains(platform)
    var expected = (0...0xFFFF).map {
      $0 < 0x1000 && isOriginal ? Instruction.machineCode : .illegal
    }
    for (pattern, platforms, make) in Self.rows where platforms.contains(platform) {
      let digits = pattern.map { $0.isLowercase ? nil : $0.hexDigitValue }
      let mask = digits.reduce(0) { $0 << 4 | ($1 == nil ? 0 : 0xF) }
      let value = digits.reduce(0) { $0 << 4 | ($1 ?? 0) }
      for opcode in 0...0xFFFF where opcode & mask == value {
        let operands = Operands(opcode: UInt16(opcode))
        if mask & 0xFF == 0xFF, [0x75, 0x85].contains(value & 0xFF), value >= 0xF000,
          Int(operands.x) >= platform.flagCount
        {
          continue
        }
        expected[opcode] = make(operands)
      }
    }
    let decoded = (0...0xFFFF).map { Instruction(opcode: $0, for: platform.instructionSet) }
    let wrong = decoded.indices.filter { decoded[$0] != expected[$0] }
      .map { hexadecimal($0, 4) }
    #expect(wrong == [])
  }

  /// In chunks, for a program holds 65024 bytes.
  @Test(arguments: [.twoPage, .chip8, .xochip] as [InstructionSet])
  func theTextOfEveryOpcodeAssemblesToItsBytes(set: InstructionSet) throws {
    for start in stride(from: 0, through: 0xFFFF, by: 0x4000) {
      var source = ": main\n"
      var bytes: [UInt8] = []
      for opcode in start..<start + 0x4000 {
        let opcode = UInt16(opcode)
        let instruction = Instruction(opcode: opcode, for: set)
        source += instruction.octo(opcode: opcode, next: 0xBEEF) + "\n"
        bytes += [UInt8(opcode >> 8), UInt8(opcode & 0xFF)]
        if instruction == .setIndexLong { bytes += [0xBE, 0xEF] }
      }
      // What follows the last condition.
      source += "clear\n"
      let assembled = try assemble(source, named: "test").program
      let difference = zip(assembled, bytes).enumerated().first { $1.0 != $1.1 }?.offset
      #expect(difference == nil)
      #expect(assembled.count == bytes.count + 2)
    }
  }

  @Test func theNextInstructionIsShownWithItsBytes() throws {
    let next = try machine(.chip8, 0x00FF).nextInstruction
    #expect(next.opcode == 0x00FF)
    #expect(next.instruction == .machineCode)
  }
}
