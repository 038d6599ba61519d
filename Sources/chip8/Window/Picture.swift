#if SDL
  import CSDL2
  import Chip8Core

  /// What is seen: the machine's screen, as large as fits, and a line of text over it.
  final class Picture {
    private let renderer: OpaquePointer
    private var texture: OpaquePointer?
    private var shown: Shown?
    /// Whether the screen is enlarged by a whole number, so that all its pixels have one size.
    var hasWholePixels = true { didSet { shown = nil } }

    /// All that a picture is made from: it is drawn again only when this changes.
    private struct Shown: Equatable {
      let screen: Screen
      let colors: [UInt32]
      let rotation: Int
      let line: String?
      let width: Int32
      let height: Int32
    }

    init(_ renderer: OpaquePointer) { self.renderer = renderer }

    deinit { if let texture { SDL_DestroyTexture(texture) } }

    /// The window's contents were lost or its size has changed.
    func invalidate() { shown = nil }

    /// Shows the screen and the line, unless they are shown already.
    func show(_ screen: Screen, _ look: Look, line: String?) {
      var (width, height): (Int32, Int32) = (0, 0)
      SDL_GetRendererOutputSize(renderer, &width, &height)
      let next = Shown(
        screen: screen, colors: look.colors, rotation: look.rotation, line: line, width: width,
        height: height)
      guard next != shown else { return }
      upload(next)
      setColor(next.colors[0])
      SDL_RenderClear(renderer)
      var area = area(next)
      SDL_RenderCopyEx(
        renderer, texture, nil, &area, Double(next.rotation), nil, SDL_FLIP_NONE)
      if let line { draw(line, width, height) }
      SDL_RenderPresent(renderer)
      shown = next
    }

    private func upload(_ next: Shown) {
      let screen = next.screen
      if texture == nil || shown?.screen.width != screen.width {
        if let texture { SDL_DestroyTexture(texture) }
        texture = SDL_CreateTexture(
          renderer, SDL_PIXELFORMAT_ARGB8888.rawValue,
          Int32(SDL_TEXTUREACCESS_STREAMING.rawValue), Int32(screen.width), Int32(screen.height))
        SDL_SetTextureScaleMode(texture, SDL_ScaleModeNearest)
      }
      let points = screen.pixels.map { next.colors[Int($0)] | 0xFF00_0000 }
      SDL_UpdateTexture(texture, nil, points, Int32(screen.width * 4))
    }

    /// Where the screen goes in the window before it is turned about its middle: in the middle of
    /// the window, its proportions kept.
    private func area(_ next: Shown) -> SDL_Rect {
      let (width, height) = (Int32(next.screen.width), Int32(next.screen.height))
      let isUpright = next.rotation % 180 == 0
      let room = isUpright ? (w: next.width, h: next.height) : (w: next.height, h: next.width)
      let whole = min(room.w / width, room.h / height)
      let size =
        hasWholePixels && whole >= 1
        ? (w: width * whole, h: height * whole)
        : (w: min(room.w, room.h * width / height), h: min(room.h, room.w * height / width))
      return SDL_Rect(
        x: (next.width - size.w) / 2, y: (next.height - size.h) / 2, w: size.w, h: size.h)
    }

    /// Draws text at the lower edge, broken into as many lines as it needs.
    private func draw(_ text: String, _ width: Int32, _ height: Int32) {
      let scale = max(1, Int(min(width, height * 2)) / 400)
      let margin = 4
      let lines = wrapped(text, toWidth: Int(width) / scale - 2 * margin)
      let lineHeight = PixelFont.height + 2
      let boxHeight = lines.count * lineHeight + 2 * margin - 2
      let top = Int(height) / scale - boxHeight
      SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND)
      SDL_SetRenderDrawColor(renderer, 0, 0, 0, 200)
      var box = SDL_Rect(
        x: 0, y: height - Int32(boxHeight * scale), w: width, h: Int32(boxHeight * scale))
      SDL_RenderFillRect(renderer, &box)
      SDL_SetRenderDrawColor(renderer, 255, 255, 255, 255)
      for (row, line) in lines.enumerated() {
        let points = PixelFont.pixels(of: line).map { point in
          SDL_Rect(
            x: Int32((margin + point.x) * scale),
            y: Int32((top + margin + row * lineHeight + point.y) * scale),
            w: Int32(scale), h: Int32(scale))
        }
        SDL_RenderFillRects(renderer, points, Int32(points.count))
      }
    }

    private func wrapped(_ text: String, toWidth width: Int) -> [String] {
      var lines: [String] = []
      for word in text.split(separator: " ") {
        if let last = lines.last, PixelFont.width(of: "\(last) \(word)") <= width {
          lines[lines.count - 1] = "\(last) \(word)"
        } else {
          lines.append(String(word))
        }
      }
      return lines
    }

    private func setColor(_ color: UInt32) {
      SDL_SetRenderDrawColor(
        renderer, UInt8(color >> 16 & 0xFF), UInt8(color >> 8 & 0xFF), UInt8(color & 0xFF), 255)
    }
  }
#endif
