import Chip8Core
import Octo
import SaveState

/// What is known of a program beside its bytes: which line has made which of them, and what is called how.
public struct ProgramSource: Sendable {
  /// A file of the source.
  public struct File: Sendable {
    /// Where it is, from the directory of the main one.
    public let path: String
    /// Its lines, without their ends; nil if its text is not available.
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
  /// Where each line begins that is not just one run of bytes: in several places if macros have made it, and with
  /// what the macros have made that it uses.
  private var starts: [Line: [UInt16]] = [:]
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
    findStarts()
  }

  /// A line in one use of the macro that it is in, if it is in one.
  private struct Occurrence: Hashable {
    let line: Line
    let expansion: Int?
  }

  /// A line begins where it, or a macro that it uses, has made a byte and not the one before.
  private mutating func findStarts() {
    var (isOpen, open) = (Set<Int>(), [Int]())
    var (own, end) = (Occurrence?.none, 0)
    for run in table.runs {
      let addresses = Int(run.address)..<Int(run.address) + run.byteCount
      if addresses.lowerBound != end { (isOpen, open, own) = ([], [], nil) }
      end = addresses.upperBound
      for address in addresses {
        let innermost = expansionsByAddress[address]
        let here = Occurrence(line: Line(id: run.line), expansion: innermost)
        if here == own { continue }
        // Uses that were not there before this byte, and those that are not there any more.
        var (new, next) = ([Int](), innermost)
        while let index = next, !isOpen.contains(index) {
          new.append(index)
          next = expansions[index].parent
        }
        let kept = next.flatMap { open.lastIndex(of: $0) } ?? -1
        let left = open[(kept + 1)...]
        let known = Set(left.map(occurrence) + (own.map { [$0] } ?? []))
        for begun in Set(new.map(occurrence) + [here]).subtracting(known) {
          starts[begun.line, default: []].append(UInt16(address))
        }
        isOpen.subtract(left)
        isOpen.formUnion(new)
        open.replaceSubrange((kept + 1)..., with: new.reversed())
        own = here
      }
    }
  }

  private func occurrence(ofUse index: Int) -> Occurrence {
    let (place, parent) = (expansions[index].place, expansions[index].parent)
    return Occurrence(line: Line(file: place.file, number: place.line), expansion: parent)
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

  /// Where the bytes of a line begin that it has made itself: in several places if it is in a macro.
  public func addresses(of line: Line) -> [UInt16] {
    table.runs.filter { $0.line == line.id }.map(\.address)
  }

  /// Where to stop for a line: at its first instruction, in each use of the macro that it is in. A line without
  /// code stands for the next one with some.
  public func stops(from line: Line) -> (line: Line, addresses: [UInt16])? {
    let lines = starts.isEmpty ? table.runs.map { Line(id: $0.line) } : Array(starts.keys)
    let found = lines.filter { $0.file == line.file && $0.number >= line.number }
      .min { $0.number < $1.number }
    return found.map { ($0, starts[$0] ?? addresses(of: $0)) }
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
