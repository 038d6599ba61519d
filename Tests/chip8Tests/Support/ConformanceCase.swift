// ConformanceCase.swift: what is in a directory of Tests/Conformance. Format: the README.md there.

import Foundation
import SaveState
import Testing

struct ConformanceCase: Decodable, Sendable {
  struct Screen: Decodable, Sendable {
    let width: Int
    let height: Int
    let sha1: String
  }

  struct Fault: Decodable, Sendable {
    let kind: String
    let pc: UInt16
  }

  let about: String
  let rom: String?
  let program: String?
  let romSha1: String
  let platforms: [String]
  let ipf: Int?
  let quirks: [String]?
  let pokes: [String]?
  let keys: String?
  let opcodes: [String]?
  let until: String?
  let fault: Fault?
  let frames: Int?
  let lasts: [String: Int]?
  let screen: Screen?
  let sound: String?
  let tones: [String]?

  /// A run that should have come to its end is stopped here.
  static let maxFrames = 5000

  init(directory name: String) throws {
    let file = ConformanceCase.directory(name).appendingPathComponent("case.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(ConformanceCase.self, from: Data(contentsOf: file))
  }

  /// What the machine and the run need, on the command line.
  func options(on platform: String) -> [String] {
    var options = ["--platform", platform, "--frames", "\(frames ?? ConformanceCase.maxFrames)"]
    for (option, values) in [
      ("--until", until.flatMap { $0 == "fault" ? nil : [$0] }), ("--ipf", ipf.map { ["\($0)"] }),
      ("--quirk", quirks),
      ("--poke", pokes), ("--keys", keys.map { [$0] }),
    ] {
      for value in values ?? [] { options += [option, value] }
    }
    return options
  }

  /// The screen as text, if the case has it.
  static func picture(of name: String) -> String? {
    try? String(contentsOf: directory(name).appendingPathComponent("screen.txt"), encoding: .utf8)
  }

  /// The bytes of the program, by their SHA-1.
  func programBytes() throws -> [UInt8] {
    let bytes: [UInt8]
    if let program {
      let digits = program.filter { !$0.isWhitespace }
      bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(digits.dropFirst($0).prefix(2), radix: 16)
      }
    } else if let rom, rom.contains("/") {
      bytes = Array(try Data(contentsOf: ConformanceCase.root.appendingPathComponent(rom)))
    } else {
      bytes = try #require(
        ConformanceCase.suite[romSha1],
        "CHIP8_TEST_SUITE has no file with the SHA-1 \(romSha1), \(rom ?? "")")
    }
    #expect("\(Digest.sha1(bytes))" == romSha1)
    return bytes
  }

  // MARK: Directories

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func directory(_ name: String) -> URL {
    root.appendingPathComponent("Tests/Conformance").appendingPathComponent(name)
  }

  /// The cases' directories.
  static let names: [String] = {
    let all = try? FileManager.default.contentsOfDirectory(atPath: directory("").path)
    return (all ?? []).filter { !$0.contains(".") }.sorted()
  }()

  /// Where the programs of the public suite are, if the user has them.
  static let suiteDirectory = ProcessInfo.processInfo.environment["CHIP8_TEST_SUITE"]

  /// The programs of the public suite by their SHA-1.
  private static let suite: [String: [UInt8]] = {
    guard let suiteDirectory else { return [:] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: suiteDirectory)) ?? []
    let files = names.compactMap {
      try? Storage.read("\(suiteDirectory)/\($0)", limit: 65024)
    }
    return Dictionary(files.map { ("\(Digest.sha1($0))", $0) }, uniquingKeysWith: { $1 })
  }()
}
