import Chip8Core
import SaveState

/// A program that is being written: its file is reloaded whenever it changes.
extension PlaySession {
  /// A file that is looked at again and again.
  struct Watched {
    let path: String
    /// What is on the disk, which may be a zip file that it is in.
    let diskPath: String
    let keepsState: Bool
    /// That and the files that it includes.
    var files: WatchedFiles
    /// Whether it is being looked at.
    var isBusy = false
  }

  /// Reloads a file whenever it, or a file that it includes, has changed.
  ///
  /// - Parameters:
  ///   - path: the file as the user has named it.
  ///   - file: the same as it was read.
  ///   - keepsState: whether only the program in the machine is replaced.
  public func watch(_ path: String, _ file: LoadedFile, keepsState: Bool) {
    watched = Watched(
      path: path, diskPath: file.diskPath, keepsState: keepsState,
      files: WatchedFiles(
        [(file.diskPath, Storage.stamp(of: file.diskPath))] + file.included.stamps))
    keepFlags()
    beginJournal()
  }

  /// Looks whether a file that is watched has changed. If it cannot be used, the machine continues, and
  /// ``watchProblem`` says why until it can be used.
  public func pollWatchedFile() {
    guard let file = watched, !file.isBusy else { return }
    watched?.isBusy = true
    let (machine, metadata) = (options.machine, options.metadata.asking(for: settings))
    let chosen = settings[.program]
    work.begin {
      var files = file.files
      guard files.noticeChange() else { return { $0.watched?.isBusy = false } }
      let stamp = Storage.stamp(of: file.diskPath)
      let included = IncludedFiles(of: file.path)
      let result = Result {
        var loaded = try LoadedMachine(LoadedFile(file.path, included), machine)
        try loaded.choose(chosen, under: machine, from: file.path)
        try loaded.apply(metadata, from: file.path)
        return loaded
      }
      files = WatchedFiles([(file.diskPath, stamp)] + included.stamps)
      return { [files] session in
        session.watched?.isBusy = false
        session.watched?.files = files
        session.watchedFileChanged(result, file)
      }
    }
  }

  /// Whether the program is one that is being written.
  var isWatching: Bool { watched != nil }

  private func watchedFileChanged(_ result: Result<LoadedMachine, any Error>, _ file: Watched) {
    do {
      var loaded = try result.get()
      loaded.image = nil
      if file.keepsState {
        try inFile(file.path) { try player.adoptProgram(of: loaded) }
      } else {
        inheritUserFlags(to: &loaded.timeline)
        player.adopt(loaded, by: .powerOn)
      }
      watchProblem = nil
      machineChanged()
      report(.watchedFileChanged(keepsState: file.keepsState))
    } catch {
      watchProblem = error
      debugging.take(error)
      report(.failed(.watch(path: file.path), error))
    }
  }

  /// Passes the flags on to the next version of a watched program, which is another program to the machine.
  func inheritUserFlags(to timeline: inout Timeline<Chip8>) {
    if options.keptFlags != nil { timeline.applyAccepted(.userFlags(player.machine.userFlags)) }
  }
}
