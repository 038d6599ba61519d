import Chip8Core
import Octo

/// A program as large as the memory.
struct LargeProgram {
  let name: String
  let bytes: [UInt8]

  private static let byteCount = Platform.xochip.maxProgramByteCount

  /// The two extremes: nearly everything can be reached, or nearly nothing.
  static let all = [
    LargeProgram(name: "code", bytes: code),
    LargeProgram(
      name: "data", bytes: [0x12, 0x00] + (2..<byteCount).map { UInt8($0 * 73 & 0xFF) }),
  ]

  /// Conditions, calls, stores into itself and long loads all over the memory.
  private static var code: [UInt8] {
    var bytes: [UInt8] = []
    var number = 1
    while bytes.count < byteCount {
      number = (number * 1103 + 12345) % 65_521
      let address = 0x200 + number % 0xE00 / 2 * 2
      let words = [
        [0x3000 | number & 0xFFF], [0x2000 | address], [0xA000 | address, 0xF155], [0x7001],
        [0xF000, number], [0xD015], [0x8124],
      ][number % 7]
      for word in words { bytes += [UInt8(word >> 8), UInt8(word & 0xFF)] }
    }
    return Array(bytes.prefix(byteCount))
  }
}

extension Measurement {
  /// How long it takes to turn a program into a source, and that back.
  init(_ program: LargeProgram) {
    let what = "\(program.bytes.count) bytes of \(program.name)"
    self.init(requirements: [
      Requirement("\(what) disassembled", .none, .milliseconds),
      Requirement("\(what) assembled", .none, .milliseconds),
    ]) {
      let configuration = Configuration(.xochip)
      var source = ""
      var (disassembling, assembling): ([Double], [Double]) = ([], [])
      for _ in 0..<7 {
        disassembling.append(
          threadMicroseconds {
            source = Disassembly(program.bytes, for: configuration).octo(title: program.name)
          } / 1000)
        assembling.append(
          try threadMicroseconds { _ = try assemble(source, named: program.name) } / 1000)
      }
      return [Measured(leastOf: disassembling), Measured(leastOf: assembling)]
    }
  }
}
