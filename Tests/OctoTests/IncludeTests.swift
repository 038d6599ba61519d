// IncludeTests.swift: sources in several files.

import Octo
import Testing

@Suite struct IncludeTests {
  /// Assembles files; the main one is `main.8o`, in a directory `dir`.
  private func assembled(_ files: [String: String]) throws(AssemblyErrors) -> Assembly {
    try assemble(
      files["main.8o"] ?? "", named: "dir/main.8o",
      including: { path throws(IncludeError) in
        guard let text = files[path] else { throw .missing }
        return text
      }, maxErrorCount: 20)
  }

  private func errors(_ files: [String: String]) -> [String] {
    do throws(AssemblyErrors) {
      _ = try assembled(files)
      return []
    } catch { return error.errors.map(\.description) }
  }

  @Test func filesAreInThePlaceOfTheirNames() throws {
    let assembly = try assembled([
      "main.8o": ": main 1 :include \"lib/two.8o\" 5\n:include plain.8o",
      "lib/two.8o": "\u{FEFF}2 :include \"more/three.8o\"\n:include \"../plain.8o\" 4",
      "lib/more/three.8o": "3 # the end",
      "plain.8o": "9",
    ])
    #expect(assembly.program == [1, 2, 3, 9, 4, 5, 9])
    #expect(
      assembly.files.map(\.path) == ["main.8o", "lib/two.8o", "lib/more/three.8o", "plain.8o"])
    #expect(assembly.lines.map { $0?.file } == [0, 1, 2, 3, 1, 0, 3])
    #expect(assembly.lines.map { $0?.line } == [1, 1, 1, 1, 2, 1, 1])
    #expect(
      assembly.lineRuns.map(\.source)
        == [nil, "lib/two.8o", "lib/more/three.8o", "plain.8o", "lib/two.8o", nil, "plain.8o"])
    let symbols = Symbols(of: assembly, source: "main.8o", sha1: String(repeating: "0", count: 40))
    #expect(try Symbols(file: symbols.file()) == symbols)
  }

  /// Words are read before anything is assembled, so it counts where a macro would take it too.
  @Test func namesAndMacrosAreShared() throws {
    let assembly = try assembled([
      "main.8o": ":include \"a.8o\" : main step step :macro b { :include \"c.8o\" } b b",
      "a.8o": ":const one 1 :macro step { :byte one }", "c.8o": "7",
    ])
    #expect(assembly.program == [1, 1, 7, 7])
    #expect(
      try assembled(["main.8o": ":assert \":include\" { 1 }\n: main 1"]).program == [1])
  }

  @Test func errorsAreInTheirFiles() {
    #expect(
      errors([
        "main.8o": "# The main one.\n:include \"lib/a.8o\"\n: main\n  v0 := 300\n  foo",
        "lib/a.8o": "\n: draw\n  sprite v0 v1 16 ;\n: main\n: draw",
      ]) == [
        "dir/main.8o:3:3: `main` is already defined on line 4 of dir/lib/a.8o",
        "dir/main.8o:4:9: 300 does not fit in a byte (-128 to 255)",
        "dir/main.8o:5:3: unknown name `foo`",
        "dir/lib/a.8o:3:16: 16 does not fit in 4 bits (0 to 15)",
        "dir/lib/a.8o:5:3: `draw` is already defined on line 2",
      ])
    #expect(
      errors([
        "main.8o": "\n:include \"a.8o\"\n: main bad", "a.8o": ":macro bad {\n  v0 := y\n}",
      ]) == ["dir/a.8o:2:9: unknown name `y` (in `bad`, used on line 3 of dir/main.8o)"])
    #expect(
      errors(["main.8o": ": main :include \"a.8o\"", "a.8o": "1\n\"open"])
        == ["dir/a.8o:2:1: this string has no closing quote"])
  }

  @Test(arguments: [
    ("none.8o", "1:17: `none.8o` does not exist"),
    ("/etc/passwd", "is not the name of a file below the directory of the main source"),
    ("../main.8o", "1:17: `../main.8o` is outside the directory of the main source"),
    ("a/../../b", "1:17: `a/../../b` is outside the directory of the main source"),
    ("", "is not the name of a file"), (".", "is not the name of a file"),
    ("a/..", "is not the name of a file"), ("a/", "is not the name of a file below"),
    ("a//b", "is not the name of a file below"), ("a\\0b", "is not the name of a file below"),
    ("main.8o", "1:17: files include each other in a circle: `main.8o`, `main.8o`"),
    (
      "x/b.8o",
      "x/c.8o:1:10: files include each other in a circle: `x/b.8o`, `x/c.8o`, `x/b.8o`"
    ),
  ])
  func filesThatCannotBeIncluded(name: String, message: String) throws {
    let errors = errors([
      "main.8o": ": main :include \"\(name)\"", "x/b.8o": ":include ./c.8o",
      "x/c.8o": ":include \"../x/b.8o\"",
    ])
    #expect(errors.count == 1)
    #expect(try #require(errors.first).contains(message), "\(errors)")
  }

  @Test func includesHaveAName() {
    for (source, column) in [(": main :include", 8), (": main :include 5", 8)] {
      #expect(
        errors(["main.8o": source])
          == [
            "dir/main.8o:1:\(column): `:include` takes the name of a file, such as \"sprites.8o\""
          ])
    }
    #expect(
      error(in: ": main :include \"b\"") == "1:17: `:include` needs a source that is a file")
  }

  /// Files that include each other take no more than they may.
  @Test func filesAreBounded() {
    func error(_ files: [String: String], _ limits: Limits) -> String? {
      do throws(AssemblyError) {
        _ = try TokenizedProgram(
          files["main.8o"] ?? "", named: "main.8o",
          including: { path throws(IncludeError) in files[path] ?? "" }, limits: limits)
        return nil
      } catch { return error.description }
    }
    let chain = ["main.8o": ":include a", "a": ":include b", "b": ":include c"]
    #expect(error(chain, Limits(files: 4, includeDepth: 3)) == nil)
    #expect(
      error(chain, Limits(includeDepth: 2)) == "b:1:10: files include each other more than 2 deep")
    #expect(error(chain, Limits(files: 3)) == "b:1:10: a program has at most 3 files")
    // Each of them has few bytes, and all together a thousand times as many.
    var tree = ["main.8o": String(repeating: ":include 1x ", count: 10), "3x": "1234567890"]
    for level in 1...2 {
      tree["\(level)x"] = String(repeating: ":include \(level + 1)x ", count: 10)
    }
    #expect(error(tree, Limits(sourceBytes: 23_320)) == nil)
    #expect(
      error(tree, Limits(sourceBytes: 23_319))?
        .hasSuffix("this source and what it includes are longer than the 23319 bytes it may have")
        == true)
  }
}
