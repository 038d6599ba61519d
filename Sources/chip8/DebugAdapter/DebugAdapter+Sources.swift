import Chip8Player
import JSON
import SaveState

extension DebugAdapter {
  static let sourceCommands: [String: Command] = [
    "loadedSources": Command(.session) { adapter, _ in
      let files = adapter.prompt?.session.source.files ?? []
      let sources = files.indices.compactMap { adapter.json(ofFile: $0) }
      return ["sources": sources + (adapter.listing.map { [adapter.json($0)] } ?? [])]
    },
    "source": Command(.session) { adapter, arguments in
      guard let source = adapter.prompt?.session.source else { return nil }
      let reference = try arguments.number("sourceReference")
      if let listing = adapter.listings.last(where: { $0.reference == reference }) {
        return ["content": listing.text]
      }
      let named = try arguments.object("source") ?? arguments
      guard let file = adapter.file(try named.sourceName()),
        let lines = source.files[file].lines
      else { throw MessageError("no such source") }
      return ["content": lines.joined(separator: "\n"), "mimeType": "text/x-octo"]
    },
  ]

  /// The file of the program's source that a client names; nil if it is none of them.
  func file(_ source: AdapterArguments.SourceName) -> Int? {
    guard let program = prompt?.session.source else { return nil }
    guard let reference = source.reference else {
      return sources.file(at: source.path ?? "", in: program)
    }
    return program.files.indices.contains(reference - 1) ? reference - 1 : nil
  }

  /// A file as a client is told of it: one that is not on the disk, as it is in a cartridge, is requested by
  /// its number.
  func json(ofFile index: Int) -> JSONObject? {
    guard let files = prompt?.session.source.files, files.indices.contains(index) else {
      return nil
    }
    let name = files[index].path
    if let path = sources.path(of: files[index]) { return ["name": name, "path": path] }
    guard files[index].lines != nil else { return ["name": name] }
    return ["name": name, "sourceReference": index + 1]
  }

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
    if isAttached, let prompt { sources = SourceFiles(prompt.request, prompt.session) }
    sources.follow(source)
    for file in source.files.indices {
      guard let json = json(ofFile: file) else { continue }
      send("loadedSource", ["reason": "changed", "source": json])
    }
    placeBreakpoints()
  }
}
