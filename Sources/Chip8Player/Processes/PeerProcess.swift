import CLinux

/// The process at the other end of a socket.
package enum PeerProcess {
  /// The user ID of that process; nil if it cannot be told.
  package static func user(at socket: Int32) -> UInt32? { UInt32(exactly: CLinux_peerUser(socket)) }
}
