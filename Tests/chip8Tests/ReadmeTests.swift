import Foundation
import Testing

/// The README shows what chip8 prints; here it is made to print it.
@Suite("README")
struct ReadmeTests {
  /// A command of a `console` block, and the lines below it.
  struct Example {
    let command: String
    var output = ""
  }

  private func examples() throws -> [Example] {
    let readme = try String(contentsOfFile: "README.md", encoding: .utf8)
    var examples: [Example] = []
    for block in readme.components(separatedBy: "```console\n").dropFirst() {
      for line in block.components(separatedBy: "```")[0].split(separator: "\n") {
        if line.hasPrefix("$ ") {
          examples.append(Example(command: String(line.dropFirst(2))))
        } else {
          examples[examples.count - 1].output += line + "\n"
        }
      }
    }
    return examples
  }

  @Test("The examples print what they show")
  func examplesAreReal() throws {
    let examples = try examples()
    #expect(examples.count >= 3)
    let scratch = try Scratch()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("roms"),
      withDestinationPath: FileManager.default.currentDirectoryPath + "/roms")
    for example in examples {
      let outcome = try scratch.shell("chip8() { $CHIP8 \"$@\"; }; " + example.command)
      #expect(outcome.text == example.output, "\(example.command)")
    }
  }
}
