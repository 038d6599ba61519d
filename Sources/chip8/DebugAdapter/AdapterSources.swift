import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState

/// Where the files of a program's source are.
struct AdapterSources {
  /// The directory of the main one.
  private var directory = "."
  /// What a program is loaded from again, if it can be.
  private var program: String?
  /// All that a change of is one of the program, as it was when it was read.
  private var watched = WatchedFiles()

  init() {}

  init(_ request: PlayRequest, _ session: DebugSession) {
    let path = request.metadata.symbolsPath ?? request.path ?? ""
    directory = Storage.directory(of: path) ?? "."
    program = session.player.image == nil ? request.path : nil
    follow(session.source)
  }

  /// The files are those of this version from now on.
  mutating func follow(_ source: ProgramSource) {
    guard let program else { return }
    let others = source.files.dropFirst().map { Storage.path(directory, $0.path) }
    watched = WatchedFiles([program] + others)
  }

  /// Whether one of them is another file now, once for each change.
  mutating func noticeChange() -> Bool { watched.noticeChange() }

  /// Where a file is, if it is on the disk.
  private func path(of file: ProgramSource.File) -> String? {
    AdapterSources.resolved(Storage.path(directory, file.path))
  }

  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The file of a program's source that a client names; nil if it is none of them.
  func file(_ source: AdapterArguments.SourceName, in program: ProgramSource) -> Int? {
    if let reference = source.reference {
      return program.files.indices.contains(reference - 1) ? reference - 1 : nil
    }
    let named = source.path ?? ""
    let path = AdapterSources.resolved(named) ?? named
    return program.files.firstIndex { self.path(of: $0) == path }
  }

  /// A file as a client is told of it: one that is not on the disk, as it is in a cartridge, is requested by
  /// its number.
  func json(_ index: Int, in prompt: DebugPrompt?) -> JSONObject? {
    guard let files = prompt?.session.source.files, files.indices.contains(index) else {
      return nil
    }
    let name = files[index].path
    if let path = path(of: files[index]) { return ["name": name, "path": absolute(path, name)] }
    guard files[index].lines != nil else { return ["name": name] }
    return ["name": name, "sourceReference": index + 1]
  }

  /// The path by which it was launched, rather than where links lead.
  private func absolute(_ resolved: String, _ name: String) -> String {
    let path = Storage.path(directory, name)
    return path.hasPrefix("/") ? path : resolved
  }
}

extension DebugAdapter {
  static let sourceCommands: [String: Command] = [
    "loadedSources": Command(.session) { adapter, _ in
      let files = adapter.prompt?.session.source.files ?? []
      let sources = files.indices.compactMap { adapter.sources.json($0, in: adapter.prompt) }
      return ["sources": sources + (adapter.listing.map { [adapter.json($0)] } ?? [])]
    },
    "source": Command(.session) { adapter, arguments in
      guard let source = adapter.prompt?.session.source else { return nil }
      let reference = try arguments.number("sourceReference")
      if let listing = adapter.listings.last(where: { $0.reference == reference }) {
        return ["content": listing.text]
      }
      let named = try arguments.object("source") ?? arguments
      guard let file = adapter.sources.file(try named.sourceName(), in: source),
        let lines = source.files[file].lines
      else { throw MessageError("no such source") }
      return ["content": lines.joined(separator: "\n"), "mimeType": "text/x-octo"]
    },
  ]

  /// Continues with another version of the program, if its files have changed.
  mutating func reloadIfChanged() {
    guard launch != nil, prompt != nil, !hasTerminated, sources.noticeChange() else { return }
    do {
      try withPrompt { prompt in try prompt.request.reload(in: &prompt.session) }
    } catch {
      return log(error)
    }
    log(["the program was reloaded"])
    programChanged()
    invalidate()
  }

  /// Says what is wrong with another version of the program.
  mutating func log(_ problem: any Error) {
    log(Failure(problem)?.lines ?? [sentence(of: problem)], "stderr")
  }

  /// The program in the machine is another version: lines and labels are elsewhere.
  mutating func programChanged() {
    guard let source = prompt?.session.source else { return }
    program = prompt?.session.machine.program.sha1
    if isAttached, let prompt { sources = AdapterSources(prompt.request, prompt.session) }
    sources.follow(source)
    for file in source.files.indices {
      guard let json = sources.json(file, in: prompt) else { continue }
      send("loadedSource", ["reason": "changed", "source": json])
    }
    placeBreakpoints()
  }
}
