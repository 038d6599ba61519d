import SaveState
import Synchronization

/// What the community knows about a program: how it wants to be run and looked at (docs/SOURCES.md).
public struct KnownProgram: Sendable {
  /// The SHA-1 of its bytes, without what dumps of it have at their end.
  public let sha1: Digest
  /// What the program is called.
  public let title: String
  /// The machine that it is played on, its speed and its quirks with it.
  public let configuration: Configuration
  /// Colours for the pixel values 0 to 3, as far as the program names them: 0xRRGGBB.
  public let colors: [UInt32]

  /// The same for all four values, with the standard colour where the program names none.
  public var allColors: [UInt32] {
    Screen.standardColors.enumerated().map { value, standard in
      value < colors.count ? colors[value] : standard
    }
  }

  /// How far the picture is turned clockwise: 0, 90, 180 or 270 degrees.
  public let rotation: Int

  /// What is known of a program, by the SHA-1 of its bytes. Dumps of some have gained zeros at their
  /// end: those are found as well.
  public static func find(_ program: Program) -> KnownProgram? {
    Catalog.find(program.sha1) ?? Catalog.padded(program)
  }
}

enum Catalog {
  /// Facts from the chip-8-database project, what the authors in chip8Archive say of their programs,
  /// and our own. Each table takes precedence over those before it. A line that names the columns is
  /// first, then there is a row for each program, in the order of their SHA-1.
  static let tables = [
    PackageResources.programs_tsv, PackageResources.archive_tsv, PackageResources.more_programs_tsv,
  ].map { DigestTable($0) }

  /// The program with this SHA-1. Only its row is read: to read all of them would take longer than
  /// all else that a short run does.
  static func find(_ sha1: Digest) -> KnownProgram? {
    for table in tables.reversed() {
      if let row = table.row(of: sha1), let known = KnownProgram(row, sha1) { return known }
    }
    return nil
  }

  /// The program with zeros at its end that was looked up last, for repeated look-ups.
  private static let lastPadded = Mutex<(sha1: Digest, known: KnownProgram?)?>(nil)

  /// The longest known program that a program is with zeros appended. Many that are known end with
  /// zeros of their own, so any number of them may be too many.
  static func padded(_ program: Program) -> KnownProgram? {
    let limit = Platform.largestProgramByteCount
    guard program.bytes.last == 0, program.bytes.count <= limit else { return nil }
    return lastPadded.withLock { last in
      if let last, last.sha1 == program.sha1 { return last.known }
      let count = 1 + (program.bytes.lastIndex { $0 != 0 } ?? -1)
      var known: KnownProgram?
      for digest in Digest.sha1(ofPrefixesOf: program.bytes, from: count) {
        known = find(digest) ?? known
      }
      last = (program.sha1, known)
      return known
    }
  }
}

extension KnownProgram {
  /// The columns of the tables, in their order.
  private enum Column: Int {
    case sha1, title, platforms, ipf, quirks, colors, rotation, font
  }

  /// A row of a table. Nil if we have none of its platforms.
  fileprivate init?(_ row: ArraySlice<UInt8>, _ sha1: Digest) {
    let fields = row.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    func field(_ column: Column) -> String {
      fields.count > column.rawValue ? String(decoding: fields[column.rawValue], as: UTF8.self) : ""
    }
    let overrides = field(.quirks).split(separator: ";").map {
      (platform: $0.prefix { $0 != ":" }, quirks: $0.drop { $0 != ":" }.dropFirst())
    }
    let overridden = overrides.first { CommunityPlatform($0.platform) != nil }
    let listed = field(.platforms).split(separator: ",").lazy.compactMap { CommunityPlatform($0) }
    guard let platform = overridden.flatMap({ CommunityPlatform($0.platform) }) ?? listed.first
    else { return nil }
    var configuration = Configuration(platform.ours)
    configuration.instructionsPerFrame = Int(decimal: field(.ipf)) ?? platform.instructionsPerFrame
    for (name, value) in pairs(overridden.map { String($0.quirks) } ?? "") {
      guard let quirk = Quirks(named: name) else { continue }
      if value == "on" {
        configuration.quirks.insert(quirk)
      } else {
        configuration.quirks.remove(quirk)
      }
    }
    if field(.font) == "fish" { configuration.font = .fish }
    if field(.font) == "octo" { configuration.font = .octo }
    self.sha1 = sha1
    title = field(.title)
    self.configuration = configuration
    rotation = Int(decimal: field(.rotation)) ?? 0
    colors = field(.colors).split(separator: ",").compactMap { UInt32(hexadecimal: $0.dropFirst()) }
  }
}

/// A platform of the community's database that one of ours plays, with the speed that the
/// database gives it.
private struct CommunityPlatform {
  let ours: Platform
  let instructionsPerFrame: Int

  init?(_ name: some StringProtocol) {
    switch name {
    case "originalChip8", "hybridVIP": (ours, instructionsPerFrame) = (.vip, 15)
    case "modernChip8": (ours, instructionsPerFrame) = (.chip8, 12)
    case "chip48": (ours, instructionsPerFrame) = (.chip48, 30)
    case "superchip1": (ours, instructionsPerFrame) = (.schip10, 30)
    case "superchip": (ours, instructionsPerFrame) = (.schip, 30)
    case "xochip": (ours, instructionsPerFrame) = (.xochip, 100)
    // The database has no two-page programs; those of `more-programs.tsv` are called by our name.
    case "hires": (ours, instructionsPerFrame) = (.hires, 15)
    default: return nil
    }
  }
}

/// `name=value,name=value`.
private func pairs(_ text: String) -> [(name: String, value: String)] {
  text.split(separator: ",").compactMap {
    let parts = $0.split(separator: "=")
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
