// AssemblyError.swift: a mistake in a source, and where it is.

/// Mistakes in a source, in its order; at least one, and no two in one line.
public struct AssemblyErrors: Error, Sendable, Equatable {
  /// The mistakes.
  public var errors: [AssemblyError]
}

/// A mistake in a source.
public struct AssemblyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the source.
  public var file: String
  /// The line of the mistake, counted from 1.
  public var line: Int
  /// The column of the mistake in characters, counted from 1.
  public var column: Int
  /// What is wrong, in one sentence.
  public var message: String
  /// The text of the line, without its end.
  public var sourceLine: String

  package init(file: String, line: Int, column: Int, message: String, sourceLine: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.sourceLine = sourceLine
  }

  /// The mistake in the form compilers use: `name.8o:12:5: unknown name `foo``.
  public var description: String {
    "\(file):\(line):\(column): \(message)"
  }
}
