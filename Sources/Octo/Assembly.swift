// Assembly.swift: what a source assembles to, and the function which assembles it.

/// Assembles a program written in Octo's assembly language.
///
/// The bytes are those Octo's own compiler gives for every program it accepts.
///
/// - Parameters:
///   - source: The text of the program.
///   - name: The name of the source in error messages, usually its file's name.
///   - reader: Reads the files that the source includes; without one it cannot include any.
/// - Returns: The program's bytes and what a debugger wants to know about them.
/// - Throws: The first error in the source.
public func assemble(
  _ source: String, named name: String, including reader: IncludeReader? = nil
) throws(AssemblyError) -> Assembly {
  try Assembler.assemble(TokenizedProgram(source, named: name, including: reader))
}

/// Assembles a program as ``assemble(_:named:including:)`` does, and reports more than its first
/// error.
///
/// - Parameter maxErrorCount: How many errors are reported at most.
/// - Throws: Those errors which do not only follow from others.
public func assemble(
  _ source: String, named name: String, including reader: IncludeReader? = nil,
  maxErrorCount: Int
) throws(AssemblyErrors) -> Assembly {
  let program: TokenizedProgram
  do throws(AssemblyError) {
    program = try TokenizedProgram(source, named: name, including: reader)
  } catch { throw AssemblyErrors(errors: [error]) }
  do throws(AssemblyError) {
    return try Assembler.assemble(program)
  } catch {
    let errors = Assembler.errors(in: program, maxErrorCount: maxErrorCount)
    throw AssemblyErrors(errors: errors.isEmpty ? [error] : errors)
  }
}

/// An assembled program, and what its source says about it.
public struct Assembly: Sendable, Equatable {
  /// The bytes of the program, to be loaded at address 0x200.
  public var program: [UInt8]

  /// The address of every label.
  public var labels: [String: Int]

  /// The value of every `:const` and `:calc`, the one that it had last.
  public var constants: [String: Double]

  /// The register, 0 to 15, of every `:alias` of the source.
  public var aliases: [String: Int]

  /// The name of every `:breakpoint`, by the address it stops at.
  public var breakpoints: [Int: String]

  /// The `:monitor` directives, in the order of the source.
  public var monitors: [Monitor]

  /// The files that the program is assembled from: the main one, and those that it includes, in the
  /// order in which they were included first.
  public var files: [File]

  /// The line which made each byte of `program`; nil for a gap.
  public var lines: [Place?]

  /// All uses of macros and string modes, in the order in which they were met.
  public var expansions: [Expansion]

  /// The use which made each byte that one has made, by its address: a place in ``expansions``.
  public var expansionsByAddress: [Int: Int]

  /// A use of a macro or of a string mode.
  public struct Expansion: Sendable, Equatable {
    /// What is used.
    public var name: String
    /// Where.
    public var place: Place
    /// The use that this one is a part of, as a place in ``Assembly/expansions``.
    public var parent: Int?
  }

  /// A file of a program's source.
  public struct File: Sendable, Equatable {
    /// Where it is, from the directory of the main source.
    public var path: String
    /// Its text in UTF-8, without a byte order mark.
    public var bytes: [UInt8]
  }

  /// A line of a program's source.
  public struct Place: Sendable, Hashable {
    /// Its file, by the place in ``Assembly/files``.
    public var file: Int
    /// The line, counted from 1.
    public var line: Int
  }

}
