// ShownScreenTests.swift: what is made of screens before they are shown.

import Chip8Core
import Chip8Player
import SaveState
import Testing

/// Numbers that look like chance, the same in every run.
private struct Chance {
  private var state: UInt64 = 1

  mutating func next(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }
}

@Suite struct FlickerFilterTests {
  private static let size = Size(width: 16, height: 8)

  private func screens(_ count: Int) -> [Screen] {
    var chance = Chance()
    var pixels = [UInt8](repeating: 0, count: FlickerFilterTests.size.width * 8)
    return (0..<count).map { _ in
      // Some pixels change often, others seldom.
      for index in pixels.indices where chance.next(2 + index / 8) == 0 {
        pixels[index] = UInt8(chance.next(4))
      }
      return Screen(pixels, width: 16, height: 8)
    }
  }

  private func shown(_ screens: [Screen], _ blending: FlickerBlending) -> [ShownScreen] {
    var filter = FlickerFilter()
    return screens.indices.map { frame in
      filter.show(screens[frame], before: screens[(frame + 1)...], blending)
    }
  }

  /// The rule, pixel by pixel and plane by plane: off for at most three frames between two in which it is
  /// on.
  private func isGap(_ screens: [Screen], _ frame: Int, _ index: Int, _ bit: UInt8) -> Bool {
    let isOn = { (screens[$0].pixels[index] & bit) != 0 }
    guard !isOn(frame), let before = (0..<frame).last(where: isOn),
      let after = (frame..<screens.count).first(where: isOn)
    else { return false }
    return after - before - 1 <= FlickerFilter.maxFrames
  }

  @Test("Only pixels that are erased and redrawn within three frames are blended")
  func onlyGaps() {
    let screens = screens(300)
    let (full, mild) = (shown(screens, .full), shown(screens, .mild))
    var filled = 0
    for frame in screens.indices {
      for (index, value) in screens[frame].pixels.enumerated() {
        let gaps: UInt8 = [1, 2].reduce(0) { bits, bit in
          isGap(screens, frame, index, bit) ? bits | bit : bits
        }
        #expect(full[frame].pixels[index] == (value | gaps) * 5)
        #expect(mild[frame].pixels[index] == value | gaps | value << 2)
        filled += gaps == 0 ? 0 : 1
      }
    }
    #expect(filled > 1000)
    #expect(shown(screens, .off) == screens.map { ShownScreen($0) })
  }

  @Test("Moving pixels leave no trail, and slow blinking stays", arguments: [1, 2, 5])
  func nothingElse(framesPerStep: Int) {
    let screens = (0..<120).map { frame in
      var pixels = [UInt8](repeating: 0, count: 128)
      pixels[frame / framesPerStep % 128] = 1
      pixels[127] = frame / 4 % 2 == 0 ? 1 : 0
      return Screen(pixels, width: 16, height: 8)
    }
    #expect(shown(screens, .full) == screens.map { ShownScreen($0) })
  }

  @Test("Another resolution starts over")
  func resolution() {
    let small = Screen([1, 1, 1, 1], width: 2, height: 2)
    let large = Screen([0, 0, 0, 0, 0, 0, 0, 0], width: 4, height: 2)
    let screens = [small, large, small, large, small]
    #expect(shown(screens, .full) == screens.map { ShownScreen($0) })
  }

  @Test("A session blends flicker without changing the machine")
  func session() throws {
    let scratch = try Scratch()
    // Erased and drawn in turn, with a wait for the next frame after each.
    let source = """
      : main i := hex v0
        loop
          sprite v1 v2 5
          vF := 1 delay := vF
          loop vF := delay while vF != 0 again
        again
      """
    func session(_ blending: FlickerBlending) throws -> PlaySession {
      var options = PlaySession.Options()
      options.slotsRoot = scratch.path("slots")
      let session = PlaySession(try scratch.load(source), .none, options)
      session.flickerBlending = blending
      return session
    }
    let (full, off) = (try session(.full), try session(.off))
    let blank = full.screen
    var (blankCount, drawn): (Int, [ShownScreen]) = (0, [])
    for _ in 0..<30 {
      full.runFrame(keys: [])
      off.runFrame(keys: [])
      #expect(full.screen == off.screen)
      #expect(off.shownScreen == ShownScreen(off.screen))
      blankCount += full.screen == blank ? 1 : 0
      drawn.append(full.shownScreen)
    }
    #expect(blankCount > 5)
    #expect(Set(drawn.drop { $0 == ShownScreen(blank) }.map(\.pixels)).count == 1)
    #expect(full.player.machine.stateDigest == off.player.machine.stateDigest)
    // What is being looked at is unchanged.
    full.stepBack()
    #expect(full.shownScreen == ShownScreen(full.screen))
  }

  @Test("A blended colour is as bright as its two colours in turn")
  func mixtures() {
    let colors: [UInt32] = [0x00_00_00, 0xFF_FF_FF, 0x10_80_F0, 0x10_00_F0]
    let mixtures = ShownScreen.mixtures(of: colors)
    for value in 0..<4 { #expect(mixtures[value * 5] == colors[value]) }
    #expect(mixtures[0b0100] == 0xB4_B4_B4 && mixtures[0b0001] == 0xB4_B4_B4)
    #expect(mixtures[0b1110] == 0x10_5B_F0)
  }
}

@Suite struct FlashLimiterTests {
  private static let second: UInt64 = 1_000_000_000

  private func screen(_ pixels: [UInt8]) -> ShownScreen {
    ShownScreen(Screen(pixels, width: pixels.count, height: 1))
  }

  @Test(
    "No pixel changes more than six times in any second, whatever happens",
    arguments: [30, 60, 144])
  func limit(picturesPerSecond: UInt64) {
    var (chance, limiter) = (Chance(), FlashLimiter())
    var changes = [[UInt64]](repeating: [], count: 12)
    var before: ShownScreen?
    var mostCount = 0
    for picture in 0..<20 * picturesPerSecond {
      let now = 77 + picture * FlashLimiterTests.second / picturesPerSecond
      // Now and then another resolution.
      let pixels = (0..<(picture / 300 % 5 == 4 ? 6 : 12)).map { UInt8(chance.next(1 + $0 % 4)) }
      let shown = limiter.show(screen(pixels), now: now)
      for index in 0..<12 where value(shown, index) != before.flatMap({ value($0, index) }) {
        changes[index].append(now)
        let count = changes[index].count { now - $0 < FlashLimiterTests.second }
        #expect(count <= 6)
        mostCount = max(mostCount, count)
      }
      before = shown
    }
    #expect(mostCount == 6)
  }

  /// A smaller resolution has larger pixels in the same places.
  private func value(_ screen: ShownScreen, _ index: Int) -> UInt8? {
    screen.pixels[index * screen.pixels.count / 12]
  }

  @Test("Still pictures and rare changes are shown at once")
  func rest() {
    var limiter = FlashLimiter()
    let frames = (0..<60).map { screen([$0 % 2 == 0 ? 0 : 1, $0 < 30 ? 0 : 1]) }
    var now: UInt64 = 0
    for frame in frames {
      now += FlashLimiterTests.second / 60
      #expect(limiter.show(frame, now: now).pixels[1] == frame.pixels[1])
    }
    let end = screen([2, 1])
    _ = limiter.show(end, now: now + FlashLimiterTests.second / 60)
    #expect(limiter.show(end, now: now + FlashLimiterTests.second) == end)
  }
}

@Suite struct ScreenLookTests {
  @Test(
    "Lines leave most of each pixel, and none are drawn where pixels are small",
    arguments: ScreenLook.allCases)
  func lines(look: ScreenLook) {
    let pixels = Size(width: 64, height: 32)
    for (picture, isTurned) in [
      (Area(x: 5, y: 7, width: 896, height: 448), false),
      (Area(x: 0, y: 0, width: 331, height: 655), true),
    ] {
      let lines = look.lines(over: picture, pixels, isTurned: isTurned)
      #expect(lines.isEmpty == (look == .plain))
      let covered = lines.reduce(0) { $0 + $1.width * $1.height }
      #expect(covered * 5 <= picture.width * picture.height * 2)
      for line in lines {
        #expect(line.x >= picture.x && line.maxX <= picture.maxX && line.width > 0)
        #expect(line.y >= picture.y && line.maxY <= picture.maxY && line.height > 0)
      }
    }
    let small = Area(x: 0, y: 0, width: 128, height: 64)
    #expect(look.lines(over: small, pixels).isEmpty)
  }

  @Test("Whole pixels have one size, on a television too, and the picture is centred")
  func wholePixels() {
    let (window, pixels) = (
      Area(x: 0, y: 0, width: 1000, height: 500), Size(width: 64, height: 32)
    )
    #expect(window.fitting(pixels) == window)
    #expect(
      window.fitting(pixels, wholePixels: pixels) == Area(x: 20, y: 10, width: 960, height: 480))
    let tv = PictureAspect.tv.proportions(of: pixels)
    #expect(window.fitting(tv) == Area(x: 167, y: 0, width: 666, height: 500))
    #expect(window.fitting(tv, wholePixels: pixels) == Area(x: 180, y: 10, width: 640, height: 480))
    // What has no room for whole pixels has others.
    let tiny = Area(x: 0, y: 0, width: 40, height: 40)
    #expect(tiny.fitting(pixels, wholePixels: pixels).size == Size(width: 40, height: 20))
  }
}
