// The only way to a terminal for what a person is to read. Text from outside (names, paths, notes,
// labels, arguments) is in it, so each line is shown by the one rule for that: `displayText`.

import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState
import Synchronization

/// Writes a line to standard error.
///
/// - Parameter excerpt: lines that are shown below it.
func printError(_ line: String, excerpt: [String] = []) {
  let lines = ["chip8: " + line.displayText] + excerpt.map(\.sourceText)
  let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
  // Where standard error cannot be written to, the error cannot be reported. A signal ends the program also
  // where nobody reads.
  var end = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
  guard !Interrupt.wasCaught || poll(&end, 1, 0) > 0 else { return }
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Writes lines to standard output.
func printLines(_ lines: [String]) throws(StorageError) {
  try printText(lines.map { $0.displayText })
}

/// Writes lines of a source to standard output.
func printSource(_ lines: [String]) throws(StorageError) {
  try printText(lines.map { $0.sourceText })
}

/// Writes a value to standard output as one line of JSON.
func printJSON(_ value: some JSONMember) throws(StorageError) {
  try printText([jsonText(value)])
}

private func printText(_ lines: [String]) throws(StorageError) {
  var bytes: [UInt8] = []
  for (number, line) in lines.enumerated() {
    if number > 0 { bytes.append(UInt8(ascii: "\n")) }
    bytes += line.utf8
  }
  try Storage.writeAtomically("-", with: bytes + [UInt8(ascii: "\n")], as: .other)
}

extension StringProtocol {
  /// A line of a source as it is shown: its tabs stay, so that a caret below it is in its place.
  var sourceText: String {
    split(separator: "\t", omittingEmptySubsequences: false).map(\.displayText)
      .joined(separator: "\t")
  }
}

/// A line on standard error that says how far a command is, for a user at a terminal.
final class ProgressLine: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let shownAt = Mutex<time_t>(0)

  /// Shows it, at most once in a second.
  func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = time(nil)
    let isDue = shownAt.withLock { shown in
      defer { shown = now }
      return shown != now
    }
    if isDue { replace(with: text()) }
  }

  /// Leaves the line to what comes next.
  func end() { if isShown { replace(with: "") } }

  private func replace(with text: String) {
    let bytes = Array("\r\u{1B}[K\(text)".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
