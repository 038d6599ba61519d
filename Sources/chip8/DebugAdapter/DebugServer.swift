import Chip8Player
import Glibc
import SaveState
import Synchronization

/// Lets debuggers attach to what this process plays: docs/DEBUGGING.md, "A running game". A thread waits for
/// those who connect, and each is served by one of its own. The session's thread waits for none of them.
final class DebugServer: Sendable {
  private struct State {
    var clients: [Client] = []
    var isClosed = false
  }

  /// A debugger that has connected.
  private struct Client {
    let descriptor: Int32
    let wakeUp: WakeUp
  }

  /// More than anybody needs. Further ones are refused.
  private static let maxClientCount = 8
  /// How long clients may take to notice that the game has ended.
  private static let maxCloseNanoseconds: UInt64 = 200_000_000

  private let path: String
  private let listening: Int32
  private let gate: SessionGate
  private let wakeUp: WakeUp
  private let state = Mutex(State())

  /// - Returns: nil without a runtime directory, or if no socket can be made in it.
  init?(_ session: PlaySession) {
    guard let directory = UserSocket.directory, UserSocket.makeDirectory(directory),
      let wakeUp = WakeUp()
    else { return nil }
    path = "\(directory)/\(getpid())\(UserSocket.suffix)"
    guard let listening = UserSocket.listen(at: path) else { return nil }
    (self.listening, self.wakeUp, gate) = (listening, wakeUp, session.gate)
    guard let thread = startThread({ [self] in acceptClients() }) else {
      unlink(path)
      Glibc.close(listening)
      return nil
    }
    pthread_detach(thread)
  }

  /// The game is over: debuggers are told, and nobody can attach any more.
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
    let isFirst = state.withLock { state in
      guard !state.isClosed, state.clients.count < DebugServer.maxClientCount else { return false }
      state.clients.append(client)
      return true
    }
    guard isFirst else { return false }
    guard let thread = startThread({ [self] in serve(client) }) else {
      end(client)
      return false
    }
    pthread_detach(thread)
    return true
  }

  private func serve(_ client: Client) {
    let news = PlaySession.DebugNews { [wakeUp = client.wakeUp] in wakeUp.wake() }
    var adapter = DebugAdapter(
      MessageStream(
        reading: client.descriptor, writing: client.descriptor, wakeUp: client.wakeUp),
      game: AttachedDebugger(gate, news))
    adapter.serve()
    end(client)
    Glibc.close(client.descriptor)
  }

  private func end(_ client: Client) {
    state.withLock { $0.clients.removeAll { $0.wakeUp === client.wakeUp } }
  }
}
