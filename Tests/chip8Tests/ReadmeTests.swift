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
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let roms = FileManager.default.currentDirectoryPath + "/roms"
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/roms", withDestinationPath: roms)
    let programs = URL(filePath: Desktop.chip8).deletingLastPathComponent().path
    for example in examples {
      let script = "cd '\(folder.path)' && PATH='\(programs)':$PATH && \(example.command)"
      let printed = String(decoding: try Desktop.data("sh", "-c", script), as: UTF8.self)
      #expect(printed == example.output, "\(example.command)")
    }
  }
}
