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
    do throws(JSONError) { file = try JSON.decode(SymbolFile.self, from: bytes) } catch {
      throw .notSymbols(error)
    }
    try file.check()
    try self.init(file)
  }

  /// The symbols as a file; the same symbols always give the same bytes.
  public func file() throws -> [UInt8] {
    Array((try JSON.encode(SymbolFile(self)) + "\n").utf8)
  }

  private init(_ file: SymbolFile) throws(SymbolFileError) {
    source = file.source
    program = file.program.map {
      ProgramIdentity(byteCount: $0.byteCount, sha1: $0.sha1.lowercased())
    }
    labels = file.labels ?? [:]
    constants = file.constants ?? [:]
    aliases = file.aliases ?? [:]
    for breakpoint in file.breakpoints ?? [] {
      try Symbols.add(breakpoint.name, at: breakpoint.address, to: &breakpoints, "breakpoints")
    }
    for comment in file.comments ?? [] {
      try Symbols.add(comment.text, at: comment.address, to: &comments, "comments")
    }
    for monitor in file.monitors ?? [] { monitors.append(try monitor.checked()) }
    lines = file.lines ?? []
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
private struct SymbolFile: Codable {
  struct Breakpoint: Codable {
    let address: Int
    let name: String
  }

  struct MonitorMember: Codable {
    let name: String
    var register: Int?
    var address: Int?
    var bytes: Int?
    var format: String?
  }

  struct Comment: Codable {
    let address: Int
    let text: String
  }

  static let format = "chip8-symbols"
  static let version = 1

  let format: String
  let version: Int
  let source: String?
  let program: Symbols.ProgramIdentity?
  let labels: [String: Int]?
  let constants: [String: Double]?
  let aliases: [String: Int]?
  let breakpoints: [Breakpoint]?
  let monitors: [MonitorMember]?
  let lines: [Symbols.LineRun]?
  let comments: [Comment]?

  init(_ symbols: Symbols) {
    format = SymbolFile.format
    version = SymbolFile.version
    source = symbols.source
    program = symbols.program
    labels = symbols.labels
    constants = symbols.constants
    aliases = symbols.aliases
    breakpoints = symbols.breakpoints.sorted { $0.key < $1.key }
      .map { Breakpoint(address: $0.key, name: $0.value) }
    monitors = symbols.monitors.map(MonitorMember.init)
    lines = symbols.lines
    comments =
      symbols.comments.isEmpty
      ? nil
      : symbols.comments.sorted { $0.key < $1.key }
        .map { Comment(address: $0.key, text: $0.value) }
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
    for (name, address) in labels ?? [:] {
      try SymbolFile.checkAddress(address, of: "label", name)
    }
    for (name, register) in aliases ?? [:] where !(0...15).contains(register) {
      throw .alias(name, register: register)
    }
    for breakpoint in breakpoints ?? [] {
      try SymbolFile.checkAddress(breakpoint.address, of: "breakpoint", breakpoint.name)
    }
    for comment in comments ?? [] { try SymbolFile.checkAddress(comment.address, of: "comment") }
    try checkLines()
  }

  private func checkLines() throws(SymbolFileError) {
    var end = 0
    for run in lines ?? [] {
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

extension SymbolFile.MonitorMember {
  init(_ monitor: Assembly.Monitor) {
    name = monitor.name
    switch monitor.base {
    case .register(let register): self.register = register
    case .memory(let address): self.address = address
    }
    switch monitor.display {
    case .bytes(let count): bytes = count
    case .format(let pieces): format = Assembly.Monitor.format(of: pieces)
    }
  }

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
