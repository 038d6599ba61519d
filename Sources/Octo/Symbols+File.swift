// Symbols+File.swift: symbols as bytes of a file, and back. docs/SYMBOLS.md describes the format.

import JSON

/// Why a file holds no symbols that could be used.
public enum SymbolFileError: Error, Equatable, CustomStringConvertible {
  /// It has more than 32 MiB.
  case tooLarge
  /// It has another format; if it is JSON's fault, what is wrong.
  case notSymbols(JSONError?)
  /// It has a version that is not known.
  case version(Int)
  /// What it says of its program cannot be.
  case program
  /// Its address for a label, breakpoint, monitor or comment is none. All but comments have names.
  case notAnAddress(Int, of: String, name: String?)
  /// It has two breakpoints, or two comments, at an address.
  case duplicate(String, address: Int)
  /// Its alias of that name is of a register that there is not.
  case alias(String, register: Int)
  /// Its monitor of that name has not one of register and address, or not one of bytes and format.
  case monitorBase(String), monitorDisplay(String)
  /// Its lines are out of order or out of range from an address on.
  case lines(address: Int)

  /// One sentence without the file's name.
  public var description: String {
    switch self {
    case .tooLarge: "a symbol file has at most 32 MiB"
    case .notSymbols(let error): "not a symbol file" + (error.map(SymbolFileError.place) ?? "")
    case .version(let version):
      "the symbol file has version \(version); only version 1 is supported"
    case .program: "its member program is invalid"
    case .notAnAddress(let address, let member, let name):
      (name.map { "the \(member) \(quoted($0))" } ?? "a \(member)")
        + " is at \(address), which is not an address"
    case .duplicate(let members, let address): "there are two \(members) at \(address)"
    case .alias(let name, let register):
      "the alias \(quoted(name)) is \(register), which is not a register"
    case .monitorBase(let name):
      "the monitor \(quoted(name)) needs either a register or an address"
    case .monitorDisplay(let name):
      "the monitor \(quoted(name)) needs either bytes or a format"
    case .lines(let address): "its lines at \(address) are invalid"
    }
  }

  private static func place(of error: JSONError) -> String {
    let path = error.path.prefix(4).joined(separator: ".")
    return path.isEmpty ? ": it \(error.reason)" : ": \(quoted(path)) \(error.reason)"
  }
}

extension Symbols {
  /// The largest symbol file that is read.
  public static let maxByteCount = 32 << 20

  /// Reads a symbol file. Whatever is in it, nothing is taken over that the format does not allow.
  public init(file bytes: [UInt8]) throws(SymbolFileError) {
    guard bytes.count <= Symbols.maxByteCount else { throw .tooLarge }
    let file: SymbolFile
    do throws(JSONError) { file = try SymbolFile(JSONMembers(document: bytes)) } catch {
      throw .notSymbols(error)
    }
    try file.check()
    try self.init(file)
  }

  /// The symbols as a file; the same symbols always give the same bytes.
  public func file() -> [UInt8] {
    func notes(_ notes: [Int: String], _ name: String) -> [JSONObject] {
      notes.sorted { $0.key < $1.key }.map { ["address": $0.key, name: $0.value] }
    }
    let program = program.map { ["bytes": $0.byteCount, "sha1": $0.sha1] as JSONObject }
    let object = JSONObject.withoutNulls([
      "format": SymbolFile.format, "version": SymbolFile.version, "source": source,
      "program": program, "labels": JSONObject(labels), "constants": JSONObject(constants),
      "aliases": JSONObject(aliases), "breakpoints": notes(breakpoints, "name"),
      "monitors": monitors.map(\.json), "lines": lines.map(\.json),
      "comments": comments.isEmpty ? nil : notes(comments, "text"),
    ])
    return Array((object.encoded() + "\n").utf8)
  }

  private init(_ file: SymbolFile) throws(SymbolFileError) {
    source = file.source
    program = file.program.map {
      ProgramIdentity(byteCount: $0.byteCount, sha1: $0.sha1.lowercased())
    }
    (labels, constants, aliases) = (file.labels, file.constants, file.aliases)
    for breakpoint in file.breakpoints {
      try Symbols.add(breakpoint.text, at: breakpoint.address, to: &breakpoints, "breakpoints")
    }
    for comment in file.comments {
      try Symbols.add(comment.text, at: comment.address, to: &comments, "comments")
    }
    for monitor in file.monitors { monitors.append(try monitor.checked()) }
    lines = file.lines
  }

  private static func add(
    _ text: String, at address: Int, to texts: inout [Int: String], _ what: String
  ) throws(SymbolFileError) {
    guard texts.updateValue(text, forKey: address) == nil else {
      throw .duplicate(what, address: address)
    }
  }
}

/// The members of a symbol file, as they are in it.
private struct SymbolFile {
  /// A breakpoint or a comment.
  struct Note {
    let address: Int
    let text: String

    init(_ members: JSONMembers, _ name: String) throws(JSONError) {
      (address, text) = (try members.requiredInteger("address"), try members.requiredText(name))
    }
  }

  struct MonitorMember {
    let name: String
    let register: Int?
    let address: Int?
    let bytes: Int?
    let format: String?

    init(_ members: JSONMembers) throws(JSONError) {
      name = try members.requiredText("name")
      (register, address) = (try members.integer("register"), try members.integer("address"))
      (bytes, format) = (try members.integer("bytes"), try members.text("format"))
    }
  }

  static let format = "chip8-symbols"
  static let version = 1

  let format: String
  let version: Int
  let source: String?
  let program: Symbols.ProgramIdentity?
  let labels: [String: Int]
  let constants: [String: Double]
  let aliases: [String: Int]
  let breakpoints: [Note]
  let monitors: [MonitorMember]
  let lines: [Symbols.LineRun]
  let comments: [Note]

  init(_ members: JSONMembers) throws(JSONError) {
    format = try members.requiredText("format")
    version = try members.requiredInteger("version")
    source = try members.text("source")
    program = try members.object("program").map { program throws(JSONError) in
      Symbols.ProgramIdentity(
        byteCount: try program.requiredInteger("bytes"), sha1: try program.requiredText("sha1"))
    }
    labels = try members.table("labels", "a whole number in range") { $0.integer() }
    constants = try members.table("constants", "a number", \.real)
    aliases = try members.table("aliases", "a whole number in range") { $0.integer() }
    breakpoints = try members.elements("breakpoints").map { note throws(JSONError) in
      try Note(note, "name")
    }
    monitors = try members.elements("monitors").map(MonitorMember.init)
    lines = try members.elements("lines").map(Symbols.LineRun.init)
    comments = try members.elements("comments").map { note throws(JSONError) in
      try Note(note, "text")
    }
  }

  /// Checks every number; names may be any.
  func check() throws(SymbolFileError) {
    guard format == SymbolFile.format else { throw .notSymbols(nil) }
    guard version == SymbolFile.version else { throw .version(version) }
    if let program {
      let isDigest = program.sha1.utf8.count == 40 && program.sha1.allSatisfy(\.isHexDigit)
      guard isDigest, (0...Image.size - Image.origin).contains(program.byteCount) else {
        throw .program
      }
    }
    for (name, address) in labels {
      try SymbolFile.checkAddress(address, of: "label", name)
    }
    for (name, register) in aliases where !(0...15).contains(register) {
      throw .alias(name, register: register)
    }
    for breakpoint in breakpoints {
      try SymbolFile.checkAddress(breakpoint.address, of: "breakpoint", breakpoint.text)
    }
    for comment in comments { try SymbolFile.checkAddress(comment.address, of: "comment") }
    try checkLines()
  }

  private func checkLines() throws(SymbolFileError) {
    var end = 0
    for run in lines {
      guard
        run.address >= end, (1...Image.size).contains(run.byteCount),
        run.address <= Image.size - run.byteCount, (1...Int(Int32.max)).contains(run.line)
      else { throw .lines(address: run.address) }
      end = run.address + run.byteCount
    }
  }

  static func checkAddress(
    _ address: Int, of member: String, _ name: String? = nil
  ) throws(SymbolFileError) {
    guard (0...Image.size).contains(address) else {
      throw .notAnAddress(address, of: member, name: name)
    }
  }
}

extension Symbols.LineRun {
  fileprivate init(_ members: JSONMembers) throws(JSONError) {
    self.init(
      address: try members.requiredInteger("address"),
      byteCount: try members.requiredInteger("bytes"),
      line: try members.requiredInteger("line"), source: try members.text("source"))
  }

  fileprivate var json: JSONObject {
    .withoutNulls(["address": address, "bytes": byteCount, "line": line, "source": source])
  }
}

extension Assembly.Monitor {
  fileprivate var json: JSONObject {
    var json: JSONObject = ["name": name]
    switch base {
    case .register(let register): json.set("register", register)
    case .memory(let address): json.set("address", address)
    }
    switch display {
    case .bytes(let count): json.set("bytes", count)
    case .format(let pieces): json.set("format", Assembly.Monitor.format(of: pieces))
    }
    return json
  }
}

extension SymbolFile.MonitorMember {
  func checked() throws(SymbolFileError) -> Assembly.Monitor {
    let base: Assembly.Monitor.Base
    switch (register, address) {
    case (let register?, nil) where (0...15).contains(register): base = .register(register)
    case (nil, let address?):
      try SymbolFile.checkAddress(address, of: "monitor", name)
      base = .memory(address)
    default: throw .monitorBase(name)
    }
    let display: Assembly.Monitor.Display? =
      switch (bytes, format) {
      case (let bytes?, nil) where (0...0xFFFF).contains(bytes): .bytes(bytes)
      case (nil, let format?): Assembly.Monitor.pieces(of: format).map { .format($0) }
      default: nil
      }
    guard let display else { throw .monitorDisplay(name) }
    return Assembly.Monitor(name: name, base: base, display: display)
  }
}
