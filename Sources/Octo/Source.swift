// Source.swift: the text being assembled, and the places in it.

/// The text of a program and its name.
struct Source {
  let name: String
  let bytes: [UInt8]

  /// Takes the bytes of `text`, without the byte order mark some editors begin files with.
  init(_ text: String, named name: String) {
    self.name = name
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = Array(text.utf8)
    self.bytes = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// The error which says `message` about the byte at `offset`.
  func error(_ message: String, at offset: Int) -> AssemblyError {
    let newline = UInt8(ascii: "\n")
    let offset = min(offset, bytes.count)
    let start = bytes[..<offset].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
    var text = bytes[start..<end]
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    return AssemblyError(
      file: name,
      line: 1 + bytes[..<start].count { $0 == newline },
      column: 1 + String(decoding: bytes[start..<offset], as: UTF8.self).count,
      message: message,
      sourceLine: String(decoding: text, as: UTF8.self)
    )
  }
}
