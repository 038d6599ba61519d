import CTerminal
import Glibc

/// The terminal that this process was started in: its mode, its size, what is typed and what is written.
/// It is reopened, so that no other process's descriptor stops waiting, and standard input and output
/// can be something else.
final class TerminalDevice {
  /// Ends a sequence or an update that is cut off.
  private static let cut = "\u{18}\u{1B}\\\u{1B}[?2026l"
  private static let farewell = "\u{1B}[?1004l\u{1B}[0m\u{1B}[?7h\u{1B}[?25h"
  /// A button of the mouse is reported with the cell that it is in.
  private static let mouse = (on: "\u{1B}[?1000h\u{1B}[?1006h", off: "\u{1B}[?1006l\u{1B}[?1000l")
  private static let otherScreen = "\u{1B}[?1049l"
  private static let keyReports = "\u{1B}[<u"
  /// What is disambiguated, its releases, its place on other layouts, and all keys as sequences.
  private static let reportKeys = "\u{1B}[>15u"

  private let descriptor: Int32
  private var unwritten: ArraySlice<UInt8> = []
  private var isReportingKeys = false
  private var isReportingMouse = false
  /// Whether nobody is at the terminal any more.
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

  /// Takes the terminal: nothing typed is echoed or becomes a signal, and the screen is another one.
  func enter(reportingKeys: Bool) throws(Failure) {
    var mode = termios()
    guard tcgetattr(descriptor, &mode) == 0 else {
      throw Failure(
        message: "cannot use the terminal: \(String(cString: strerror(errno)))",
        code: EX_UNAVAILABLE)
    }
    var raw = mode
    cfmakeraw(&raw)
    // In the background this stops the process until it is in the foreground.
    tcsetattr(descriptor, TCSANOW, &raw)
    CTerminal_guard(descriptor, &mode)
    (isReportingKeys, isReportingMouse) = (false, false)
    setFarewell(isCut: true)
    write(Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[?1004h\u{1B}[2J".utf8))
    if reportingKeys { reportKeys() }
  }

  /// From now on the terminal reports all keys, up and down.
  func reportKeys() {
    isReportingKeys = true
    setFarewell(isCut: true)
    write(Array(TerminalDevice.reportKeys.utf8))
  }

  /// Says whether the terminal is to report its mouse: while it does, nobody can select text with it.
  func setMouse(_ isReported: Bool) {
    guard isReported != isReportingMouse else { return }
    isReportingMouse = isReported
    setFarewell(isCut: true)
    write(Array((isReported ? TerminalDevice.mouse.on : TerminalDevice.mouse.off).utf8))
  }

  /// Gives the terminal back as it was.
  func leave() {
    setFarewell(isCut: !unwritten.isEmpty)
    unwritten = []
    CTerminal_giveBack()
  }

  /// Sets what is written last, whoever comes to write it.
  private func setFarewell(isCut: Bool) {
    let text =
      (isCut ? TerminalDevice.cut : "") + TerminalDevice.farewell
      + (isReportingKeys ? TerminalDevice.keyReports : "")
      + (isReportingMouse ? TerminalDevice.mouse.off : "") + TerminalDevice.otherScreen
    let bytes = Array(text.utf8)
    CTerminal_setFarewell(bytes, bytes.count)
  }

  // MARK: Its size

  /// Its cells, and the size of a cell in points, where it says that.
  var size: (cells: TerminalSize, cell: TerminalSize?) {
    var size = winsize()
    _ = ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    let cells = TerminalSize(width: Int(size.ws_col), height: Int(size.ws_row))
    guard size.ws_xpixel > 0, size.ws_ypixel > 0, cells.width > 0, cells.height > 0 else {
      return (cells, nil)
    }
    let cell = TerminalSize(
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

  /// Whether everything has been written, so that a frame would be seen at once.
  var isReady: Bool { unwritten.isEmpty }

  /// Writes as much as the terminal takes now; ``flush()`` writes the rest.
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

  /// Waits until something is typed or caught, or there is room for what is unwritten.
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
