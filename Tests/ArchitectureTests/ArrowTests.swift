// The arrows between the modules, docs/ARCHITECTURE.md, written down a second time: who may import
// whom, and which words would show that a module knows its callers.

import Foundation
import Testing

/// What a module may import, and which words are not in it.
private struct Rule {
  let imports: Set<String>
  let words: [Word]

  init(_ imports: Set<String>, _ words: [Word] = []) {
    (self.imports, self.words) = (imports, words)
  }

  /// What in some lines breaks it.
  func violations(_ lines: [Line]) throws -> [String] {
    let words = try words.map { ($0, try NSRegularExpression(pattern: $0.pattern)) }
    return lines.compactMap { line in
      if let imported = line.imported {
        // Examples import the module that they are of.
        let isOwn = line.path.contains("/\(imported).docc/")
        return isOwn || imports.contains(imported) ? nil : line.place
      }
      let all = NSRange(line.text.startIndex..., in: line.text)
      let isBroken = words.contains { word, expression in
        (word.countsInComments || !line.isComment)
          && !word.allowedIn.contains { line.path.contains($0) }
          && expression.firstMatch(in: line.text, range: all) != nil
      }
      return isBroken ? line.place : nil
    }
  }
}

/// What is not in a module's code and its texts.
private struct Word {
  let pattern: String
  /// Directories where it may be.
  var allowedIn: [String] = []
  var countsInComments = false

  static let option = Word(pattern: "--[a-z]", countsInComments: true)
  /// A command of the program, in a text.
  static let command = Word(
    pattern: #"\bchip8 [a-z]|\b(image|movie|slots|timeline) (verify|info|show|list|flatten|from-)"#)
  static let program = Word(pattern: "(?i)chip-?8", countsInComments: true)
  static let process = Word(pattern: #"\b(execv\w*|fork|posix_spawn\w*|popen|CommandLine)\b"#)
  static let output = Word(
    pattern: #"\b(print|debugPrint|dump|puts|fputs|fwrite|perror|printf)\(|\bstd(out|err)\b"#
      + #"|\bwrite\([12],"#)
  static let exit = Word(pattern: #"((?<![.\w])|\bGlibc\.)_?exit\("#)
  static let files = Word(
    pattern: #"\b(Storage|SandboxedDirectory|InputFiles|Slots|PeerChannel|FileManager)\b"#)
  static let clock = Word(
    pattern: #"\b(ContinuousClock|SuspendingClock|DispatchTime|clock_gettime|gettimeofday)\b"#)
  /// What a state may not be made of, and what a machine may not ask its surroundings for.
  static let numbers = Word(pattern: #"\b(Float|Double|Float16|Float80)\b"#)
  static let surroundings = Word(pattern: #"\b(getenv|ProcessInfo)\b|(?<![.\w])open\("#)
  /// Swift's own, with threads that a library leaves behind where it is unloaded.
  static let concurrency = Word(pattern: #"\b(ContinuousClock|SuspendingClock|Task|await)\b"#)
  /// A state is changed by what executes it, takes its input or restores it, and by nothing else. Other
  /// modules cannot: the compiler sees to that.
  static let stateChange = Word(
    pattern: #"(?<!let |var )\bstate(\.\w+|\[[^\]]*\])* (&?[-+*]|<<|>>|[|^&])?= "#,
    allowedIn: ["Debug", "Engine", "HostCalls", "Input", "Machine", "Search"].map {
      "Chip8Core/\($0)/"
    })
  static let randomness = Word(
    pattern: #"\b(SystemRandomNumberGenerator|getrandom|arc4random)|\brandom\(in: [^,]*\)"#)

  /// A sentence that is thrown, or wrapped in an error: errors are cases with data, and what describes
  /// them has their sentences. JSON's has a text, as decoders of the standard library do.
  static let sentence = Word(
    pattern: #"\bthrow (?!JSONError\().*"[^"]* [^"]*"|\bMessageError\b|"#
      + #"(?<![.\w])[A-Z]\w*Error\((".* |$)"#)

  func allowed(in directories: String...) -> Word {
    var word = self
    word.allowedIn = directories
    return word
  }
}

private let silent: [Word] = [.option, .command, .output, .exit, .process]

private let rules: [String: Rule] = [
  "SaveState": Rule(
    ["CDeflate", "CLinux", "CNettle", "CZlib", "Glibc", "Synchronization"],
    silent + [.program, .concurrency]),
  "Chip8Core": Rule(
    // Of the C library a comparison of bytes and nothing else; of Linux memory for machine code.
    ["CLinux", "SaveState", "Synchronization", "func Glibc.memcmp"],
    silent + [.files, .clock, .randomness, .numbers, .surroundings, .stateChange]),
  "JSON": Rule(["CJansson"], silent + [.program]),
  "Octo": Rule(["Glibc", "JSON"], silent),
  "Chip8Player": Rule(
    [
      "CDeflate", "CGIF", "CLinux", "CTOML", "Chip8Core", "Glibc", "JSON", "Octo", "SaveState",
      "Synchronization",
    ],
    [
      // An executable image begins with options.
      .concurrency, .output, .exit, .option.allowed(in: "Chip8Player/Processes/", ".docc/"),
      .command.allowed(in: "Chip8Player/Processes/"),
      .process.allowed(in: "Chip8Player/Processes/"), .sentence,
    ]),
  "Chip8C": Rule(
    ["CChip8", "Chip8Core", "Chip8Player", "Glibc", "SaveState"],
    silent + [.files, .clock, .randomness]),
  "Libretro": Rule(
    ["CLibretro", "Chip8Core", "Chip8Player", "Glibc", "SaveState"],
    silent + [.files, .clock, .randomness, .concurrency]),
  "chip8": Rule([
    "ArgumentParser", "CChafa", "CPNG", "CPango", "CSDL2", "CStandalone", "CTerminal",
    "Chip8Core", "Chip8Player", "Glibc", "JSON", "Octo", "SaveState",
    "Synchronization",
  ]),
  // There is no Swift in these.
  "CChafa": Rule([]), "CChip8": Rule([]), "CLibretro": Rule([]), "CLinux": Rule([]),
  "CPango": Rule([]),
  "CSDL2": Rule([]), "CStandalone": Rule([]), "CTOML": Rule([]), "CTerminal": Rule([]),
]

/// What the tests of each module may know: the module, and what is below it.
private let testRules: [String: Set<String>] = [
  "ArchitectureTests": [],
  "SaveStateTests": ["SaveState"],
  "Chip8CoreTests": ["Chip8Core", "Octo", "SaveState"],
  "Chip8CTests": ["CChip8", "Chip8C", "Chip8Core", "Chip8Player", "SaveState"],
  "Chip8PlayerTests": ["Chip8Core", "Chip8Player", "Octo", "SaveState"],
  "JSONTests": ["JSON"],
  "OctoTests": ["Octo"],
  "chip8Tests": [
    "CDeflate", "CPNG", "CSDL2", "Chip8Core", "Chip8Player", "JSON", "Octo", "SaveState", "chip8",
  ],
]

@Suite struct ArrowTests {
  private func manifest() throws -> [Target] {
    try targets(
      in: String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
  }

  @Test func targetsDependOnWhatTheyMayImport() throws {
    let targets = try manifest()
    #expect(Set(targets.map(\.name)) == Set(rules.keys).union(testRules.keys))
    for target in targets {
      let allowed = target.isTest ? testRules[target.name] : rules[target.name]?.imports
      #expect(
        target.dependencies.isSubset(of: allowed ?? []),
        "\(target.name) depends on \(target.dependencies.subtracting(allowed ?? []).sorted())")
    }
  }

  @Test(arguments: rules.keys.sorted()) func modulesKnowNoneOfTheirCallers(name: String) throws {
    let violations = try rules[name]?.violations(lines(below: "Sources/\(name)"))
    #expect(violations == [], "\(violations?.joined(separator: "\n") ?? "")")
  }

  @Test(arguments: testRules.keys.sorted()) func testsKnowTheirModule(name: String) throws {
    let allowed = try #require(testRules[name])
    let system: Set<String> = ["Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"]
    let violations = try Rule(allowed.union(system)).violations(lines(below: "Tests/\(name)"))
    #expect(violations == [], "\(violations.joined(separator: "\n"))")
  }

  /// SaveState has the sections of every machine, and none of one machine's.
  @Test func theEngineKnowsNoTagOfAMachine() throws {
    let tag = try Regex(#"Tag\("(....)"\)"#)
    let tags = try lines(below: "Sources/Chip8Core").flatMap { line in
      line.text.matches(of: tag).compactMap { $0.output[1].substring }
    }
    #expect(tags.contains("CORE") && tags.contains("LAST") && tags.contains("GOAL"))
    for line in try lines(below: "Sources/SaveState") {
      #expect(!tags.contains { line.text.contains("\"\($0)\"") }, "\(line.place)")
    }
  }

  /// One door for input: nothing else sets the keys but a snapshot, which brings back those that it has.
  @Test func keysReachAMachineByItsOneDoor() throws {
    let assignment = try Regex(#"unsaved\.heldKeys\)? = "#)
    let files = try lines(below: "Sources/Chip8Core").filter { $0.text.contains(assignment) }
      .map { $0.path.split(separator: "/").last }
    #expect(Set(files) == ["Chip8+Input.swift", "Chip8+Snapshot.swift"])
  }

  @Test(
    arguments: [
      ("SaveState", "import Foundation"), ("SaveState", "let now = ContinuousClock.now"),
      ("Chip8Player", "import Dispatch"), ("SaveState", "import Chip8Core"),
      ("SaveState", "import Foundation // for files"), ("SaveState", "@_spi(A) import Octo"),
      ("Chip8Core", "let ratio: Double"), ("Chip8Core", "getenv(name)"),
      ("Chip8Player", "Glibc.exit(1)"), ("Chip8Player", "write(2, text, 9)"),
      ("SaveState", #"  "name it with --rom-path""#), ("SaveState", "/// A state of CHIP-8."),
      ("Chip8Core", "import Glibc"), ("Chip8Core", "public import Chip8Player"),
      ("Chip8Core", #"case .a: "which --host-calls DIR allows""#),
      ("Chip8Core", "try Storage.read(path, limit: 1)"), ("Chip8Core", "/// As --quirk says."),
      ("Chip8Core", "let now = ContinuousClock.now"),
      ("Chip8Core", "seed = .random(in: 0...9)"), ("Chip8Core", "machine.state = other"),
      ("Chip8Core", "machine.state.v[0] &+= 1"), ("Chip8Player", "import ArgumentParser"),
      ("Chip8Player", "import CSDL2"), ("Chip8Player", "print(error)"),
      ("Chip8Player", "guard isThere else { exit(1) }"), ("Chip8Player", #"["--restore"]"#),
      ("Octo", "fputs(text, file)"),
      ("Chip8Player", #""a saved state; chip8 image from-retroarch converts it""#),
      ("SaveState", #""not the past; movie verify shows where""#),
      ("Chip8Player", #"throw MessageError("cannot reload a movie")"#),
      ("Chip8Player", #"throw .badLine(number, "no such font")"#),
      ("Chip8Player", "      throw TextError("),
    ])
  func whatCrossesAnArrowIsNoticed(module: String, line: String) throws {
    let rule = try #require(rules[module])
    #expect(try rule.violations(lines(line, in: "Sources/\(module)/A.swift")).count == 1)
  }

  @Test(
    arguments: [
      ("SaveState", "import Glibc"), ("Chip8Core", "seed = .random(in: 0...9, using: &random)"),
      ("Chip8Core", "var state = machine.state"), ("Chip8Core", "state.v == other.v"),
      ("Chip8Player", "case .exit(1): end(.exit)"),
      ("Chip8Player", #"exec "$chip8" --restore"#),
      ("Chip8Player", #"throw StorageError(.execute, "/proc/self/exe")"#),
      ("Chip8Player", "throw PlayerError.contents(path: path, ContentsError.notUTF8)"),
    ])
  func allowedCodePasses(module: String, line: String) throws {
    let rule = try #require(rules[module])
    #expect(try rule.violations(lines(line, in: "Sources/\(module)/Processes/A.swift")) == [])
  }
}
