// What Package.swift says, and what is in the sources.

import Foundation

/// The package's own directory.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// A target of the package.
struct Target {
  let name: String
  let isTest: Bool
  /// The names of the targets and products that it depends on.
  let dependencies: Set<String>
}

/// The targets that a manifest declares, without those that only name a library of the system.
func targets(in manifest: String) throws -> [Target] {
  let start = try Regex(#"\.(target|executableTarget|testTarget)\(\s*name: "(\w+)""#)
  var targets: [Target] = []
  var rest = manifest[(manifest.range(of: "targets: [\n")?.upperBound ?? manifest.startIndex)...]
  while let match = try start.firstMatch(in: rest) {
    let declaration = balanced(rest[match.range.lowerBound...], "(", ")")
    targets.append(
      Target(
        name: String(match.output[2].substring ?? ""),
        isTest: match.output[1].substring == "testTarget",
        dependencies: try dependencies(in: declaration)))
    rest = rest[declaration.endIndex...]
  }
  return targets
}

private func dependencies(in declaration: Substring) throws -> Set<String> {
  guard let list = declaration.range(of: "dependencies: [") else { return [] }
  let text = String(balanced(declaration[list.lowerBound...], "[", "]"))
    .replacing(try Regex(#"package: "[^"]*"|traits: \[[^\]]*\]"#), with: "")
  return Set(
    text.matches(of: try Regex(#""([^"]+)""#)).compactMap { $0.output[1].substring }.map {
      String($0)
    })
}

/// The beginning of a text up to the mark that closes the first one that opens.
private func balanced(_ text: Substring, _ open: Character, _ close: Character) -> Substring {
  var depth = 0
  for index in text.indices {
    if text[index] == open { depth += 1 }
    guard text[index] == close else { continue }
    depth -= 1
    if depth == 0 { return text[...index] }
  }
  return text
}

/// A line of a source.
struct Line {
  /// The file, from the package's directory.
  let path: String
  let number: Int
  let text: String

  var place: String { "\(path):\(number): \(text)" }

  /// Whether there is nothing but a comment or documentation in it.
  var isComment: Bool { path.hasSuffix(".md") || text.drop { $0 == " " }.starts(with: "//") }

  /// What it imports, if it does: a module, or one thing of it.
  var imported: String? {
    let code = text.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
    let words = code.split(whereSeparator: { $0 == " " || $0 == ";" }).drop {
      $0.first == "@" || Line.beforeImport.contains(String($0))
    }
    guard words.first == "import", words.count < 4, !code.contains(",") else { return nil }
    return words.dropFirst().joined(separator: " ")
  }

  private static let beforeImport: Set<String> = [
    "fileprivate", "internal", "package", "private", "public",
  ]
}

/// The lines of all Swift sources and articles below a directory of the package.
func lines(below directory: String) throws -> [Line] {
  let files = try FileManager.default.subpathsOfDirectory(
    atPath: root.appending(path: directory).path)
  return try files.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".md") }.sorted().flatMap {
    file in
    let path = "\(directory)/\(file)"
    return try lines(String(contentsOf: root.appending(path: path), encoding: .utf8), in: path)
  }
}

/// The lines of a source.
func lines(_ text: String, in path: String) -> [Line] {
  text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
    Line(path: path, number: $0 + 1, text: String($1))
  }
}
