// DocumentationTests.swift: what the pages show is assembled, run and printed as they show it.

import Foundation
import Testing

/// A page: the programs in its `octo` blocks and the commands in its `console` blocks.
private struct Page {
  struct Example {
    let command: String
    var output = ""
  }

  var programs: [(name: String, source: String)] = []
  var examples: [Example] = []

  init(_ path: String) throws {
    let blocks = try String(contentsOfFile: path, encoding: .utf8)
      .components(separatedBy: "\n```")
    // Every other piece is within a block, and begins with its language.
    for block in stride(from: 1, to: blocks.count, by: 2).map({ blocks[$0] }) {
      let (head, body) = block.splitAtLineEnd()
      let words = head.split(separator: " ").map(String.init)
      switch words.first {
      case "octo": programs.append((words[1], body))
      case "console": addExamples(body)
      default: continue
      }
    }
  }

  private mutating func addExamples(_ body: String) {
    for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        examples.append(Example(command: String(line.dropFirst(2))))
      } else if !examples.isEmpty {
        examples[examples.count - 1].output += line + "\n"
      }
    }
  }
}

extension String {
  fileprivate func splitAtLineEnd() -> (String, String) {
    let head = prefix { $0 != "\n" }
    return (String(head), String(dropFirst(head.count + 1)))
  }

  /// Without blanks at the ends of lines, and without empty lines at its end.
  fileprivate var trimmedLines: String {
    var lines = components(separatedBy: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }
}

@Suite struct DocumentationTests {
  @Test(arguments: [("README.md", 3), ("docs/PROGRAMMING.md", 8)])
  func examplesAreReal(path: String, count: Int) throws {
    let page = try Page(path)
    #expect(page.examples.count == count)
    let scratch = try Scratch()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("roms"),
      withDestinationPath: FileManager.default.currentDirectoryPath + "/roms")
    for (name, source) in page.programs { try scratch.write(name, Array(source.utf8)) }
    for example in page.examples {
      let outcome = try scratch.shell("chip8() { $CHIP8 \"$@\"; }; " + example.command)
      #expect(outcome.text.trimmedLines == example.output.trimmedLines, "\(example.command)")
    }
  }
}
