import Chip8Player
import Glibc
import JSON
import SaveState

/// A game that is played, as a debugger finds it.
struct RunningGame {
  let process: Int
  let title: String
  /// The file that it was loaded from, if that is still there.
  let path: String?
  let isDebugged: Bool
  /// A connection to it.
  private let descriptor: Int32

  private static let milliseconds: UInt64 = 2000
  private static let maxByteCount = 64 << 10

  /// Connects to the game that some arguments name.
  static func find(_ arguments: AdapterArguments) throws -> Int32 {
    let process = try arguments.number("pid")
    let program = try arguments.text("program")
    let directory: String
    do { directory = try UserSocket.directory() } catch {
      throw MessageError("games cannot be attached to: \(error)")
    }
    let (all, refusals) = all(in: directory)
    let found = all.filter { game in
      (process.map { $0 == game.process } ?? true)
        && (program.map { SourceFiles.resolved($0) == game.path } ?? true)
    }
    var chosen: Int32?
    defer { for game in all where game.descriptor != chosen { close(game.descriptor) } }
    guard let game = found.first else {
      if let (busy, why) = refusals.first(where: { process ?? $0.process == $0.process }) {
        throw MessageError("process \(busy) cannot be attached to: \(why)")
      }
      guard all.isEmpty else {
        throw MessageError("no such game is running; there are \(list(all))")
      }
      throw MessageError(
        "no game to attach to; press Ctrl+D in the game to see why")
    }
    guard found.count == 1 else {
      throw MessageError("several games are running; name one by its pid: \(list(found))")
    }
    guard !game.isDebugged else {
      throw MessageError("another debugger is attached to \(game.title) already")
    }
    chosen = game.descriptor
    return game.descriptor
  }

  private static func list(_ games: [RunningGame]) -> String {
    games.map { "\($0.process) (\($0.path ?? $0.title))" }.joined(separator: ", ")
  }

  /// All that listen, and why others accept no debugger. What a killed process has left is removed.
  private static func all(
    in directory: String
  ) -> (games: [RunningGame], refusals: [(process: Int, why: String)]) {
    var (games, refusals): ([RunningGame], [(process: Int, why: String)]) = ([], [])
    for name in (try? Storage.names(in: directory)) ?? [] {
      guard name.hasSuffix(UserSocket.suffix),
        let process = Int32(decimal: name.dropLast(UserSocket.suffix.count)), process > 0
      else { continue }
      let path = "\(directory)/\(name)"
      guard let descriptor = UserSocket.connect(to: path) else {
        if errno == EAGAIN { refusals.append((Int(process), noAnswer.description)) }
        if errno == ECONNREFUSED, kill(process, 0) != 0, errno == ESRCH { unlink(path) }
        continue
      }
      do throws(MessageError) {
        games.append(try RunningGame(Int(process), descriptor))
      } catch {
        refusals.append((Int(process), error.description))
        close(descriptor)
      }
    }
    return (games.sorted { $0.process < $1.process }, refusals)
  }

  private static let noAnswer = MessageError("it is not responding")

  /// Asks a process which game it runs.
  private init(_ process: Int, _ descriptor: Int32) throws(MessageError) {
    let request: JSONObject = ["seq": 0, "type": "request", "command": "describe"]
    MessageStream(reading: descriptor, writing: descriptor).write(request)
    guard let answer = RunningGame.answer(descriptor), case .object(let message) = answer else {
      throw RunningGame.noAnswer
    }
    if message["success"]?.bool == false, let why = message["message"]?.text {
      throw MessageError(why.displayText)
    }
    guard case .object(let body)? = message["body"] else { throw RunningGame.noAnswer }
    (self.process, self.descriptor) = (process, descriptor)
    title = body["title"]?.text ?? ""
    path = body["path"]?.text
    isDebugged = body["isDebugged"]?.bool ?? false
  }

  private static func answer(_ descriptor: Int32) -> JSONValue? {
    let deadline = MonotonicClock.now + milliseconds * 1_000_000
    var (buffer, chunk) = ([UInt8](), [UInt8](repeating: 0, count: maxByteCount))
    while buffer.count < maxByteCount, MonotonicClock.now < deadline {
      var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let rest = (deadline - min(deadline, MonotonicClock.now)) / 1_000_000
      guard poll(&end, 1, Int32(rest)) > 0 else { continue }
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return nil }
      buffer += chunk[..<count]
      guard let header = try? MessageHeader(buffer[...], 1024) else { continue }
      let content = buffer[header.byteCount...]
      if content.count == header.contentLength { return try? JSONValue(document: Array(content)) }
      if content.count > header.contentLength { return nil }
    }
    return nil
  }
}
