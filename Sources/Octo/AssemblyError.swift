// AssemblyError.swift: an error in a source, and where it is.

/// Errors in a source, in its order; at least one, and no two in one line.
public struct AssemblyErrors: Error, Sendable, Equatable {
  /// The errors.
  public var errors: [AssemblyError]
}

/// An error in a source.
public struct AssemblyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the source.
  public var file: String
  /// The line of the error, counted from 1.
  public var line: Int
  /// The column of the error in characters, counted from 1.
  public var column: Int
  /// What is wrong, in one sentence.
  public var message: String
  /// The text of the line, without its end.
  public var sourceLine: String
  /// The line, counted through all files of the program.
  let position: Int

  /// - Parameter position: the line of the error counted through all files, if it is not in the first.
  package init(
    file: String, line: Int, column: Int, message: String, sourceLine: String,
    position: Int? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.sourceLine = sourceLine
    self.position = position ?? line
  }

  /// The error in the form compilers use: `name.8o:12:5: unknown name `foo``.
  public var description: String {
    "\(file):\(line):\(column): \(message)"
  }
}
