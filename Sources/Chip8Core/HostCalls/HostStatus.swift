/// The status of a host call, as the program finds it in V0: docs/HOST-CALLS.md.
///
/// Those from 0x10 on are errors; nothing has changed then.
public enum HostStatus: UInt8, Error, CaseIterable, Sendable {
  /// Done; the program continues.
  case done = 0x01
  /// The program was restored from the image that this call has written.
  case restored = 0x02
  /// The same, but the arguments do not fit the buffer; none was written.
  case restoredWithoutArguments = 0x03
  /// The request block is invalid, or something in it leads out of the RAM.
  case badRequest = 0x10
  /// The name is invalid.
  case badName = 0x11
  /// More than 20 arguments or 2048 bytes, or arguments that are not UTF-8.
  case badArguments = 0x12
  /// The arguments do not fit the buffer; none was written.
  case buffer = 0x13
  /// The continuation cannot be called, for the stack is full.
  case stackFull = 0x14
  /// The host has no directory for this, or may not do it there.
  case denied = 0x20
  /// No such file.
  case noSuchFile = 0x21
  /// The name is that of a link, a directory or a device.
  case notAFile = 0x22
  /// The file holds no image, or a damaged one.
  case damagedImage = 0x23
  /// The image needs another version of the host, is of another kind of machine, or leaves out a
  /// part of itself.
  case otherImage = 0x24
  /// The image takes no arguments.
  case notSuspended = 0x25
  /// There would be more files in the directory than there may be.
  case tooManyFiles = 0x26
  /// There would be more bytes in the directory than there may be.
  case tooManyBytes = 0x27
  /// The file could not be written; the old one is unchanged.
  case notWritten = 0x28
  /// The file could not be read.
  case notRead = 0x29
}
