// Source.swift: the texts being assembled, and the places in them.

/// One of the files that are assembled: the main one, or one that it includes.
struct Source {
  /// Where it is, from the directory of the main one.
  let path: String
  /// What it is called in errors.
  let name: String
  let bytes: [UInt8]
  /// The place of its first byte among those of all files.
  let firstOffset: Int
  /// The line before its first one, counted through all files.
  let firstLine: Int

  /// Takes the bytes of `text`, without the byte order mark some editors begin files with.
  init(
    _ text: String, at path: String, named name: String, firstOffset: Int = 0, firstLine: Int = 0
  ) {
    (self.path, self.name) = (path, name)
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = Array(text.utf8)
    self.bytes = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
    (self.firstOffset, self.firstLine) = (firstOffset, firstLine)
  }

  /// The error which says `message` about the byte at `offset` of this file.
  func error(_ message: String, at offset: Int) -> AssemblyError {
    let newline = UInt8(ascii: "\n")
    let offset = min(offset, bytes.count)
    let start = bytes[..<offset].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
    var text = bytes[start..<end]
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    let line = 1 + bytes[..<start].count { $0 == newline }
    return AssemblyError(
      file: name,
      line: line,
      column: 1 + String(decoding: bytes[start..<offset], as: UTF8.self).count,
      message: message,
      sourceLine: String(decoding: text, as: UTF8.self),
      position: firstLine + line
    )
  }
}

/// All files that are assembled, the main one first, in the order in which they were included.
///
/// Offsets and lines of tokens count through all of them, so that only what shows them has to
/// know that there are several.
struct Sources {
  private(set) var all: [Source]

  init(_ main: Source) { all = [main] }

  var main: Source { all[0] }

  /// Adds a file after the others.
  mutating func add(_ text: String, at path: String, named name: String) {
    let last = all[all.count - 1]
    let lineCount = 1 + last.bytes.count { $0 == UInt8(ascii: "\n") }
    all.append(
      Source(
        text, at: path, named: name, firstOffset: last.firstOffset + last.bytes.count + 1,
        firstLine: last.firstLine + lineCount))
  }

  /// The error which says `message` about the byte at `offset`.
  func error(_ message: String, at offset: Int) -> AssemblyError {
    let source = all.last { $0.firstOffset <= offset } ?? main
    return source.error(message, at: offset - source.firstOffset)
  }

  /// The file that a line is in, as its place in ``all``, and the line's number there.
  func place(ofLine line: Int) -> Assembly.Place {
    let file = all.lastIndex { $0.firstLine < line } ?? 0
    return Assembly.Place(file: file, line: line - all[file].firstLine)
  }

  /// A line as an error in the line `other` names it.
  func name(ofLine line: Int32, seenFrom other: Int32) -> String {
    let place = place(ofLine: Int(line))
    let name =
      place.file == self.place(ofLine: Int(other)).file ? "" : " of \(all[place.file].name)"
    return "line \(place.line)\(name)"
  }
}
