import CLinux
import Glibc

/// Sockets by which processes of one user reach each other, in the user's runtime directory.
package enum UserSocket {
  package static let suffix = ".sock"
  /// What a socket is called until it listens.
  private static let earlySuffix = suffix + ".new"
  private static let subdirectory = "/chip8"
  /// An address has 108 bytes, the last one 0; a process has a number of seven digits at most.
  private static let maxRuntimeByteCount = 107 - "\(subdirectory)/4194304\(earlySuffix)".utf8.count

  /// Where the sockets of games are. It is made, and private to the user.
  package static func directory() throws(SocketError) -> String {
    guard let runtime = environment("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") else {
      throw .noRuntimeDirectory
    }
    guard runtime.utf8.count <= maxRuntimeByteCount else {
      throw .longRuntimeDirectory(maxByteCount: maxRuntimeByteCount)
    }
    let path = runtime + subdirectory
    var status = stat()
    guard mkdir(path, 0o700) == 0 || errno == EEXIST, lstat(path, &status) == 0 else {
      throw .notMade(path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else { throw .notPrivate(path) }
    return path
  }

  /// How many may wait to be taken, which takes no time: more than a game has places.
  private static let backlog: Int32 = 32

  private static func open() -> Int32 {
    socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  /// Calls with the address that a path is, if it is not too long for one.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        body(address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  /// Listens at a path: in place of whatever was left there, and with its name only when it listens.
  package static func listen(at path: String) throws(SocketError) -> Int32 {
    let (descriptor, early) = (open(), path + earlySuffix)
    unlink(early)
    let isListening =
      withAddress(early) { bind(descriptor, $0, $1) } && chmod(early, 0o600) == 0
      && Glibc.listen(descriptor, backlog) == 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
      && rename(early, path) == 0
    if isListening { return descriptor }
    let reason = errno
    unlink(early)
    close(descriptor)
    throw .notMade(path, code: reason)
  }

  /// Connects to the listener at a path, if that is the user's own process. It does not wait: a process that
  /// is suspended accepts no connection, and has room for a few only.
  ///
  /// - Returns: nil, and `errno`, if that cannot be done.
  package static func connect(to path: String) -> Int32? {
    let descriptor = open()
    if fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0,
      withAddress(path, { Glibc.connect(descriptor, $0, $1) }), isOwn(descriptor),
      fcntl(descriptor, F_SETFL, 0) == 0
    {
      return descriptor
    }
    let reason = errno
    close(descriptor)
    errno = reason
    return nil
  }

  /// Whether the user's own process is at the other end.
  package static func isOwn(_ descriptor: Int32) -> Bool {
    UInt32(exactly: CLinux_peerUser(descriptor)) == geteuid()
  }
}

/// Why processes of one user cannot reach each other.
public enum SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `XDG_RUNTIME_DIR` names no directory, or one whose path leaves no room for a socket.
  case noRuntimeDirectory, longRuntimeDirectory(maxByteCount: Int)
  /// A socket or its directory cannot be made; the operating system's `errno`.
  case notMade(String, code: Int32)
  /// Others can open the directory, or it is something else.
  case notPrivate(String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .noRuntimeDirectory: "XDG_RUNTIME_DIR does not name a directory"
    case .longRuntimeDirectory(let count):
      "XDG_RUNTIME_DIR is longer than the \(count) bytes that leave room for a socket"
    case .notMade(let path, let code): "cannot make \(path): \(String(cString: strerror(code)))"
    case .notPrivate(let path): "\(path) is not a directory that only its user can open"
    }
  }
}
