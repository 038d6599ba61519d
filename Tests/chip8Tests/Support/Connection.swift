// Connection.swift: what two sides of a move speak through, of which the test is one.

import Foundation
import SaveState
import Testing

/// The descriptors through which one side reads what the other one writes.
struct ConnectionEnd {
  let input: Int32
  let output: Int32

  /// The test's way to speak through them. It waits for as long as any test may take.
  var channel: PeerChannel {
    PeerChannel(timeout: Int(hangTimeout), reading: input, writing: output)
  }

  func close() {
    Glibc.close(input)
    if output != input { Glibc.close(output) }
  }
}

/// A connection that holds little at a time: what is longer than a page waits for its reader.
struct Connection {
  enum Kind: String, CaseIterable, Sendable {
    case pipes, socket
  }

  let one: ConnectionEnd
  let other: ConnectionEnd

  /// No program inherits these descriptors but those that are given them, so each learns when the
  /// other side is closed.
  init(_ kind: Kind, in scratch: Scratch) throws {
    switch kind {
    case .pipes:
      let (there, back) = (try Connection.pipe(in: scratch), try Connection.pipe(in: scratch))
      one = ConnectionEnd(input: back.reading, output: there.writing)
      other = ConnectionEnd(input: there.reading, output: back.writing)
    case .socket:
      var ends: [Int32] = [-1, -1]
      let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
      var byteCount: Int32 = 4096
      for end in ends {
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(end, SOL_SOCKET, SO_SNDBUF, &byteCount, size)
      }
      one = ConnectionEnd(input: ends[0], output: ends[0])
      other = ConnectionEnd(input: ends[1], output: ends[1])
    }
  }

  /// A pipe by its name, for that is how one can be had that is closed on exec from the start.
  private static func pipe(in scratch: Scratch) throws -> (reading: Int32, writing: Int32) {
    let path = "\(scratch.directory).\(UUID().uuidString).pipe"
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let both = open(path, O_RDWR | O_CLOEXEC)
    let (reading, writing) = (open(path, O_RDONLY | O_CLOEXEC), open(path, O_WRONLY | O_CLOEXEC))
    try #require(both >= 0 && reading >= 0 && writing >= 0)
    close(both)
    // F_SETPIPE_SZ, which Swift does not import.
    try #require(fcntl(writing, 1031, 4096) >= 4096)
    return (reading, writing)
  }
}
