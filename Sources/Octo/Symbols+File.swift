// Symbols+File.swift: symbols as bytes of a file, and back. docs/SYMBOLS.md describes the format.

import JSON

/// Why a file cannot be included, or holds no symbols that could be used.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What follows the name of a file that is included (`does not exist`), else a sentence without the name.
  public let description: String

  /// An error for this reason.
  public init(_ description: String) { self.description = description }
}

extension Symbols {
  /// The largest symbol file that is read.
  public static let maxByteCount = 32 << 20

  /// Reads a symbol file. Whatever is in it, nothing is taken over that the format does not allow.
  public init(file bytes: [UInt8]) throws(FileError) {
    guard bytes.count <= Symbols.maxByteCount else {
      throw FileError("a symbol file has at most 32 MiB")
    }
    let file: SymbolFile
    do throws(JSONError) {
      file = try JSON.decode(SymbolFile.self, from: bytes)
    } catch {
      throw FileError("not a symbol file" + Symbols.place(of: error))
    }
    try file.check()
    try self.init(file)
  }

  /// The symbols as a file; the same symbols always give the same bytes.
  public func file() throws -> [UInt8] {
    Array((try JSON.encode(SymbolFile(self)) + "\n").utf8)
  }

  private init(_ file: SymbolFile) throws(FileError) {
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
  ) throws(FileError) {
    guard texts.updateValue(text, forKey: address) == nil else {
      throw FileError("there are two \(what) at \(address)")
    }
  }

  /// What is wrong, and where.
  private static func place(of error: JSONError) -> String {
    let path = error.path.prefix(4).joined(separator: ".")
    return path.isEmpty ? ": it \(error.reason)" : ": \(quoted(path)) \(error.reason)"
  }
}

/// The members of a symbol file, as they stand in it.
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
  func check() throws(FileError) {
    guard format == SymbolFile.format else {
      throw FileError("not a symbol file")
    }
    guard version == SymbolFile.version else {
      throw FileError("the symbol file has version \(version); only version 1 is supported")
    }
    if let program {
      let isDigest = program.sha1.utf8.count == 40 && program.sha1.allSatisfy(\.isHexDigit)
      guard isDigest, (0...Image.size - Image.origin).contains(program.byteCount) else {
        throw FileError("its member program is invalid")
      }
    }
    for (name, address) in labels ?? [:] {
      try SymbolFile.checkAddress(address, "the label \(quoted(name))")
    }
    for (name, register) in aliases ?? [:] where !(0...15).contains(register) {
      throw FileError("the alias \(quoted(name)) is \(register), which is not a register")
    }
    for breakpoint in breakpoints ?? [] {
      try SymbolFile.checkAddress(breakpoint.address, "the breakpoint \(quoted(breakpoint.name))")
    }
    for comment in comments ?? [] { try SymbolFile.checkAddress(comment.address, "a comment") }
    try checkLines()
  }

  private func checkLines() throws(FileError) {
    var end = 0
    for run in lines ?? [] {
      guard
        run.address >= end, (1...Image.size).contains(run.byteCount),
        run.address <= Image.size - run.byteCount, (1...Int(Int32.max)).contains(run.line)
      else { throw FileError("its lines at \(run.address) are invalid") }
      end = run.address + run.byteCount
    }
  }

  static func checkAddress(_ address: Int, _ what: String) throws(FileError) {
    guard (0...Image.size).contains(address) else {
      throw FileError("\(what) is at \(address), which is not an address")
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

  func checked() throws(FileError) -> Assembly.Monitor {
    let base: Assembly.Monitor.Base
    switch (register, address) {
    case (let register?, nil) where (0...15).contains(register): base = .register(register)
    case (nil, let address?):
      try SymbolFile.checkAddress(address, "the monitor \(quoted(name))")
      base = .memory(address)
    default:
      throw FileError("the monitor \(quoted(name)) needs either a register or an address")
    }
    let display: Assembly.Monitor.Display? =
      switch (bytes, format) {
      case (let bytes?, nil) where (0...0xFFFF).contains(bytes): .bytes(bytes)
      case (nil, let format?): Assembly.Monitor.pieces(of: format).map { .format($0) }
      default: nil
      }
    guard let display else {
      throw FileError("the monitor \(quoted(name)) needs either bytes or a format")
    }
    return Assembly.Monitor(name: name, base: base, display: display)
  }
}
