import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// The prompt of `chip8 debug`: a line is a command, and what it says goes to standard output. Commands
/// come from a terminal, a pipe or the command line; docs/DEBUGGING.md lists them.
struct DebugPrompt {
  var session: DebugSession
  /// What is debugged.
  let request: DebugRequest
  /// Whether somebody types.
  let isInteractive: Bool
  private var isOver = false
  /// The command that an empty line repeats.
  private var last: [String] = []
  private var hasFailed = false
  /// Why the last motion has ended.
  var lastStop: DebugSession.Stop?

  /// Why a command cannot be done, in one sentence.
  struct Problem: Error {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
  }

  init(_ request: DebugRequest, isInteractive: Bool) throws {
    session = try request.session()
    for warning in session.takeWarnings() { printError(warning.text) }
    (self.request, self.isInteractive) = (request, isInteractive)
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
    let name = words.removeFirst()
    do {
      guard let command = DebugPrompt.commands.first(where: { $0.names.contains(name) }) else {
        throw Problem("\(name): no such command; help lists them all")
      }
      if let problem = command.problem(with: words) { throw problem }
      try command.body(&self, words)
    } catch let problem as Problem {
      fail(problem.sentence)
    } catch let error as ExpressionError {
      fail(error.description)
    } catch let error as InputError {
      fail(error.description)
    } catch let error as History.Failure {
      fail(session.text(of: DebugSession.Stop(error)) ?? "")
    } catch let error as SeekError {
      fail(session.text(of: .lost(error)) ?? "")
    } catch let error where Failure(error) != nil {
      Failure(error)?.printMessage()
      hasFailed = true
    }
  }

  private mutating func fail(_ sentence: String) {
    printError(sentence)
    hasFailed = true
  }

  mutating func quit() { isOver = true }

  /// Ends with the exit code of what was done.
  func end() throws {
    if Interrupt.wasCaught { throw Failure(message: "interrupted", code: 130) }
    if case .fault(let fault)? = lastStop {
      throw Failure.fault(fault, in: session.machine.program)
    }
    if hasFailed, !isInteractive {
      throw Failure(message: "not every command could be done", code: EX_USAGE)
    }
  }

  // MARK: Output

  func show(_ lines: [String]) throws {
    // Lines of sources are among them, with their tabs.
    if !lines.isEmpty { try printSource(lines) }
  }

  /// Shows what a motion has come to.
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
