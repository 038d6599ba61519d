// What an image may leave out, and how it is found.

extension Program {
  /// What a program is known by where its bytes are not there.
  public struct Identity: Hashable, Sendable {
    /// How the user knows it. It comes from a file: it is text to show, and no path.
    public let name: String
    /// How many bytes it has.
    public let byteCount: Int
    /// The SHA-1 of its bytes.
    public let sha1: Digest
  }
}

extension Image {
  /// What identifies the parent of an image.
  public struct Parent: Hashable, Sendable {
    /// The digest in its footer.
    public let digest: Digest
    /// The state digest of its machine.
    public let stateDigest: Digest
    /// What its file was called, without directory; empty if that is not known. It comes from a file,
    /// and was checked to be no more than a name.
    public let name: String
  }
}

/// Finds what images leave out: their programs and the images that they are differences from.
///
/// An implementation only fetches; the result is checked by its digest before it is used.
/// So nothing that is found can be ambiguous: two files that both match are the same program or the
/// same state, and it makes no difference which one is taken.
public protocol Dependencies {
  /// Looks for a program: a file of that length with that SHA-1.
  mutating func find(_ program: Program.Identity) -> LookupResult

  /// Looks for a parent: a file that ends with the image of that digest. Failing that, one of that
  /// name may be offered; it is taken if it holds the same state.
  mutating func find(_ parent: Image.Parent) -> LookupResult
}

/// What came of looking for something.
public enum LookupResult: Equatable, Sendable {
  /// A file's bytes, of which an image is at the end, and what the file is called.
  case found([UInt8], path: String)
  /// Nothing, in these places.
  case missing(Search)
}

/// Where something was looked for and not found.
public struct Search: Hashable, Sendable {
  /// Directories and files, as the user would name them.
  public var places: [String]
  /// What was met there that the user may have taken for it, each in a few words.
  public var notes: [String]

  /// A search that has not begun.
  public init(places: [String] = [], notes: [String] = []) {
    self.places = places
    self.notes = notes
  }
}

/// For images that have to hold everything: finds nothing.
public struct NoDependencies: Dependencies {
  /// There is nothing to say.
  public init() {}

  /// Finds nothing.
  public func find(_ program: Program.Identity) -> LookupResult { .missing(Search()) }

  /// Finds nothing.
  public func find(_ parent: Image.Parent) -> LookupResult { .missing(Search()) }
}

/// Whether an untrusted name is that of a file in a directory, and leads nowhere else, and is not hidden.
func isBasename(_ name: String) -> Bool {
  (1...255).contains(name.utf8.count) && !name.hasPrefix(".")
    && name.utf8.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "/") }
}
