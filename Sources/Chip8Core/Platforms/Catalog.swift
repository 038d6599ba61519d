import SaveState
import Synchronization

/// What the community knows about a program: how it wants to be run and looked at (docs/SOURCES.md).
public struct KnownProgram: Sendable {
  /// What the program is called.
  public let title: String
  /// The machine that it is played on, its speed and its quirks with it.
  public let configuration: Configuration
  /// The keys that the program uses for what an arrow key or a button would do: `up`, `a`, ….
  public let keys: [String: UInt8]
  /// Colours for the pixel values 0 to 3, as far as the program names them: 0xRRGGBB.
  public let colors: [UInt32]

  /// How far the picture is turned clockwise: 0, 90, 180 or 270 degrees.
  public let rotation: Int

  /// What is known of a program, by the SHA-1 of its bytes. Dumps of some have gained zeros at their
  /// end: those are found as well.
  public static func find(_ program: Program) -> KnownProgram? {
    Catalog.programs[program.sha1.description] ?? Catalog.padded(program)
  }
}

enum Catalog {
  /// Facts from the chip-8-database project, what the authors in chip8Archive say of their programs,
  /// and our own. Each table takes precedence over those before it.
  static let tables = [
    PackageResources.programs_tsv, PackageResources.archive_tsv, PackageResources.more_programs_tsv,
  ]

  static let programs = tables.reduce(into: [:]) { all, table in
    all.merge(programs(in: table)) { _, later in later }
  }

  /// The program with zeros at its end that was looked up last: whoever asks, asks often.
  private static let lastPadded = Mutex<(sha1: Digest, known: KnownProgram?)?>(nil)

  /// The longest known program that a program is with zeros appended. Many that are known end with
  /// zeros of their own, so any number of them may be too many.
  static func padded(_ program: Program) -> KnownProgram? {
    let limit = Platform.xochip.maxProgramByteCount
    guard program.bytes.last == 0, program.bytes.count <= limit else { return nil }
    return lastPadded.withLock { last in
      if let last, last.sha1 == program.sha1 { return last.known }
      let count = 1 + (program.bytes.lastIndex { $0 != 0 } ?? -1)
      var known: KnownProgram?
      for digest in Digest.sha1(ofPrefixesOf: program.bytes, from: count) {
        known = programs[digest.description] ?? known
      }
      last = (program.sha1, known)
      return known
    }
  }

  private static func programs(in table: [UInt8]) -> [String: KnownProgram] {
    let text = String(decoding: table, as: UTF8.self)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let columns = rows.first else { return [:] }
    var programs: [String: KnownProgram] = [:]
    for row in rows.dropFirst() {
      let fields = Dictionary(zip(columns, row), uniquingKeysWith: { first, _ in first })
      if let sha1 = fields["sha1"] { programs[sha1] = KnownProgram(fields) }
    }
    return programs
  }
}

extension KnownProgram {
  /// A row of the table, by its columns. Nil if we have none of its platforms.
  fileprivate init?(_ fields: [String: String]) {
    let overrides = list(fields["quirk_overrides"], separator: ";").map {
      (platform: $0.prefix { $0 != ":" }, quirks: $0.drop { $0 != ":" }.dropFirst())
    }
    let overridden = overrides.first { CommunityPlatform($0.platform) != nil }
    let listed = list(fields["platforms"], separator: ",").compactMap { CommunityPlatform($0) }
    guard let platform = overridden.flatMap({ CommunityPlatform($0.platform) }) ?? listed.first
    else { return nil }
    var configuration = Configuration(platform.ours)
    configuration.instructionsPerFrame =
      fields["ipf"].flatMap { Int($0) } ?? platform.instructionsPerFrame
    for (name, value) in pairs(overridden.map { String($0.quirks) }) {
      guard let quirk = Quirks(named: name) else { continue }
      if value == "on" {
        configuration.quirks.insert(quirk)
      } else {
        configuration.quirks.remove(quirk)
      }
    }
    if fields["font"] == "fish" { configuration.font = .fish }
    if fields["font"] == "octo" { configuration.font = .octo }
    title = fields["title"] ?? ""
    self.configuration = configuration
    keys = Dictionary(
      pairs(fields["keys"]).compactMap { name, key in
        UInt8(key, radix: 16).map { (name, $0) }
      }, uniquingKeysWith: { first, _ in first })
    rotation = fields["rotation"].flatMap { Int($0) } ?? 0
    colors = list(fields["colors"], separator: ",").compactMap { UInt32($0.dropFirst(), radix: 16) }
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

private func list(_ text: String?, separator: Character) -> [Substring] {
  text?.split(separator: separator) ?? []
}

/// `name=value,name=value`.
private func pairs(_ text: String?) -> [(name: String, value: String)] {
  list(text, separator: ",").compactMap {
    let parts = $0.split(separator: "=")
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
