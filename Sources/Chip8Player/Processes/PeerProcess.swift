import CLinux

/// The process at the other end of a socket.
package enum PeerProcess {
  /// The user whose process it is; nil if there is none.
  package static func user(at socket: Int32) -> UInt32? { UInt32(exactly: CLinux_peerUser(socket)) }
}
