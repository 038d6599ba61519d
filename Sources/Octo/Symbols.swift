// Symbols.swift: what is known of an assembled program's addresses. File format: docs/SYMBOLS.md.

/// What a source says about the program it was assembled to, as a symbol file keeps it.
public struct Symbols: Sendable, Equatable {
  /// The program that symbols belong to.
  public struct ProgramIdentity: Sendable, Equatable {
    /// Its length in bytes.
    public var byteCount: Int
    /// Its SHA-1, 40 hexadecimal digits in lower case.
    public var sha1: String

    /// A program of this length and with this SHA-1.
    public init(byteCount: Int, sha1: String) {
      self.byteCount = byteCount
      self.sha1 = sha1
    }
  }

  /// Bytes that one line of the source made.
  public struct LineRun: Sendable, Equatable {
    /// Where they begin.
    public var address: Int
    /// How many they are.
    public var byteCount: Int
    /// The line, counted from 1.
    public var line: Int
    /// The file that it is in, nil for the main source: its path from the directory of that.
    public var source: String?
  }

  /// The name of the source.
  public var source: String?
  /// The program, nil if the symbols do not say which one it is.
  public var program: ProgramIdentity?
  /// The address of every label.
  public var labels: [String: Int] = [:]
  /// The value of every constant.
  public var constants: [String: Double] = [:]
  /// The register of every alias.
  public var aliases: [String: Int] = [:]
  /// The name of every breakpoint, by its address.
  public var breakpoints: [Int: String] = [:]
  /// What a debugger is to show.
  public var monitors: [Assembly.Monitor] = []
  /// The lines that made the program, in ascending order of addresses.
  public var lines: [LineRun] = []
  /// Comments on addresses.
  public var comments: [Int: String] = [:]

  /// The symbols of an assembled program.
  ///
  /// - Parameters:
  ///   - source: the name of its source.
  ///   - sha1: the SHA-1 of its bytes, in hexadecimal.
  public init(of assembly: Assembly, source: String, sha1: String) {
    self.source = source
    program = ProgramIdentity(byteCount: assembly.program.count, sha1: sha1)
    labels = assembly.labels
    constants = assembly.constants
    aliases = assembly.aliases
    breakpoints = assembly.breakpoints
    monitors = assembly.monitors
    lines = assembly.lineRuns
  }
}

extension Assembly {
  /// The bytes of the program, by the lines which made them; gaps belong to none.
  public var lineRuns: [Symbols.LineRun] {
    var runs: [Symbols.LineRun] = []
    for (offset, place) in lines.enumerated() {
      guard let place else { continue }
      let address = Image.origin + offset
      if offset > 0, lines[offset - 1] == place {
        runs[runs.count - 1].byteCount += 1
      } else {
        runs.append(
          Symbols.LineRun(
            address: address, byteCount: 1, line: place.line,
            source: place.file == 0 ? nil : files[place.file].path))
      }
    }
    return runs
  }
}
