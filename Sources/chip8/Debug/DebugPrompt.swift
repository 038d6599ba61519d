import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// The prompt of `chip8 debug` and of the consoles of editors: a line is a command. docs/DEBUGGING.md lists
/// them all.
struct DebugPrompt {
  var session: DebugSession
  /// What is debugged.
  var request: PlayRequest
  /// Whether it is interactive.
  let isInteractive: Bool
  private(set) var isOver = false
  /// The command that an empty line repeats.
  private var last: [String] = []
  private var hasFailed = false
  /// Why the last motion has ended.
  var lastStop: DebugSession.Stop?
  /// Whether a command that takes its time is to end.
  let isInterrupted: () -> Bool
  /// Where lines go.
  private let output: ([String]) throws -> Void

  init(
    _ session: DebugSession, _ request: PlayRequest, isInteractive: Bool = false,
    output: @escaping ([String]) throws -> Void, isInterrupted: @escaping () -> Bool
  ) {
    self.session = session
    (self.request, self.isInteractive) = (request, isInteractive)
    (self.output, self.isInterrupted) = (output, isInterrupted)
  }

  // MARK: Commands

  /// Reads commands until there are none.
  mutating func readCommands() throws {
    if isInteractive { try show(session.nextText) }
    while !isOver, !Interrupt.wasCaught {
      if isInteractive {
        _ = write(STDOUT_FILENO, "(chip8) ", 8)
      }
      guard let line = readLine() else { break }
      try take(line)
    }
  }

  /// Does some commands.
  mutating func take(_ lines: [String]) throws {
    for line in lines where !isOver && !Interrupt.wasCaught { try take(line) }
  }

  private mutating func take(_ line: String) throws {
    var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    if words.first?.hasPrefix("#") ?? false { return }
    if words.isEmpty {
      guard isInteractive, !last.isEmpty else { return }
      words = last
    }
    last = words
    do { try perform(words) } catch {
      guard let sentence = sentence(of: error) else {
        guard let failure = Failure(error) else { throw error }
        failure.printMessage()
        return hasFailed = true
      }
      printError(sentence)
      hasFailed = true
    }
  }

  /// Does a command.
  mutating func perform(_ words: [String]) throws {
    var words = words
    guard !words.isEmpty else { return }
    let name = words.removeFirst()
    guard let command = DebugPrompt.commands.first(where: { $0.names.contains(name) }) else {
      throw MessageError("\(name): no such command; help lists them all")
    }
    guard command.count.contains(words.count) else {
      throw MessageError("usage: \(command.names[0]) \(command.arguments)")
    }
    try command.body(&self, words)
  }

  /// Why a command could not be done; nil if a ``Failure`` says it.
  func sentence(of error: any Error) -> String? {
    switch error {
    case is MessageError, is DebugError, is InputError: "\(error)"
    case let error as History.Failure: session.text(of: DebugSession.Stop(error)) ?? ""
    case let error as SeekError: session.text(of: .lost(error)) ?? ""
    default: nil
    }
  }

  mutating func quit() { isOver = true }

  /// Ends with the exit code of what was done.
  func end() throws {
    if Interrupt.wasCaught { throw Failure.interrupted }
    if case .fault(let fault)? = lastStop {
      throw Failure.fault(fault, in: session.machine.program)
    }
    if hasFailed, !isInteractive {
      throw Failure(message: "some commands failed", code: EX_USAGE)
    }
  }

  // MARK: Output

  func show(_ lines: [String]) throws {
    if !lines.isEmpty { try output(lines) }
  }

  /// Shows how a motion ended.
  mutating func show(_ outcome: DebugSession.Outcome) throws {
    lastStop = outcome.stop
    if isInteractive { Interrupt.forget() }
    let said = outcome.messages.map(\.text)
    let reason = [session.text(of: outcome.stop)].compactMap { $0 }
    try show(said + reason + [session.placeText] + session.nextText)
  }

  /// Shows where the machine is.
  func showPlace() throws { try show([session.placeText] + session.nextText) }
}
