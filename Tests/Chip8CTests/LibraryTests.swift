// The library as it is installed, and C programs with it.

import Foundation
import Testing

private struct Outcome {
  let code: Int32
  let text: String
  let errors: String
}

/// Runs a shell command in the package's directory.
private func shell(_ command: String) throws -> Outcome {
  let process = Process()
  process.executableURL = URL(filePath: "/bin/sh")
  process.arguments = ["-c", command]
  process.currentDirectoryURL = root
  let (output, errors) = (Pipe(), Pipe())
  (process.standardOutput, process.standardError) = (output, errors)
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  let error = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return Outcome(
    code: process.terminationStatus, text: String(decoding: text, as: UTF8.self),
    errors: String(decoding: error, as: UTF8.self))
}

@Suite(.serialized) struct LibraryTests {
  /// Where the library and what comes with it are installed, linked once from what these tests are
  /// linked from.
  private static let installation = Result {
    let build = Bundle.main.bundleURL.path
    let outcome = try shell("Scripts/install-library.sh '\(build)' '\(build)/c-library'")
    #expect(outcome.code == 0, "\(outcome.errors)")
    return "\(build)/c-library"
  }

  /// Runs a shell command in which `$C` is the place of the installation.
  private func run(_ command: String) throws -> Outcome {
    try shell("C='\(Self.installation.get())'; export C; cd \"$C\" && \(command)")
  }

  private func expectSuccess(_ command: String) throws -> String {
    let outcome = try run(command)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.text)\(outcome.errors)")
    return outcome.text
  }

  @Test func theDocumentedProgramCompiles() throws {
    let page = try String(
      contentsOf: root.appending(path: "docs/C-LIBRARY.md"), encoding: .utf8)
    let code = try #require(page.block("c"))
    let console = try #require(page.block("console")).components(separatedBy: "\n")
    try code.write(
      toFile: try Self.installation.get() + "/keys.c", atomically: true, encoding: .utf8)
    let compile = try #require(console[0].wholeMatch(of: /\$ (cc .*)/)).output.1
    let checks = "-std=c99 -pedantic -Wall -Wextra -Werror"
    let path = "PKG_CONFIG_PATH=\"$C/lib/pkgconfig\""
    _ = try expectSuccess(
      "export \(path) && \(compile) \(checks) && ln -sfn '\(root.path)/roms' roms")
    let call = try #require(console[1].wholeMatch(of: /\$ (.*)/)).output.1
    let text = try expectSuccess("LD_LIBRARY_PATH=\"$C/lib\" \(call)")
    #expect(text == console.dropFirst(2).joined(separator: "\n"))
  }

  @Test func itHasNoSymbolsButItsOwnAndNeedsOnlyTheCLibrary() throws {
    let header = try String(
      contentsOf: root.appending(path: "Sources/CChip8/include/chip8.h"), encoding: .utf8)
    let declared = header.matches(of: /(?m)^[a-z].*?\b(chip8_\w+)\($|^[a-z].*?\b(chip8_\w+)\(/)
      .compactMap { $0.output.1 ?? $0.output.2 }.map(String.init)
    let symbols = try expectSuccess("nm -D --defined-only lib/libchip8.so.1 | cut -d' ' -f3")
      .split(separator: "\n").map(String.init)
    #expect(symbols.sorted() == declared.sorted() && symbols.count > 30)
    let needed = try expectSuccess("readelf -d lib/libchip8.so.1").matches(
      of: /(NEEDED|SONAME).*\[(.*)\]/
    ).map { String($0.output.2) }
    #expect(
      Set(needed).isSubset(of: [
        "libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libchip8.so.1",
      ]))
    #expect(needed.contains("libchip8.so.1"))
  }

  @Test func theHeaderIsOneOfCPlusPlusToo() throws {
    let check = "clang -x c++ -fsyntax-only -Wall -Wextra -Werror include/chip8.h"
    #expect(try expectSuccess("\(check) 2>&1 | grep -v 'pragma once' || true") == "")
  }

  @Test func aHundredTimesLoadedAndUnloaded() throws {
    let source = root.appending(path: "Tests/Chip8CTests/Support/cycles.c").path
    let flags = "-Iinclude -Wall -Wextra -Werror -pthread -ldl"
    let call = "./cycles \"$C/lib/libchip8.so.1\" '\(root.path)/roms/backfire.ch8'"
    #expect(try expectSuccess("cc -o cycles '\(source)' \(flags) && \(call)") == "done\n")
  }

  @Test func twoCopiesInAProcessThatForks() throws {
    let source = root.appending(path: "Tests/Chip8CTests/Support/copies.c").path
    let flags = "-Iinclude -Wall -Wextra -Werror -ldl"
    _ = try expectSuccess("cc -o copies '\(source)' \(flags) && cp lib/libchip8.so.1 other.so")
    let program = "'\(root.path)/roms/backfire.ch8'"
    let call = "./copies \"$C/lib/libchip8.so.1\" \"$C/other.so\" \(program) >digests"
    let halves = "head -c 32 digests >child && tail -c +33 digests | cmp - child"
    _ = try expectSuccess("\(call) && \(halves)")
  }
}

extension String {
  /// The first block of a page in a language.
  fileprivate func block(_ language: String) -> String? {
    components(separatedBy: "\n```\(language)\n").dropFirst().first?
      .components(separatedBy: "```\n").first
  }
}
