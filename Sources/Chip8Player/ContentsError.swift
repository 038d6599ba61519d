/// What is wrong with a file that was read, in ``PlayerError/contents(path:_:)``, unless it is a movie, a
/// recording or a ``ForeignFile``.
public enum ContentsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A zip file that is damaged, has sizes of 64 bits, or has no file in it.
  case damagedZip, zip64, emptyZip
  /// A zip file with several files that may be meant, by their names, or several of one name.
  case severalInZip([String]), ambiguousInZip(String, count: Int)
  /// A zip file without a file of that name, and the names that it has.
  case missingInZip(String, has: [String])
  /// A zip file whose file of that name is encrypted, not deflated, or larger than any program.
  case encryptedInZip(String), compressedInZip(String), tooLargeInZip(String)
  /// A GIF that is damaged or too large, or has no program in it.
  case damagedGIF, noCartridge
  /// A source of more than 2 MiB, or in another encoding than UTF-8.
  case sourceTooLarge, notUTF8
  /// A program without a byte, or with more than a cartridge can hold.
  case emptyProgram, tooLargeForCartridge
  /// A program that has more bytes than any platform has room for.
  case programTooLarge(limit: Int)
  /// Symbols of another program than that one.
  case otherProgram(String)
  /// Symbols, or other sections of an image, that leave no space for labels or for what is said beside it.
  case tooManyLabels, noSpaceLeft
  /// An executable other than it was built.
  case modifiedExecutable

  /// One sentence for the user, without the file's name.
  public var description: String {
    switch self {
    case .damagedZip: "this zip file is damaged: copy it again"
    case .zip64: "this zip file is a zip64: unpack it first"
    case .emptyZip: "this zip file is empty"
    case .severalInZip(let names):
      "this zip file holds \(names.count) files; append a slash and one of: \(list(names))"
    case .missingInZip(let name, let names): "this zip file has no \(name); it has \(list(names))"
    case .ambiguousInZip(let name, let count):
      "this zip file has \(count) files named \(name): unpack it first"
    case .encryptedInZip(let name): "\(name) in this zip file is encrypted: unpack it first"
    case .compressedInZip(let name):
      "\(name) in this zip file is neither stored nor deflated: unpack it first"
    case .tooLargeInZip(let name): "\(name) in this zip file is larger than any program"
    case .damagedGIF: "this GIF is damaged or larger than any cartridge; copy it again"
    case .noCartridge: "this GIF holds no program; only unmodified Octo cartridges do"
    case .sourceTooLarge: "the source is larger than 2 MiB"
    case .notUTF8: "not UTF-8 text"
    case .emptyProgram: "the program is empty"
    case .tooLargeForCartridge: "the program is too large for a cartridge"
    case .programTooLarge(let limit):
      "no platform has room for a program of more than \(limit) bytes"
    case .otherProgram(let name):
      "the symbols belong to another program than \(name); assemble it again"
    case .tooManyLabels: "the labels take more than 4 MiB, the limit of a saved state"
    case .noSpaceLeft: "no space left: foreign sections fill the image"
    case .modifiedExecutable: "this executable was modified after it was built"
    }
  }

  /// The first of some names.
  private func list(_ names: [String]) -> String {
    let (first, more) = (names.prefix(8).joined(separator: ", "), names.count - 8)
    return more > 0 ? "\(first) and \(more) more" : names.isEmpty ? "nothing" : first
  }
}
