import Chip8Player
import Glibc
import JSON
import SaveState
import Synchronization

/// Lets debuggers attach to what this process plays: docs/DEBUGGING.md, "A running game". A thread waits for
/// those who connect, and each is served by one of its own. The session's thread waits for none of them.
final class DebugServer: Sendable {
  private struct State {
    var clients: [Client] = []
    /// How many threads there are, also of those that have lost their places.
    var threadCount = 0
    var isClosed = false

    /// Finds a place for a client. Those that say nothing must not keep others out: where all places are taken, the
    /// the one idle longest is closed.
    ///
    /// - Returns: whether there is one.
    mutating func admit(_ client: Client) -> Bool {
      if clients.count >= DebugServer.maxClientCount {
        guard let silent = clients.firstIndex(where: { !$0.hasSpoken }) else { return false }
        // Its thread reads that it has ended.
        shutdown(clients.remove(at: silent).descriptor, Int32(SHUT_RDWR))
      }
      clients.append(client)
      return true
    }

    /// A client has said something.
    ///
    /// - Returns: whether it still has its place.
    mutating func hear(_ client: Client) -> Bool {
      guard let index = clients.firstIndex(where: { $0.wakeUp === client.wakeUp }) else {
        return false
      }
      clients[index].hasSpoken = true
      return true
    }
  }

  /// A debugger that has connected.
  private struct Client {
    let descriptor: Int32
    let wakeUp: WakeUp
    /// Whether a whole message has come from it.
    var hasSpoken = false
  }

  /// More than needed. Further ones are refused.
  private static let maxClientCount = 8
  /// How many there may be until those end that have lost their places.
  private static let maxThreadCount = 2 * maxClientCount
  /// How long clients may take to notice that the game has ended.
  private static let maxCloseNanoseconds: UInt64 = 200_000_000

  private let path: String
  private let listening: Int32
  private let gate: SessionGate
  private let wakeUp: WakeUp
  private let state = Mutex(State())

  init(_ session: PlaySession) throws(SocketError) {
    path = "\(try UserSocket.directory())/\(getpid())\(UserSocket.suffix)"
    guard let wakeUp = WakeUp() else { throw .notMade(path, code: errno) }
    listening = try UserSocket.listen(at: path)
    (self.wakeUp, gate) = (wakeUp, session.gate)
    guard let thread = startThread({ [self] in acceptClients() }) else {
      unlink(path)
      Glibc.close(listening)
      throw .notMade(path, code: EAGAIN)
    }
    pthread_detach(thread)
  }

  /// The game is over: debuggers are told, and none can attach any more.
  func close() {
    gate.close()
    unlink(path)
    state.withLock { state in
      state.isClosed = true
      for client in state.clients { client.wakeUp.wake() }
    }
    wakeUp.wake()
    let deadline = MonotonicClock.now + DebugServer.maxCloseNanoseconds
    while MonotonicClock.now < deadline, state.withLock({ !$0.clients.isEmpty }) { usleep(1000) }
  }

  private func acceptClients() {
    while !state.withLock({ $0.isClosed }) {
      var ends = [listening, wakeUp.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&ends, 2, -1) > 0, ends[0].revents != 0 else { continue }
      guard state.withLock({ $0.threadCount < DebugServer.maxThreadCount }) else {
        usleep(1000)
        continue
      }
      let client = accept(listening, nil, nil)
      guard client >= 0 else {
        // Where there are no more descriptors, there may be some later.
        usleep(100_000)
        continue
      }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      if !begin(client) { Glibc.close(client) }
    }
    Glibc.close(listening)
  }

  /// - Returns: whether a thread serves it now.
  private func begin(_ descriptor: Int32) -> Bool {
    guard UserSocket.isOwn(descriptor), let wakeUp = WakeUp() else { return false }
    let client = Client(descriptor: descriptor, wakeUp: wakeUp)
    guard state.withLock({ $0.admit(client) }) else {
      MessageStream(reading: descriptor, writing: descriptor).write(DebugServer.fullResponse)
      return false
    }
    state.withLock { $0.threadCount += 1 }
    guard let thread = startThread({ [self] in serve(client) }) else {
      end(client)
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// What an adapter is answered that looks for a game, where all places are taken.
  private static var fullResponse: JSONObject {
    [
      "type": "response", "seq": 0, "request_seq": 0, "success": false, "command": "describe",
      "message": "too many debuggers are attached (\(maxClientCount))",
    ]
  }

  private func serve(_ client: Client) {
    let stream = MessageStream(
      reading: client.descriptor, writing: client.descriptor, wakeUp: client.wakeUp)
    while !stream.waitForMessage(), !gate.isClosed {}
    if !gate.isClosed, state.withLock({ $0.hear(client) }) {
      let news = PlaySession.DebugNews { [wakeUp = client.wakeUp] in wakeUp.wake() }
      var adapter = DebugAdapter(stream, game: AttachedDebugger(gate, news))
      adapter.serve()
    }
    end(client)
    Glibc.close(client.descriptor)
  }

  private func end(_ client: Client) {
    state.withLock { state in
      state.clients.removeAll { $0.wakeUp === client.wakeUp }
      state.threadCount -= 1
    }
  }
}
