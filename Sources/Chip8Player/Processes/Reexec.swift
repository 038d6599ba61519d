import CLinux
import Glibc
import SaveState

/// Re-executing the running executable in place of this process.
public enum Reexec {
  /// Re-executes with another command line.
  ///
  /// The process keeps its number, its working directory, its environment and the descriptors that it
  /// was started with. Its memory, its threads and every file that was opened with `O_CLOEXEC`, as
  /// all of this library's are, are gone. Children of this process are children of the new one, so
  /// wait for them first.
  ///
  /// - Parameters:
  ///   - name: what the process is called, that is `argv[0]`.
  ///   - arguments: what comes after that.
  /// - Throws: only if the operating system refuses. Nothing has changed then.
  public static func execute(
    _ arguments: [String], name: String = CommandLine.arguments.first ?? ""
  ) throws(StorageError) -> Never {
    let path = "/proc/self/exe"
    var pointers = ([name] + arguments).map { strdup($0) } + [nil]
    // The new process does not write what is still buffered.
    fflush(nil)
    execv(path, &pointers)
    // It comes back only if that has failed.
    let error = StorageError(.execute, path)
    for pointer in pointers { free(pointer) }
    throw error
  }

  /// A file in memory that the new process can read: it stays open and has no other name than its
  /// descriptor, so that it cannot be replaced. ``Storage/readHanded(_:path:limit:)`` reads it.
  public static func hand(_ bytes: [UInt8]) throws(StorageError) -> Int32 {
    let descriptor = CLinux_memoryFile("handed over")
    guard descriptor >= 0 else { throw StorageError(.execute, "/proc/self/exe") }
    do throws(StorageError) {
      try Storage.write(bytes, to: descriptor, "memory")
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }
}
