/// Why an image was refused. A machine that was running is unchanged.
public enum ImageError: Error, Equatable, CustomStringConvertible {
  /// The file does not end with an image.
  case notAnImage
  /// The file or what it would unpack to is larger than ``Image/maxByteCount``.
  case tooLarge
  /// What precedes the image in its file is larger than 256 MiB.
  case preludeTooLarge
  /// The footer promises more bytes than there are.
  case truncated
  /// The bytes are not those that were written.
  case digestMismatch
  /// The digest is right but the structure is not: a program made this that does not know how.
  case malformed(String)
  /// A later revision of the format.
  case unknownRevision(UInt16)
  /// An image of another kind of machine.
  case otherMachine(Tag)
  /// A section that this version needs is not there.
  case missingSection(Tag)
  /// A section that may not be skipped, and that this version does not know.
  case unknownSection(Tag)
  /// A feature that the image needs by name and that this version does not have.
  case unknownFeature(String)
  /// A section in a version that this one does not know.
  case unknownVersion(Tag, UInt8)
  /// A section does not unpack to what it should be.
  case damagedSection(Tag)
  /// A field of the state is out of its range.
  case badField(String)
  /// The program is left out, and was not found.
  case missingProgram(Program.Identity, Search)
  /// The parent of this image was not found.
  case missingParent(Image.Parent, Search)
  /// The file that once was the parent holds another state now.
  case changedParent(Image.Parent, path: String)
  /// A parent that was found cannot be used.
  indirect case refusedParent(path: String, ImageError)
  /// An image is its own ancestor.
  case parentCycle(path: String)
  /// More images build on each other than ``Image/maxChainCount``.
  case chainTooLong
  /// Images that build on each other are larger together than ``Image/maxChainByteCount``.
  case chainTooLarge

  /// One sentence for the user, without the file's name.
  public var description: String {
    switch self {
    case .notAnImage:
      "not a saved state"
    case .tooLarge:
      "the saved state is larger than the limit of \(Image.maxByteCount >> 20) MiB"
    case .preludeTooLarge:
      "the data before the saved state is too large to keep"
    case .truncated:
      "the saved state is truncated; copy it again, or use another copy"
    case .digestMismatch:
      "the saved state is damaged: its digest does not match; use another copy"
    case .malformed(let what):
      "the saved state is malformed: \(what)"
    case .unknownRevision(let revision):
      "the saved state has format revision \(revision), which this version cannot read"
    case .otherMachine(let kind):
      "the saved state is for another kind of machine, \"\(kind)\""
    case .missingSection(let tag):
      "the saved state has no section \"\(tag)\""
    case .unknownSection(let tag):
      "the saved state needs section \"\(tag)\", which this version does not support; use a later "
        + "version"
    case .unknownFeature(let name):
      "the saved state needs the feature \"\(name)\", which this version does not support; use a "
        + "later version"
    case .unknownVersion(let tag, let version):
      "the saved state has version \(version) of section \"\(tag)\", which this version does not "
        + "support; use a later version"
    case .damagedSection(let tag):
      "section \"\(tag)\" of the saved state is malformed"
    case .badField(let field):
      "the saved state has an invalid value: \(field)"
    case .missingProgram(let program, let search):
      "the saved state leaves out its program, \(program), which \(search.result)"
    case .missingParent(let parent, let search):
      "the saved state is based on \(parent), which \(search.result)"
    case .changedParent(let parent, let path):
      "the saved state is based on \(parent), but \(path) holds another state now"
    case .refusedParent(let path, let error):
      "the saved state is based on \(path), which cannot be used: \(error)"
    case .parentCycle(let path):
      "the saved state is based on itself, by way of \(path); use another copy of that file"
    case .chainTooLong:
      "the chain of bases is longer than \(Image.maxChainCount) saved states"
    case .chainTooLarge:
      "the chain of bases is larger than \(Image.maxChainByteCount >> 20) MiB"
    }
  }
}

extension Program.Identity: CustomStringConvertible {
  /// The name in quotes, and the digest.
  public var description: String { "\"\(name)\" (SHA-1 \(sha1))" }
}

extension Image.Parent: CustomStringConvertible {
  /// The name in quotes, and the digest.
  public var description: String {
    (name.isEmpty ? "" : "\"\(name)\" ") + "(SHA-256 \(digest))"
  }
}

extension Search {
  /// What came of it.
  fileprivate var result: String {
    let quoted = places.map { "\"\($0)\"" }.joined(separator: ", ")
    let result = places.isEmpty ? "was not looked for" : "was not found in \(quoted)"
    return result + notes.map { "; " + $0 }.joined()
  }
}
