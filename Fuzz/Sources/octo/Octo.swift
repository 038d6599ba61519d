// Sources in Octo's language, and files that they include: they assemble to a program, or what is wrong
// with them is reported.

import Chip8Core
import Fuzzing
import Octo
import SaveState

/// What libFuzzer calls with each input: a source, and after each zero byte one of the files `a`, `b`,
/// `c` … that it may include.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let files = [UInt8](start, count).split(separator: 0, omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  do throws(AssemblyErrors) {
    check(
      try assemble(
        files[0], named: "source",
        including: { path throws(IncludeError) in
          let index = names.firstIndex(of: path)
          guard let index, index < files.count else { throw .missing }
          return files[index]
        }, maxErrorCount: maxErrorCount))
  } catch {
    check(error.errors, in: files)
  }
  return 0
}

private let maxErrorCount = 20

/// The files of an input, in their order.
private let names = ["source", "a", "b", "c", "d"]

private func check(_ errors: [AssemblyError], in files: [String]) {
  expect((1...maxErrorCount).contains(errors.count), "there are 1 to 20 errors")
  let places = errors.map { "\($0.file):\($0.line)" }
  expect(Set(places).count == places.count, "no two errors are in one line")
  for name in names {
    let lines = errors.filter { $0.file == name }.map(\.line)
    expect(zip(lines, lines.dropFirst()).allSatisfy(<), "the errors of a file are in order")
  }
  for error in errors {
    expect(error.line > 0 && error.column > 0, "an error is somewhere")
    let index = names.firstIndex(of: error.file)
    expect(index.map { $0 < files.count } ?? false, "an error is in a file that there is")
    let isThere = index.map { error.sourceLine.isEmpty || files[$0].contains(error.sourceLine) }
    expect(isThere ?? false, "and in a line of it")
  }
}

private func check(_ assembly: Assembly) {
  expect(assembly.lines.count == assembly.program.count, "every byte comes from a line")
  for case let place? in assembly.lines {
    let lineCount = 1 + assembly.files[place.file].bytes.count { $0 == UInt8(ascii: "\n") }
    expect((1...lineCount).contains(place.line), "every line is in its file")
  }
  expect(
    assembly.labels.values.allSatisfy { (0...0x10000).contains($0) }, "labels are in the memory")
  let program = Program(name: "source", bytes: assembly.program)
  guard var machine = try? Chip8(program, Configuration(forSourceOf: program)) else { return }
  _ = machine.run(frames: 10, instructions: 10_000)
}
