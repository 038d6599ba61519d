// DocumentationTests.swift: what the pages show is assembled, run and printed as they show it.

import Foundation
import Testing

/// A page: the files in its `octo` and `jsonl` blocks, the commands in its `console` blocks, and the bytes in
/// its `dump` blocks.
private struct Page {
  struct Example {
    let command: String
    var output = ""
  }

  /// Rows of bytes, each with its offset and with what they mean after them.
  struct Dump {
    let name: String
    var rows: [(offset: Int, bytes: [UInt8])] = []
  }

  var programs: [(name: String, source: String)] = []
  var examples: [Example] = []
  var dumps: [Dump] = []

  init(_ path: String) throws {
    let blocks = try String(contentsOfFile: path, encoding: .utf8)
      .components(separatedBy: "\n```")
    // Every other piece is within a block, and begins with its language.
    for block in stride(from: 1, to: blocks.count, by: 2).map({ blocks[$0] }) {
      let (head, body) = block.splitAtLineEnd()
      let words = head.split(separator: " ").map(String.init)
      switch words.first {
      case "octo", "jsonl": programs.append((words[1], body))
      case "console": addExamples(body)
      case "dump": dumps.append(try Dump(words[1], body))
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

extension Page.Dump {
  fileprivate init(_ name: String, _ text: String) throws {
    self.name = name
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      // Two spaces part the bytes from the offset before them, and two or more from what follows.
      let bytes = fields.dropFirst(2).prefix { !$0.isEmpty }.compactMap { UInt8($0, radix: 16) }
      rows.append((try #require(Int(fields[0], radix: 16)), bytes))
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
  @Test(arguments: [
    ("README.md", 3), ("docs/PROGRAMMING.md", 11), ("docs/SYSTEM-IMAGES.md", 55),
    ("docs/TIMELINE.md", 4), ("docs/FARMING.md", 2), ("docs/MOVIES.md", 9),
    ("docs/DEBUGGING.md", 7),
  ])
  func examplesAreReal(path: String, count: Int) throws {
    let page = try Page(path)
    #expect(page.examples.count == count)
    try play(page, in: Scratch())
  }

  /// The dump in the page is that of the file that its own commands make.
  @Test func everyByteOfTheDumpIsReal() throws {
    let page = try Page("docs/STATE-FORMAT.md")
    let scratch = try Scratch()
    try play(page, in: scratch)
    #expect(page.dumps.map(\.name) == ["seven.state", "CORE", "DISP"])
    for dump in page.dumps {
      let bytes =
        dump.name.count == 4
        ? try scratch.contents(of: dump.name, in: "seven.state") : try scratch.read(dump.name)
      var rest = bytes
      for row in dump.rows {
        let range = row.offset..<row.offset + row.bytes.count
        try #require(range.upperBound <= bytes.count, "\(dump.name) \(row.offset)")
        #expect(Array(bytes[range]) == row.bytes, "\(dump.name) at \(row.offset)")
        rest.replaceSubrange(range, with: repeatElement(0, count: range.count))
      }
      #expect(!rest.contains { $0 != 0 }, "\(dump.name): not all of it is in the page")
    }
  }

  /// The article for those who program with the libraries has each snippet, and after it what that
  /// prints.
  @Test func snippetsAreReal() throws {
    let article = try String(
      contentsOfFile: "Sources/Chip8Player/Chip8Player.docc/SavedStates.md", encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(atPath: "Snippets")
    #expect(article.components(separatedBy: "```swift\n").count == files.count + 1)
    for file in files {
      let code = try String(contentsOfFile: "Snippets/\(file)", encoding: .utf8)
      let built = Bundle.main.bundleURL.appendingPathComponent(String(file.dropLast(6))).path
      let outcome = try Scratch().shell("'\(built)'")
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(file): \(outcome.errors)")
      #expect(
        article.contains("```swift\n\(code)```\n\n```\n\(outcome.text)```\n"), "\(file)")
    }
  }

  @Test func theProgramInTheReadmeIsTheSnippet() throws {
    let readme = try String(contentsOfFile: "README.md", encoding: .utf8)
    let code = try String(contentsOfFile: "Snippets/PlayingPrograms.swift", encoding: .utf8)
    #expect(readme.contains("```swift\n\(code)```\n"))
  }

  /// Runs the commands of a page, which have to print what it says.
  private func play(_ page: Page, in scratch: Scratch) throws {
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
