// Support.swift: short ways to assemble a source in a test.

import Octo
import Testing

/// The bytes of a program which starts with `main` and continues with `source`.
func bytes(_ source: String) throws -> [UInt8] {
  try assemble(": main " + source, named: "test.8o").program
}

/// The error in `source`, as it is printed, without the name of the file.
func error(in source: String, limits: Limits = Limits()) -> String? {
  do {
    let program = try TokenizedProgram(source, named: "a", limits: limits)
    _ = try Assembler.assemble(program, limits: limits)
    return nil
  } catch {
    return String(error.description.dropFirst(2))
  }
}
