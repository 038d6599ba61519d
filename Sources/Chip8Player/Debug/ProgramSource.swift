import Chip8Core
import Octo
import SaveState

/// What is known of a program beside its bytes: which line has made which of them, and what is called how.
public struct ProgramSource: Sendable {
  /// A file of the source.
  public struct File: Sendable {
    /// Where it is, from the directory of the main one.
    public let path: String
    /// Its lines, without their ends; nil if nobody has its text.
    public let lines: [String]?
  }

  /// A line of a file.
  public struct Line: Hashable, Sendable {
    /// The file, by its place in ``ProgramSource/files``.
    public let file: Int
    /// The line, counted from 1.
    public let number: Int

    /// This line.
    public init(file: Int, number: Int) { (self.file, self.number) = (file, number) }

    /// The line by a number that no other line has.
    fileprivate init(id: Int) { (file, number) = (id >> 32, id & 0xFFFF_FFFF) }
    fileprivate var id: Int { file << 32 | number }
  }

  /// A use of a macro.
  public struct MacroCall: Hashable, Sendable {
    /// The macro.
    public let name: String
    /// Where it is used.
    public let line: Line
  }

  /// The main one first; none if there is no source.
  public internal(set) var files: [File] = []
  /// Which line has made which bytes.
  public internal(set) var table = LineTable()
  /// What names stand for.
  public internal(set) var names = DebugNames()
  /// What addresses are called.
  public internal(set) var labels = AddressNames()
  /// The `:breakpoint`s by their addresses.
  public internal(set) var breakpoints: [Int: String] = [:]
  /// What is to be shown.
  public internal(set) var monitors: [Assembly.Monitor] = []
  /// All uses of macros, and which one has made a byte.
  private var expansions: [Assembly.Expansion] = []
  private var expansionsByAddress: [Int: Int] = [:]

  /// Nothing but what addresses are called.
  public init(_ labels: Labels = Labels()) {
    let values = Dictionary(labels.all.map { ($0.name, Int($0.address)) }) { first, _ in first }
    (names, self.labels) = (DebugNames(values: values), AddressNames(labels))
  }

  /// The source of a program that was just assembled, if it was.
  init(_ assembly: Assembly?, _ labels: Labels) {
    self.init(labels)
    guard let assembly else { return }
    files = assembly.files.map { file in
      File(path: file.path, lines: ProgramSource.lines(of: file.bytes))
    }
    table = LineTable(
      assembly.lineRuns.compactMap { run in
        let file = run.source.map { path in files.firstIndex { $0.path == path } ?? 0 } ?? 0
        return LineTable.Run(run, Line(file: file, number: run.line))
      })
    take(assembly.labels, assembly.constants, assembly.aliases)
    (breakpoints, monitors) = (assembly.breakpoints, assembly.monitors)
    (expansions, expansionsByAddress) = (assembly.expansions, assembly.expansionsByAddress)
  }

  /// What a symbol file says.
  package init(_ symbols: Symbols, _ labels: Labels) {
    self.init(labels)
    let paths = symbols.lines.compactMap(\.source).reduce(into: [symbols.source ?? ""]) {
      if !$0.contains($1) { $0.append($1) }
    }
    files = symbols.lines.isEmpty ? [] : paths.map { File(path: $0, lines: nil) }
    table = LineTable(
      symbols.lines.compactMap { run in
        let file = run.source.flatMap { paths.firstIndex(of: $0) } ?? 0
        return LineTable.Run(run, Line(file: file, number: run.line))
      })
    take(symbols.labels, symbols.constants, symbols.aliases)
    (breakpoints, monitors) = (symbols.breakpoints, symbols.monitors)
  }

  private mutating func take(
    _ labels: [String: Int], _ constants: [String: Double], _ aliases: [String: Int]
  ) {
    let whole = constants.compactMapValues { Int(exactly: $0) }
    names = DebugNames(
      registers: aliases.compactMapValues { UInt8(exactly: $0) },
      values: labels.merging(whole) { label, _ in label })
  }

  private static func lines(of bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }

  /// Whether there are lines to step by.
  public var hasLines: Bool { !table.runs.isEmpty }

  /// The line that has made the byte at an address.
  public func line(at address: UInt16) -> Line? {
    table.run(at: address).map { Line(id: $0.line) }
  }

  /// The text of a line.
  public func text(of line: Line) -> String? {
    guard files.indices.contains(line.file), let lines = files[line.file].lines,
      lines.indices.contains(line.number - 1)
    else { return nil }
    return lines[line.number - 1]
  }

  /// Where the bytes of a line begin: in several places if a macro has made them.
  public func addresses(of line: Line) -> [UInt16] {
    table.runs.filter { $0.line == line.id }.map(\.address)
  }

  /// The first line from a line on that has made bytes.
  public func firstLineWithCode(from line: Line) -> Line? {
    table.runs.map { Line(id: $0.line) }
      .filter { $0.file == line.file && $0.number >= line.number }
      .min { $0.number < $1.number }
  }

  /// The uses of macros that have made the byte at an address, the innermost first.
  public func macroCalls(at address: UInt16) -> [MacroCall] {
    var (calls, next) = ([MacroCall](), expansionsByAddress[Int(address)])
    while let index = next {
      let (expansion, place) = (expansions[index], expansions[index].place)
      calls.append(
        MacroCall(name: expansion.name, line: Line(file: place.file, number: place.line)))
      next = expansion.parent
    }
    return calls
  }
}

extension LineTable.Run {
  fileprivate init?(_ run: Symbols.LineRun, _ line: ProgramSource.Line) {
    guard let address = UInt16(exactly: run.address) else { return nil }
    self.init(address: address, byteCount: run.byteCount, line: line.id)
  }
}
