import Foundation

/// A directory that is there for one input.
public struct Directory {
  /// Where it is; in memory, where there is such a place.
  public let path: String

  /// An empty directory, whatever was there before.
  public init() {
    let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(root)/chip8-fuzz-\(getpid())"
    remove()
    create("")
  }

  /// Takes the directory away with everything in it.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Makes a directory in it.
  public func create(_ name: String) { mkdir(place(name), 0o777) }

  /// Makes a file in it.
  public func write(_ name: String, _ bytes: [UInt8], isLocked: Bool = false) {
    let descriptor = open(place(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    expect(Foundation.write(descriptor, bytes, bytes.count) == bytes.count, "a file can be written")
    if isLocked { fchmod(descriptor, 0o444) }
  }

  /// Takes a file away from it.
  public func remove(_ name: String) { unlink(place(name)) }

  /// Makes a link in it, that leads where it may.
  public func link(_ name: String, to target: String) { symlink(target, place(name)) }

  /// Makes a pipe in it, at which opening it would block.
  public func makePipe(_ name: String) { mkfifo(place(name), 0o666) }

  private func place(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }
}
