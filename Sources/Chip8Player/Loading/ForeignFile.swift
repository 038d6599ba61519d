/// What a file is that holds no program, for those that people take for one. What would help is for
/// the front end to say.
public enum ForeignFile: Error, Hashable, Sendable, CustomStringConvertible {
  /// An image of another format than GIF, an archive other than zip, or a zip file in another one.
  case picture, archive, innerZip
  /// A state that RetroArch has saved, or a program for another console or for a computer.
  case retroArchState, game, executable
  /// A PDF, another document, or a text.
  case pdf, document, text
  /// Audio or video, a font or a database.
  case audio, font, database
  /// A web page, as downloads sometimes are.
  case webPage

  /// A sentence without the file's name.
  public var description: String {
    switch self {
    case .picture: "this is a picture, not a program; only GIF cartridges hold programs"
    case .archive: "this is an archive of an unsupported kind: unpack it first"
    case .innerZip: "this is a zip file within a zip file: unpack it first"
    case .retroArchState: "this is a RetroArch state, not a program"
    case .game: "this is a program for another console"
    case .pdf: "this is a document (PDF), not a program"
    case .document: "this is a document, not a program"
    case .audio: "this is audio or video, not a program"
    case .font: "this is a font, not a program"
    case .database: "this is a database, not a program"
    case .executable: "this is a program for another machine, not for CHIP-8"
    case .webPage: "this is a web page, not a program: download the file itself"
    case .text: "this is text, not a program; the name of an Octo source ends in .8o"
    }
  }

  /// What some bytes are; nil if they may be a program.
  init?(_ bytes: [UInt8]) {
    for (magic, offset, kind) in Self.formats where bytes.count >= offset + magic.count {
      if bytes[offset..<offset + magic.count].elementsEqual(magic) {
        self = kind
        return
      }
    }
    guard let kind = Self.isForWindows(bytes) ? .executable : Self.text(bytes) else { return nil }
    self = kind
  }

  /// Formats by their bytes at an offset: such as no program begins with.
  private static let formats: [(magic: [UInt8], offset: Int, kind: ForeignFile)] = [
    (Array("CH8R".utf8), 0, .retroArchState),
    (Array("RASTATE".utf8), 0, .retroArchState),
    (Array("#RZIPv".utf8), 0, .retroArchState),
    ([0x89] + Array("PNG\r\n".utf8), 0, .picture),
    ([0xFF, 0xD8, 0xFF], 0, .picture),
    ([0, 0, 1, 0], 0, .picture),
    (Array("WEBP".utf8), 8, .picture),
    (Array("%PDF-".utf8), 0, .pdf),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], 0, .document),
    (Array("NES".utf8) + [0x1A], 0, .game),
    ([0xCE, 0xED, 0x66, 0x66, 0xCC, 0x0D, 0x00, 0x0B], 0x104, .game),
    ([0x7F] + Array("ELF".utf8), 0, .executable),
    ([0xCF, 0xFA, 0xED, 0xFE], 0, .executable),
    ([0x50, 0x4B, 3, 4], 0, .innerZip),
    ([0x1F, 0x8B, 8], 0, .archive),
    (Array("BZh".utf8) + [0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 0, .archive),
    ([0xFD] + Array("7zXZ".utf8) + [0], 0, .archive),
    (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], 0, .archive),
    (Array("Rar!".utf8) + [0x1A, 7], 0, .archive),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, .archive),
    (Array("ustar".utf8), 257, .archive),
    (Array("WAVEfmt ".utf8), 8, .audio),
    (Array("OggS".utf8) + [0], 0, .audio),
    (Array("fLaC".utf8) + [0], 0, .audio),
    (Array("ftyp".utf8), 4, .audio),
    (Array("ID3".utf8) + [3, 0], 0, .audio),
    (Array("ID3".utf8) + [4, 0], 0, .audio),
    (Array("wOFF".utf8), 0, .font),
    (Array("wOF2".utf8), 0, .font),
    (Array("SQLite format 3".utf8) + [0], 0, .database),
  ]

  /// Whether these are the bytes of an EXE or DLL file. Its first two alone may be an instruction.
  private static func isForWindows(_ bytes: [UInt8]) -> Bool {
    guard bytes.starts(with: Array("MZ".utf8)), bytes.count >= 0x40 else { return false }
    let start = Int(bytes[0x3C]) | Int(bytes[0x3D]) << 8
    return bytes.dropFirst(start).starts(with: Array("PE".utf8) + [0, 0])
  }

  /// The same for text, in whatever encoding. A program without any byte below 0x20 could not even
  /// jump; of the public ones a tenth at least are such bytes.
  private static func text(_ bytes: [UInt8]) -> ForeignFile? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .text }
    // White space, and what files of DOS end with.
    let harmless: [UInt8] = [0x09, 0x0A, 0x0C, 0x0D, 0x1A]
    guard
      !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || harmless.contains($0) }),
      bytes.count >= longTextByteCount || String(validating: bytes, as: UTF8.self) != nil
    else { return nil }
    let start = String(decoding: bytes.prefix(256), as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(16).lowercased()
    return ["<!doctype", "<html"].contains(where: start.hasPrefix)
      ? .webPage : .text
  }

  /// What is shorter could be a program for a test, so it is text only if it is in UTF-8.
  private static let longTextByteCount = 64
}
