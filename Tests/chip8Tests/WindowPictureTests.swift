import Chip8Core
import Foundation
import SaveState
import Testing

/// How the picture is drawn in a window, and what mouse and keys change of it.
@Suite(
  "The window's picture", .serialized,
  .enabled(if: Desktop.isAvailable, "needs an X server: make test brings one"))
struct WindowPictureTests {
  private let scratch: Scratch
  private let off: [UInt8] = [255, 0, 0]
  private let on: [UInt8] = [0, 255, 0]

  init() throws { scratch = try Scratch() }

  private func open(_ source: String, _ arguments: String...) throws -> Desktop {
    try scratch.write("program.8o", Array(source.utf8))
    return try Desktop(
      [
        scratch.path("program.8o"), "--no-card", "--slots", scratch.directory, "--colors",
        "FF0000,00FF00",
      ] + arguments)
  }

  /// A square of pixels in the upper left corner, which is there from the first frame on.
  private let square = """
    : main i := square sprite v0 v0 8 loop again
    : square 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF
    """

  private func point(_ desktop: Desktop, _ x: Int, _ y: Int) throws -> [UInt8] {
    Array(try desktop.picture("1x1+\(x)+\(y)"))
  }

  @Test("On a television, pixels are taller than wide and all of one size")
  func television() throws {
    let desktop = try open(square, "--aspect", "tv")
    // 9 points wide and 14 high.
    try waitFor("the square") { try point(desktop, 161, 1) == on ? true : nil }
    for (x, y, color) in [
      (159, 1, off), (160 + 8 * 9 - 1, 8 * 14 - 1, on), (160 + 8 * 9, 1, off),
      (161, 8 * 14, off),
    ] { #expect(try point(desktop, x, y) == color) }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("The LCD grid lies between pixels, and L turns it off again")
  func look() throws {
    let desktop = try open(square, "--look", "lcd")
    try waitFor("the square") { try point(desktop, 1, 1) == on ? true : nil }
    let gap = try point(desktop, 13, 5)
    #expect(gap[0] > 100 && gap[1] > 50)
    #expect(try point(desktop, 12, 5) == on && point(desktop, 14, 5) == on)
    try desktop.press("l", "l")
    try waitFor("a plain picture") { try point(desktop, 13, 5) == on ? true : nil }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Full blending shows erased and redrawn pixels all the time")
  func flicker() throws {
    let source = """
      : main i := square
        loop sprite v0 v0 8 vF := 1 delay := vF loop vF := delay while vF != 0 again again
      : square 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF
      """
    let desktop = try open(source, "--flicker", "full")
    try waitFor("the square") { try point(desktop, 1, 1) == on ? true : nil }
    for _ in 0..<20 { #expect(try point(desktop, 1, 1) == on) }
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("F11 toggles full screen, without a window manager and on pages too")
  func fullScreen() throws {
    let desktop = try open(square)
    let size = try desktop.size()
    for (page, brightness) in [(nil, 255), ("Escape", 31)] as [(String?, UInt8)] {
      if let page { try desktop.press(page) }
      // Behind a page the picture is darker.
      let (off, on): ([UInt8], [UInt8]) = ([brightness, 0, 0], [0, brightness, 0])
      func waitForPicture(_ what: Comment, in size: String, right: Int, bottom: Int) throws {
        try waitFor(what) {
          try desktop.size() == size && point(desktop, right - 1, bottom - 1) == on
            && point(desktop, right, bottom) == off ? true : nil
        }
      }
      try waitForPicture("the square", in: size, right: 8 * 14, bottom: 8 * 14)
      try desktop.press("F11")
      // 20 points a pixel, in the middle.
      try waitForPicture("full screen", in: "1280x800", right: 8 * 20, bottom: 80 + 8 * 20)
      #expect(try point(desktop, 1279, 719) == off)
      try desktop.press("F11")
      try waitForPicture("the window", in: size, right: 8 * 14, bottom: 8 * 14)
      #expect(try point(desktop, 895, 447) == off)
    }
    #expect(try desktop.quit() == (0, ""))
  }

  /// Keeps the key that was pressed last in a register.
  private let keeping = ": main loop v3 := key again"

  private func register(_ desktop: Desktop, _ slot: Int) throws -> UInt8 {
    try desktop.press("shift+\(slot)", "F5")
    let slots = Slots(root: scratch.directory, program: try program().sha1)
    let machine: Chip8 = try waitFor("slot \(slot)") { try? slots.image(.key(slot)).machine() }
    return machine.state.v[3]
  }

  private func program() throws -> Program {
    let assembled = try scratch.chip8("asm", scratch.path("program.8o"), "--output", "-")
    return Program(name: "", bytes: assembled.output)
  }

  @Test("The mouse presses the keypad beside the picture, which K hides")
  func keypad() throws {
    let desktop = try open(keeping, "--keypad")
    try waitFor("the keypad") { try point(desktop, 790, 170) != off ? true : nil }
    try desktop.click(x: 782, y: 189)
    #expect(try register(desktop, 1) == 6)
    try desktop.click(x: 852, y: 329)
    #expect(try register(desktop, 2) == 15)
    try desktop.press("k")
    try waitFor("the picture alone") { try point(desktop, 790, 170) == off ? true : nil }
    try desktop.click(x: 782, y: 189)
    #expect(try register(desktop, 3) == 15)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("On the picture, the mouse acts by the touch mode")
  func touch() throws {
    let desktop = try open(keeping, "--touch", "seg16fill")
    try desktop.click(x: 100, y: 400)
    #expect(try register(desktop, 1) == 0xA)
    try desktop.click(x: 800, y: 100)
    #expect(try register(desktop, 2) == 0xC)
    #expect(try desktop.quit() == (0, ""))
  }

  @Test("Shift+F3 and Shift+F4 change the instructions per frame")
  func instructionsPerFrame() throws {
    let desktop = try open(square, "--platform", "chip8", "--ipf", "12")
    let slots = Slots(root: scratch.directory, program: try program().sha1)
    for (key, slot, count) in [("shift+F4", 1, 15), ("shift+F3", 2, 12), ("shift+F3", 3, 11)] {
      try desktop.press(key, "shift+\(slot)", "F5")
      let machine: Chip8 = try waitFor("slot \(slot)") { try? slots.image(.key(slot)).machine() }
      #expect(machine.state.configuration.instructionsPerFrame == count)
    }
    #expect(try desktop.quit() == (0, ""))
  }
}
