import ArgumentParser
import Glibc
import SaveState

/// `chip8 dap`: a debug adapter for editors.
struct DapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dap",
    abstract: "Debug a program in an editor, by the Debug Adapter Protocol.",
    discussion: """
      Speaks over standard input and output, or over TCP with --listen. The editor says what is \
      debugged; docs/DEBUGGING.md explains how editors are set up.
      """)

  @Option(
    parsing: .unconditional,
    help: .value("PORT", "Listen on a TCP port of this computer; 0 chooses one, and prints it."))
  var listen: Int?

  func validate() throws {
    if let listen, !(0...65535).contains(listen) {
      throw ValidationError("--listen takes a port, 0 to 65535, not \(listen).")
    }
  }

  func run() throws {
    Interrupt.catchSignals(second: .kills)
    if let listen {
      try serve(LoopbackPort(listen))
    } else {
      try serve(MessageStream(reading: STDIN_FILENO, writing: STDOUT_FILENO))
    }
    if Interrupt.wasCaught { throw Failure.interrupted }
  }

  private func serve(_ stream: MessageStream) throws {
    var adapter = DebugAdapter(stream)
    adapter.serve()
    if adapter.isBroken {
      throw Failure(
        message: "standard input is not the Debug Adapter Protocol; editors start this command",
        code: EX_DATAERR)
    }
  }

  /// Serves one client after the other, until interrupted.
  private func serve(_ port: LoopbackPort) throws {
    try printLines(["listening on 127.0.0.1:\(port.number)"])
    while let client = port.accept() {
      defer { close(client) }
      var adapter = DebugAdapter(MessageStream(reading: client, writing: client))
      adapter.serve()
    }
  }
}

/// A TCP port that only programs on this computer reach.
private struct LoopbackPort {
  let number: Int
  private let descriptor: Int32

  /// - Parameter number: 0 for any.
  init(_ number: Int) throws(Failure) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: number).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && Glibc.listen(descriptor, 1) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    guard isListening else {
      let reason = String(cString: strerror(errno))
      throw Failure(message: "--listen \(number): cannot listen: \(reason)", code: EX_UNAVAILABLE)
    }
    self.descriptor = descriptor
    self.number = Int(in_port_t(bigEndian: address.sin_port))
  }

  /// The next client; nil after an interrupt.
  func accept() -> Int32? {
    while !Interrupt.wasCaught {
      guard let ready = Interrupt.wait(for: [(descriptor, POLLIN)]), ready[0] != 0 else {
        continue
      }
      let client = Glibc.accept(descriptor, nil, nil)
      guard client >= 0 else { continue }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      return client
    }
    return nil
  }
}
