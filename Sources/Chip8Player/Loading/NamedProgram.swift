import SaveState

/// A program as a user names it.
package struct NamedProgram {
  /// What it is called; nil if the user has given the SHA-1 alone.
  package let name: String?
  /// The SHA-1 of its bytes.
  package let sha1: Digest
  /// The file, if there is one.
  package let inputs: InputFiles

  /// By its file, one of its saved states, or the digest itself.
  package init(_ text: String) throws {
    if let digest = Digest(sha1: text) {
      (name, sha1, inputs) = (nil, digest, InputFiles())
      return
    }
    let file = try LoadedFile(text)
    guard file.kind == .image else {
      let program = try file.contents().program
      (name, sha1, inputs) = (program.name, program.sha1, file.inputs)
      return
    }
    inputs = file.inputs
    // An image that leaves its program out says whose it is all the same.
    let identity = try inFile(text) { try Image(file.bytes).programIdentity() }
    (name, sha1) = (identity.name, identity.sha1)
  }

  /// What to call it in a message.
  package var title: String { name ?? "\(sha1)" }
}
