/// Why a document is refused.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The names and indices that lead to the value, the outermost first.
  public let path: [String]
  /// What is wrong with it, to be read after its name.
  public let reason: String

  /// One sentence.
  public var description: String {
    (path.isEmpty ? "the document" : "`\(path.joined(separator: "."))`") + " \(reason)"
  }

  package init(path: [String] = [], _ reason: String) { (self.path, self.reason) = (path, reason) }
}
