import Octo
import SaveState

/// The files that a source includes, as they are read: regular ones below its directory. Links are
/// not followed on the way there.
package final class IncludedFiles {
  /// Those that were requested, with their stamps at that time.
  package private(set) var stamps: [(path: String, stamp: Storage.Stamp?)] = []
  /// Those that were read.
  private(set) var inputs = InputFiles()
  private let directory: String

  /// - Parameter path: the source that includes them.
  package init(of path: String) { directory = Storage.directory(of: path) ?? "." }

  /// Reads a file, by its path from the source's directory.
  func text(_ path: String) throws(IncludeError) -> String {
    let name = Storage.path(directory, path)
    stamps.append((name, Storage.stamp(of: name)))
    let bytes: [UInt8]
    do throws(SandboxedDirectory.Refusal) {
      bytes = try inputs.read(path, below: directory, limit: SourceFile.maxByteCount)
    } catch {
      switch error {
      case .noSuchFile: throw .missing
      case .denied: throw .denied
      case .notAFile: throw .notAFile
      case .tooManyFiles, .tooManyBytes, .notRead, .notWritten: throw .unreadable
      }
    }
    guard bytes.count <= SourceFile.maxByteCount else {
      throw .tooLarge(limit: SourceFile.maxByteCount)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    return text
  }
}
