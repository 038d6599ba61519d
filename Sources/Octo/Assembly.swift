// Assembly.swift: what a source assembles to, and the function which assembles it.

/// Assembles a program written in Octo's assembly language.
///
/// The bytes are those Octo's own compiler gives for every program it accepts.
///
/// - Parameters:
///   - source: The text of the program.
///   - name: The name of the source in error messages, usually its file's name.
/// - Returns: The program's bytes and what a debugger wants to know about them.
/// - Throws: The first mistake in the source.
public func assemble(_ source: String, named name: String) throws(AssemblyError) -> Assembly {
  try Assembler.assemble(source, named: name, limits: Limits())
}

/// Assembles a program as `assemble(_:named:)` does, and tells of more than its first mistake.
///
/// - Parameter errorCountMax: How many mistakes are told of at most.
/// - Throws: Those mistakes which do not only follow from others.
public func assemble(
  _ source: String, named name: String, errorCountMax: Int
) throws(AssemblyErrors) -> Assembly {
  do throws(AssemblyError) {
    return try assemble(source, named: name)
  } catch {
    let errors = Assembler.mistakes(
      in: source, named: name, limits: Limits(), errorCountMax: errorCountMax)
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

  /// The line of the source, counted from 1, which made each byte of `program`; 0 for a gap.
  public var lines: [Int]

  /// The smallest instruction set which runs the program.
  public var dialect: Dialect

  /// A CHIP-8 instruction set; each one extends the one before it.
  public enum Dialect: Int, Sendable, Comparable, CaseIterable {
    /// The instructions of the COSMAC VIP's interpreter.
    case chip8
    /// SUPER-CHIP: high resolution, scrolling, large digits and flag registers.
    case superChip
    /// XO-CHIP: drawing planes, audio patterns, register ranges and 64 KiB of memory.
    case xoChip

    /// Whether a set is a part of another.
    public static func < (left: Dialect, right: Dialect) -> Bool {
      left.rawValue < right.rawValue
    }
  }
}
