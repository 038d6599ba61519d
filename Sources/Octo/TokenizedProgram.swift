// TokenizedProgram.swift: a source and the files that it includes, as one row of tokens.

/// Reads a file that a source includes, by its path from the directory of the main source: names
/// that are separated by `/`, none of which is empty, `.` or `..`.
public typealias IncludeReader = (_ path: String) throws(IncludeError) -> String

/// Why a file cannot be included.
public enum IncludeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is none, or none that can be read.
  case missing, denied, notAFile, unreadable
  /// It has more bytes than that.
  case tooLarge(limit: Int)
  /// It is not UTF-8 text.
  case notUTF8
  /// The source that includes it is the only one where it is.
  case inCartridge, inZip, inStandardInput

  /// A sentence whose subject is the file.
  public var description: String {
    switch self {
    case .missing: "does not exist"
    case .denied: "cannot be read: permission denied"
    case .notAFile: "is not a regular file (links are not followed)"
    case .unreadable: "cannot be read"
    case .tooLarge(let limit): "is larger than \(limit >> 20) MiB"
    case .notUTF8: "is not UTF-8 text"
    case .inCartridge: "cannot be included in a cartridge, which holds one source"
    case .inZip: "cannot be included in a zip file: unpack it first"
    case .inStandardInput: "cannot be included by standard input: name a file"
    }
  }
}

/// The tokens of a program: those of each file that is included are in the place of its `:include`.
package struct TokenizedProgram {
  private(set) var sources: Sources
  private(set) var tokens: [Token] = []

  /// A file that is being read.
  private struct OpenFile {
    /// From the directory of the main file.
    let path: String
    var tokenizer: Tokenizer
  }

  private let limits: Limits
  private let reader: IncludeReader?
  /// What comes before a path in the name of a file: the directory of the main one.
  private let directory: Substring
  /// The files that include each other, the main one first.
  private var open: [OpenFile]
  /// The place of each file in ``sources``, by its path.
  private var indices: [String: Int] = [:]
  private var byteCount: Int

  /// Reads a program. What is wrong with its words is found here, and what is wrong with its files.
  package init(
    _ text: String, named name: String, including reader: IncludeReader? = nil,
    limits: Limits = Limits()
  ) throws(AssemblyError) {
    let nameStart = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    let main = Source(text, at: String(name[nameStart...]), named: name)
    self.limits = limits
    self.reader = reader
    directory = name[..<nameStart]
    sources = Sources(main)
    byteCount = main.bytes.count
    open = [OpenFile(path: main.path, tokenizer: Tokenizer(main))]
    indices[main.path] = 0
    guard byteCount <= limits.sourceBytes else { throw tooLong(at: 0) }
    while !open.isEmpty {
      guard let token = try open[open.count - 1].tokenizer.next() else {
        open.removeLast()
        continue
      }
      if isInclude(token) { try include(token) } else { tokens.append(token) }
    }
  }

  /// Whether a token is the directive, and no string of the same text.
  private func isInclude(_ token: Token) -> Bool {
    guard token.word == ":include", let source = open.last?.tokenizer.source else { return false }
    return source.bytes[Int(token.offset) - source.firstOffset] == UInt8(ascii: ":")
  }

  /// Opens the file whose name comes next.
  private mutating func include(_ directive: Token) throws(AssemblyError) {
    let name = try open[open.count - 1].tokenizer.next()
    guard let token = name, let file = token.word else {
      throw error("`:include` takes the name of a file, such as \"sprites.8o\"", at: directive)
    }
    let path = try path(of: file, at: token)
    if let start = open.firstIndex(where: { $0.path == path }) {
      let chain = (open[start...].map(\.path) + [path]).map { quoted($0) }
      throw error(
        "files include each other in a circle: \(chain.joined(separator: ", "))", at: token)
    }
    guard open.count <= limits.includeDepth else {
      throw error("files include each other more than \(limits.includeDepth) deep", at: token)
    }
    let index = try index(of: path, at: token)
    byteCount += sources.all[index].bytes.count
    guard byteCount <= limits.sourceBytes else { throw tooLong(at: Int(token.offset)) }
    open.append(OpenFile(path: path, tokenizer: Tokenizer(sources.all[index])))
  }

  /// The path of a file from the directory of the main one, by its path from the one that includes it.
  private func path(of file: String, at token: Token) throws(AssemblyError) -> String {
    var names = open.last.map { $0.path.split(separator: "/").dropLast() } ?? []
    for name in file.split(separator: "/", omittingEmptySubsequences: false) {
      switch name {
      case "..":
        guard names.popLast() != nil else {
          throw error(
            "\(quoted(file)) is outside the directory of the main source", at: token)
        }
      case ".": break
      default:
        guard !name.isEmpty, !name.utf8.contains(0) else {
          throw error(
            "\(quoted(file)) is not the name of a file below the directory of the main source",
            at: token)
        }
        names.append(name)
      }
    }
    guard let last = file.split(separator: "/").last, ![".", ".."].contains(last) else {
      throw error("\(quoted(file)) is not the name of a file", at: token)
    }
    return names.joined(separator: "/")
  }

  /// The place of a file in ``sources``; it is read when it is included first.
  private mutating func index(of path: String, at token: Token) throws(AssemblyError) -> Int {
    if let index = indices[path] { return index }
    guard sources.all.count < limits.files else {
      throw error("a program has at most \(limits.files) files", at: token)
    }
    guard let reader else {
      throw error("`:include` needs a source that is a file", at: token)
    }
    let name = String(directory) + path
    let text: String
    do throws(IncludeError) {
      text = try reader(path)
    } catch { throw self.error("\(quoted(path)) \(error)", at: token) }
    sources.add(text, at: path, named: name)
    indices[path] = sources.all.count - 1
    return sources.all.count - 1
  }

  private func error(_ message: String, at token: Token) -> AssemblyError {
    sources.error(message, at: Int(token.offset))
  }

  private func tooLong(at offset: Int) -> AssemblyError {
    let what = sources.all.count > 1 ? "this source and what it includes are" : "this source is"
    return sources.error(
      "\(what) longer than the \(limits.sourceBytes) bytes it may have", at: offset)
  }
}
