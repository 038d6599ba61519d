import Glibc
import SaveState

/// Where the files of a program's source are.
package struct SourceFiles {
  /// The directory of the main one.
  private var directory = "."
  /// What a program is loaded from again, if it can be.
  private var program: String?
  /// All that a change of is one of the program, as it was when it was read.
  private var watched = WatchedFiles()

  package init() {}

  package init(_ request: PlayRequest, _ session: DebugSession) {
    let path = request.metadata.symbolsPath ?? request.path ?? ""
    directory = Storage.directory(of: path) ?? "."
    program = session.player.image == nil ? request.path : nil
    follow(session.source)
  }

  /// The files are those of this version from now on.
  package mutating func follow(_ source: ProgramSource) {
    guard let program else { return }
    let others = source.files.dropFirst().map { Storage.path(directory, $0.path) }
    watched = WatchedFiles([program] + others)
  }

  /// Whether one of them is another file now, once for each change.
  package mutating func noticeChange() -> Bool { watched.noticeChange() }

  /// Where a file is, if it is on the disk: by the path by which the program was loaded if that is an absolute one,
  /// rather than where links lead.
  package func path(of file: ProgramSource.File) -> String? {
    let path = Storage.path(directory, file.path)
    return SourceFiles.resolved(path).map { path.hasPrefix("/") ? path : $0 }
  }

  /// Where a path leads; nil if nothing is there.
  package static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The file of a program's source that is at a path.
  package func file(at path: String, in program: ProgramSource) -> Int? {
    let path = SourceFiles.resolved(path) ?? path
    return program.files.firstIndex { file in
      SourceFiles.resolved(Storage.path(directory, file.path)) == path
    }
  }
}
