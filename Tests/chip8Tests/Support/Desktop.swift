import Foundation
import Glibc
import Synchronization
import Testing

/// A chip8 that plays in a window, and the hands and eyes of its user: xdotool presses real keys,
/// ImageMagick takes real pictures.
final class Desktop {
  /// Window tests need an X server; `make test` brings a virtual one.
  static let isAvailable = ProcessInfo.processInfo.environment["DISPLAY"]?.isEmpty == false

  /// What a program needs to know of that server, as arguments of env(1).
  static let environment: [String] =
    ["DISPLAY", "XAUTHORITY"].compactMap { name in
      ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
    } + ["SDL_AUDIODRIVER=dummy"]

  private let process = Process()
  /// What the program keeps by default stays apart from what the user running the tests has kept.
  private let home: Scratch
  private let errors = CollectedOutput()
  private var window = ""

  /// Opens a window and waits until it is there.
  ///
  /// - Parameter environment: variables beside those of the test itself.
  init(
    _ arguments: [String], environment: [String: String] = [:],
    program: String = Running.executable
  ) throws {
    home = try Scratch()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging([
        "SDL_AUDIODRIVER": "dummy", "SWIFT_BACKTRACE": "enable=no",
        "XDG_CONFIG_HOME": home.path("config"), "XDG_STATE_HOME": home.path("state"),
      ]) { $1 }
      .merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors.pipe
    try process.run()
    errors.collect()
    try findWindow()
  }

  private func findWindow() throws {
    window = try waitFor("a window") {
      try #require(process.isRunning, "the program has ended")
      return try Desktop.output(
        "xdotool", "search", "--onlyvisible", "--pid", "\(process.processIdentifier)"
      ).first
    }
    try Desktop.output("xdotool", "windowfocus", "--sync", window)
  }

  /// Waits until the process has executed itself with such a command line, and for its new window.
  func waitForRestart(with argument: String) throws {
    let path = "/proc/\(process.processIdentifier)/cmdline"
    try waitFor("another command line") {
      let words = try Data(contentsOf: URL(filePath: path)).split(separator: 0)
      return words.contains(Data(argument.utf8)) ? true : nil
    }
    try findWindow()
  }

  /// Presses and releases keys, each for long enough to be in a frame.
  func press(_ keys: String...) throws {
    for key in keys {
      try Desktop.output("xdotool", "keydown", key)
      try waitForTurns(2)
      try Desktop.output("xdotool", "keyup", key)
      try waitForTurns(2)
    }
  }

  /// Holds a key for some frames.
  func hold(_ key: String, turns count: Int = 10) throws {
    try Desktop.output("xdotool", "keydown", key)
    try waitForTurns(count)
    try Desktop.output("xdotool", "keyup", key)
  }

  /// Waits until the program has surely looked so often at its keys, and has run a frame if it plays: it
  /// rests at least once each time, and at most thrice. How long that takes is up to the machine.
  func waitForTurns(_ count: Int) throws {
    guard let start = restCount else { return }
    try waitFor("\(count) turns") {
      guard process.isRunning, let now = restCount else { return true }
      return now >= start + 3 * count ? true : nil
    }
  }

  /// How often the program has waited for something; nil once it has ended.
  private var restCount: Int? {
    let id = process.processIdentifier
    let path = "/proc/\(id)/task/\(id)/status"
    let status = try? String(contentsOf: URL(filePath: path), encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
    return line?.split(separator: "\t").last.flatMap { Int($0) }
  }

  /// Drops a file on the window, as a file manager does.
  func drop(_ path: String) throws {
    try Desktop.output("/usr/bin/python3", "Tests/chip8Tests/Support/drop.py", window, path)
  }

  /// From now on the program may write no larger files.
  func limitFileSize(_ byteCount: String) throws {
    try Desktop.output("prlimit", "--pid", "\(process.processIdentifier)", "--fsize=\(byteCount):")
  }

  /// A part of the window as the X server has them, 3 bytes a point.
  func picture(_ area: String) throws -> Data {
    try Desktop.data("import", "-silent", "-window", window, "-crop", area, "-depth", "8", "rgb:-")
  }

  /// How many points of a part of the window are white or nearly so, as only texts are.
  func whiteCount(_ area: String) throws -> Int {
    let points = Array(try picture(area))
    return stride(from: 0, to: points.count, by: 3).count { start in
      let (low, high) = (points[start..<start + 3].min() ?? 0, points[start..<start + 3].max() ?? 0)
      return low >= 200 && high - low <= 4
    }
  }

  /// Clicks a place of the window.
  func click(x: Int, y: Int, button: Int = 1) throws {
    try Desktop.output("xdotool", "mousemove", "--window", window, "\(x)", "\(y)")
    try Desktop.output("xdotool", "click", "\(button)")
    try waitForTurns(2)
  }

  /// What the window is called.
  func title() throws -> String {
    try Desktop.output("xdotool", "getwindowname", window).joined(separator: "\n")
  }

  /// How large the window is.
  func size() throws -> String {
    let lines = try Desktop.output("xdotool", "getwindowgeometry", window)
    return lines.last.map { $0.replacing("Geometry: ", with: "").filter { $0 != " " } } ?? ""
  }

  /// Closes the window by its key and waits for the program: its exit code, and what it has
  /// written to standard error.
  func quit(by key: String = "ctrl+q") throws -> (code: Int32, errors: String) {
    try press(key)
    return try end()
  }

  /// Sends the program a signal, and waits for it.
  func end(by signal: Int32) throws -> (code: Int32, errors: String) {
    Glibc.kill(process.processIdentifier, signal)
    return try end()
  }

  private func end() throws -> (code: Int32, errors: String) {
    let errors = errors.whole
    process.waitUntilExit()
    return (process.terminationStatus, errors)
  }

  /// Waits until the program has written something to standard error.
  func waitForError(_ part: String) throws {
    try waitFor("\(part)") { errors.text.contains(part) ? true : nil }
  }

  /// Ends the program as it ends when nothing else helps.
  func kill() {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit {
    if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
  }

  // MARK: Other programs

  /// The lines that a program prints.
  @discardableResult
  static func output(_ arguments: String...) throws -> [String] {
    String(decoding: try run(arguments), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// What a program prints.
  static func data(_ arguments: String...) throws -> Data { try run(arguments) }

  private static func run(_ arguments: [String]) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return data
  }
}

/// What a program writes, as it is written.
private final class CollectedOutput: Sendable {
  let pipe = Pipe()
  private let data = Mutex(Data())
  private let end = DispatchSemaphore(value: 0)

  /// Begins to read.
  func collect() {
    Thread.detachNewThread { [self] in
      while case let part = pipe.fileHandleForReading.availableData, !part.isEmpty {
        data.withLock { $0 += part }
      }
      end.signal()
    }
  }

  /// What has been written until now.
  var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }

  /// All of it, as soon as the program has ended.
  var whole: String {
    end.wait()
    end.signal()
    return text
  }
}

/// What a look gives as soon as it gives something, which is bound to happen.
@discardableResult
func waitFor<Value>(_ what: Comment, _ look: () throws -> Value?) throws -> Value {
  let deadline = Date(timeIntervalSinceNow: hangTimeout)
  while Date() < deadline {
    if let value = try look() { return value }
    Thread.sleep(forTimeInterval: 0.01)
  }
  return try #require(try look(), what)
}
