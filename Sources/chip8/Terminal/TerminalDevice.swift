import CTerminal
import Chip8Player
import Glibc

/// The terminal that this process was started in: its mode and size, reading and writing. It is reopened, as
/// other processes share the standard descriptors and must not find them non-blocking, and as standard input
/// and output can be something else.
final class TerminalDevice {
  /// Ends a sequence or an update that was cut short.
  private static let cut = "\u{18}\u{1B}\\\u{1B}[?2026l"
  private static let farewell = "\u{1B}[?1004l\u{1B}[0m\u{1B}[?7h\u{1B}[?25h"
  /// Reports mouse buttons with the cell that they are pressed in.
  private static let mouse = (on: "\u{1B}[?1000h\u{1B}[?1006h", off: "\u{1B}[?1006l\u{1B}[?1000l")
  private static let otherScreen = "\u{1B}[?1049l"
  private static let keyReports = "\u{1B}[<u"
  /// Unambiguous sequences for all keys, with releases and with their place on a US layout.
  private static let reportKeys = "\u{1B}[>15u"

  private let descriptor: Int32
  private var unwritten: ArraySlice<UInt8> = []
  private var isReportingKeys = false
  private var isReportingMouse = false
  /// Whether the terminal is gone.
  private(set) var isGone = false

  init() throws(Failure) {
    descriptor = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        message: "no terminal to play in; run chip8 in one, or use --headless", code: EX_UNAVAILABLE
      )
    }
  }

  deinit { close(descriptor) }

  // MARK: Its mode

  /// Takes over the terminal: no echo, no signals from keys, and the alternate screen.
  func enter(reportingKeys: Bool) throws(Failure) {
    var mode = termios()
    guard tcgetattr(descriptor, &mode) == 0 else {
      throw Failure(
        message: "cannot use the terminal: \(String(cString: strerror(errno)))",
        code: EX_UNAVAILABLE)
    }
    var raw = mode
    cfmakeraw(&raw)
    // This stops a background process until it is in the foreground.
    tcsetattr(descriptor, TCSANOW, &raw)
    CTerminal_guard(descriptor, &mode)
    (isReportingKeys, isReportingMouse) = (false, false)
    setFarewell(isCut: true)
    write(Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[?1004h\u{1B}[2J".utf8))
    if reportingKeys { reportKeys() }
  }

  /// Has the terminal report all keys, up and down.
  func reportKeys() {
    isReportingKeys = true
    setFarewell(isCut: true)
    write(Array(TerminalDevice.reportKeys.utf8))
  }

  /// Turns mouse reports on or off. While they are on, the mouse cannot select text.
  func setMouse(_ isReported: Bool) {
    guard isReported != isReportingMouse else { return }
    isReportingMouse = isReported
    setFarewell(isCut: true)
    write(Array((isReported ? TerminalDevice.mouse.on : TerminalDevice.mouse.off).utf8))
  }

  /// Restores the terminal.
  func leave() {
    setFarewell(isCut: !unwritten.isEmpty)
    unwritten = []
    CTerminal_giveBack()
  }

  /// Sets what is written last, here or by a signal handler.
  private func setFarewell(isCut: Bool) {
    let text =
      (isCut ? TerminalDevice.cut : "") + TerminalDevice.farewell
      + (isReportingKeys ? TerminalDevice.keyReports : "")
      + (isReportingMouse ? TerminalDevice.mouse.off : "") + TerminalDevice.otherScreen
    let bytes = Array(text.utf8)
    CTerminal_setFarewell(bytes, bytes.count)
  }

  // MARK: Its size

  /// Its size in cells, and that of a cell in pixels if the terminal says it.
  var size: (cells: Size, cell: Size?) {
    var size = winsize()
    _ = ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    let cells = Size(width: Int(size.ws_col), height: Int(size.ws_row))
    guard size.ws_xpixel > 0, size.ws_ypixel > 0, cells.width > 0, cells.height > 0 else {
      return (cells, nil)
    }
    let cell = Size(
      width: Int(size.ws_xpixel) / cells.width, height: Int(size.ws_ypixel) / cells.height)
    return (cells, cell.width > 0 && cell.height > 0 ? cell : nil)
  }

  // MARK: Reading and writing

  /// What was typed since the last call.
  func read() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { isGone = true }
    return Array(bytes.prefix(max(0, count)))
  }

  /// Whether everything was written, so that a frame would show at once.
  var isReady: Bool { unwritten.isEmpty }

  /// Writes as much as the terminal takes without blocking; ``flush()`` writes the rest.
  func write(_ bytes: [UInt8]) {
    unwritten += bytes
    flush()
  }

  func flush() {
    while !unwritten.isEmpty, !isGone {
      let count = unwritten.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        unwritten.removeFirst(count)
      } else if errno != EINTR {
        isGone = errno != EAGAIN
        return
      }
    }
  }

  /// Waits for input, for a signal, or for room to write what is left.
  func wait(nanoseconds: UInt64) {
    let events = Int16(POLLIN | (unwritten.isEmpty ? 0 : POLLOUT))
    var all = [pollfd(fd: descriptor, events: events, revents: 0)]
    if let interrupt = Interrupt.descriptor {
      all.append(pollfd(fd: interrupt, events: Interrupt.wasCaught ? 0 : Int16(POLLIN), revents: 0))
    }
    let milliseconds = Int32(min(nanoseconds, 100_000_000) / 1_000_000)
    if milliseconds > 0 {
      poll(&all, nfds_t(all.count), milliseconds)
    } else {
      var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
      nanosleep(&time, nil)
    }
  }
}
