// Which of the 65536 opcodes are instructions of which platform, and what they are called.

import Chip8Core
import Octo
import Testing

@Suite struct InstructionSetTests {
  typealias Row = (pattern: String, platforms: [Platform], kind: Instruction.Kind)

  static let all = Platform.allCases
  static let scrolling: [Platform] = [.schip11, .schip, .xochip]
  static let xo: [Platform] = [.xochip]

  /// Hexadecimal digits stand for themselves, other letters for any digit; a digit in brackets
  /// for those up to it.
  static let rows: [Row] = [
    ("0000", all, .exit),
    ("00E0", all.filter { $0 != .hires }, .clear),
    ("0230", [.hires], .clear),
    ("00EE", all, .return),
    ("00Cn", scrolling, .scrollDown),
    ("00Dn", xo, .scrollUp),
    ("00FB", scrolling, .scrollRight),
    ("00FC", scrolling, .scrollLeft),
    ("00FD", Platform.withHires, .exit),
    ("00FE", Platform.withHires, .lores),
    ("00FF", Platform.withHires, .hires),
    ("0C80", all, .probeHost),
    ("0C81", all, .callHost),
    ("1nnn", all, .jump),
    ("2nnn", all, .call),
    ("3xnn", all, .skipIfEqual),
    ("4xnn", all, .skipIfNotEqual),
    ("5xy0", all, .skipIfSame),
    ("5xy2", xo, .storeRange),
    ("5xy3", xo, .loadRange),
    ("6xnn", all, .set),
    ("7xnn", all, .add),
    ("8xy0", all, .copy),
    ("8xy1", all, .or),
    ("8xy2", all, .and),
    ("8xy3", all, .xor),
    ("8xy4", all, .addRegister),
    ("8xy5", all, .subtract),
    ("8xy6", all, .shiftRight),
    ("8xy7", all, .subtractFrom),
    ("8xyE", all, .shiftLeft),
    ("9xy0", all, .skipIfDifferent),
    ("Annn", all, .setIndex),
    ("Bnnn", all, .jumpIndexed),
    ("Cxnn", all, .random),
    ("Dxyn", all, .draw),
    ("Ex9E", all, .skipIfKey),
    ("ExA1", all, .skipIfNoKey),
    ("F000", xo, .setIndexLong),
    ("Fx01", xo, .selectPlanes),
    ("F002", xo, .loadPattern),
    ("Fx07", all, .readDelay),
    ("Fx0A", all, .waitForKey),
    ("Fx15", all, .setDelay),
    ("Fx18", all, .setSound),
    ("Fx1E", all, .addToIndex),
    ("Fx29", all, .smallDigit),
    ("Fx30", Platform.withHires, .bigDigit),
    ("Fx33", all, .storeBCD),
    ("Fx3A", xo, .setPitch),
    ("Fx55", all, .store),
    ("Fx65", all, .load),
    ("Fx75", Platform.withHires, .storeFlags),
    ("Fx85", Platform.withHires, .loadFlags),
  ]

  @Test(arguments: Platform.allCases) func everyOpcodeIsWhatThePlatformHas(platform: Platform) {
    let isOriginal = [.vip, .chip8, .hires].contains(platform)
    var expected = (0...0xFFFF).map {
      $0 < 0x1000 && isOriginal ? Instruction.Kind.machineCode : .illegal
    }
    for (pattern, platforms, kind) in Self.rows where platforms.contains(platform) {
      let digits = pattern.map { $0.isLowercase ? nil : $0.hexDigitValue }
      let mask = digits.reduce(0) { $0 << 4 | ($1 == nil ? 0 : 0xF) }
      let value = digits.reduce(0) { $0 << 4 | ($1 ?? 0) }
      for opcode in 0...0xFFFF where opcode & mask == value {
        if [.storeFlags, .loadFlags].contains(kind), opcode / 256 % 16 >= platform.flagCount {
          continue
        }
        expected[opcode] = kind
      }
    }
    let decoded = (0...0xFFFF).map { Instruction(opcode: $0, for: platform.extensions) }
    #expect(decoded.indices.allSatisfy { decoded[$0].opcode == $0 })
    let wrong = decoded.indices.filter { decoded[$0].kind != expected[$0] }
      .map { hexadecimal($0, 4) }
    #expect(wrong == [])
  }

  @Test func operandsAreDigitsOfTheOpcode() {
    let instruction = Instruction(opcode: 0xDABC, for: [])
    #expect((instruction.x, instruction.y, instruction.n) == (0xA, 0xB, 0xC))
    #expect((instruction.nn, instruction.nnn) == (0xBC, 0xABC))
  }

  /// In chunks, for a program holds 65024 bytes.
  @Test(arguments: [.hires, .chip8, .xochip] as [Platform])
  func theTextOfEveryOpcodeAssemblesToItsBytes(platform: Platform) throws {
    for start in stride(from: 0, through: 0xFFFF, by: 0x4000) {
      var source = ": main\n"
      var bytes: [UInt8] = []
      for opcode in start..<start + 0x4000 {
        let opcode = UInt16(opcode)
        let instruction = Instruction(opcode: opcode, for: platform.extensions)
        source += instruction.octo(next: 0xBEEF) + "\n"
        bytes += [UInt8(opcode >> 8), UInt8(opcode & 0xFF)]
        if instruction.byteCount == 4 { bytes += [0xBE, 0xEF] }
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
    #expect(next.kind == .machineCode)
  }
}
