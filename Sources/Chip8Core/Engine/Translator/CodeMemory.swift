import CLinux

/// Memory that holds machine code. It is mapped twice, so that no address of it can be both written and
/// executed, and nothing about it changes while a machine runs.
///
/// Code is only added to it, until all of it is forgotten, so that nothing is overwritten that the host
/// may have fetched already.
struct CodeMemory: ~Copyable {
  let byteCount: Int
  /// Where it is written.
  let writable: UnsafeMutableRawPointer
  /// Where it is executed.
  let executable: UnsafeMutableRawPointer
  private let forkCount = CLinux_forkCount()

  /// Whether another process has it too, and this one must not touch it.
  var isShared: Bool { CLinux_forkCount() != forkCount }

  /// Nil where there is none to be had, or the host is not of the kind that the code is for.
  init?(byteCount: Int) {
    #if arch(x86_64)
      var (writable, executable): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?)
      guard CLinux_mapCode(byteCount, &writable, &executable) == 0, let writable, let executable
      else { return nil }
      (self.byteCount, self.writable, self.executable) = (byteCount, writable, executable)
    #else
      return nil
    #endif
  }

  deinit { CLinux_unmapCode(byteCount, writable, executable) }
}
