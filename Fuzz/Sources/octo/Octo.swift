// Sources in Octo's language: they assemble to a program, or the mistakes are told.

import Chip8Core
import Fuzzing
import Octo
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let source = String(decoding: [UInt8](start, count), as: UTF8.self)
  do throws(AssemblyErrors) {
    check(try assemble(source, named: "source", errorCountMax: errorCountMax))
  } catch {
    check(error.errors, in: source)
  }
  return 0
}

private let errorCountMax = 20

private func check(_ errors: [AssemblyError], in source: String) {
  expect((1...errorCountMax).contains(errors.count), "there are 1 to 20 mistakes")
  let lines = errors.map(\.line)
  expect(zip(lines, lines.dropFirst()).allSatisfy(<), "mistakes are told in order, one a line")
  expect(errors.allSatisfy { $0.line > 0 && $0.column > 0 }, "a mistake is somewhere")
  expect(
    errors.allSatisfy { source.contains($0.sourceLine) }, "a mistake is in a line of the source")
}

private func check(_ assembly: Assembly) {
  expect(assembly.lines.count == assembly.program.count, "every byte comes from a line")
  expect(
    assembly.labels.values.allSatisfy { (0...0x10000).contains($0) }, "labels are in the memory")
  let platform: Platform =
    switch assembly.dialect {
    case .chip8: .chip8
    case .superChip: .schip
    case .xoChip: .xochip
    }
  let program = Program(name: "source", bytes: assembly.program)
  guard var machine = try? Chip8(program, Configuration(platform)) else { return }
  _ = machine.run(frames: 10, instructions: 10_000)
}
