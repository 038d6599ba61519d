#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// What is seen: the machine's screen, as large as fits, or the slots to choose from, and a line of
  /// text over it.
  final class ScreenRenderer {
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
      let picker: SlotPicker?
      let progress: PlaySession.Progress?
      let lines: [String]
      let width: Int32
      let height: Int32
    }

    init(_ renderer: OpaquePointer) { self.renderer = renderer }

    deinit { if let texture { SDL_DestroyTexture(texture) } }

    /// The window's contents were lost or its size has changed.
    func invalidate() { shown = nil }

    /// Shows the screen, the slots over it if there are any to choose from, where the machine is on its
    /// course if it is only looked at, and the lines, unless all that is shown already.
    func show(
      _ screen: Screen, _ appearance: Appearance, _ picker: SlotPicker?,
      _ progress: PlaySession.Progress?, lines: [String]
    ) {
      var (width, height): (Int32, Int32) = (0, 0)
      SDL_GetRendererOutputSize(renderer, &width, &height)
      let next = Shown(
        screen: screen, colors: appearance.colors, rotation: appearance.rotation, picker: picker,
        progress: progress, lines: lines, width: width, height: height)
      guard next != shown else { return }
      upload(next)
      setColor(next.colors[0])
      SDL_RenderClear(renderer)
      var area = area(next)
      SDL_RenderCopyEx(
        renderer, texture, nil, &area, Double(next.rotation), nil, SDL_FLIP_NONE)
      if let picker { draw(picker, next) }
      if !lines.isEmpty { draw(lines, width, height) }
      if let progress { draw(progress, next) }
      SDL_RenderPresent(renderer)
      shown = next
    }

    private func upload(_ next: Shown) {
      let screen = next.screen
      if texture == nil || shown?.screen.width != screen.width
        || shown?.screen.height != screen.height
      {
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

    /// How many points of the window a point of text or of a small picture has.
    private func scale(_ width: Int32, _ height: Int32) -> Int {
      max(1, Int(min(width, height * 2)) / 400)
    }

    /// Draws a slim bar along the lower edge: the part up to where the machine is in the colour of its
    /// pixels.
    private func draw(_ progress: PlaySession.Progress, _ next: Shown) {
      let bar = SDL_Rect(
        x: 0, y: next.height - Int32(2 * scale(next.width, next.height)), w: next.width,
        h: Int32(2 * scale(next.width, next.height)))
      fill(bar, 0x50_50_50, alpha: 255)
      let (done, all) = (progress.frame - progress.first, progress.last - progress.first)
      var part = bar
      part.w = all == 0 ? bar.w : Int32(UInt64(bar.w) * done / all)
      fill(part, next.colors[1], alpha: 255)
    }

    /// Draws text at the lower edge, broken into as many lines as it needs.
    private func draw(_ texts: [String], _ width: Int32, _ height: Int32) {
      let scale = scale(width, height)
      let margin = 4
      let lines = texts.flatMap { wrapped($0, toWidth: Int(width) / scale - 2 * margin) }
      let lineHeight = PixelFont.height + 2
      let boxHeight = lines.count * lineHeight + 2 * margin - 2
      let top = Int(height) / scale - boxHeight
      fill(
        SDL_Rect(x: 0, y: height - Int32(boxHeight * scale), w: width, h: Int32(boxHeight * scale)),
        0x00_00_00, alpha: 200)
      for (row, line) in lines.enumerated() {
        draw(line, at: (margin, top + margin + row * lineHeight), scale, 0xFF_FF_FF)
      }
    }

    /// Draws a line of text.
    ///
    /// - Parameter place: its upper left corner, in points of text.
    private func draw(_ line: String, at place: (x: Int, y: Int), _ scale: Int, _ color: UInt32) {
      fill(PixelFont.pixels(of: line), at: place, scale, color)
    }

    private func fill(
      _ points: [(x: Int, y: Int)], at place: (x: Int, y: Int), _ scale: Int, _ color: UInt32
    ) {
      setColor(color)
      let areas = points.map { point in
        SDL_Rect(
          x: Int32((place.x + point.x) * scale), y: Int32((place.y + point.y) * scale),
          w: Int32(scale), h: Int32(scale))
      }
      SDL_RenderFillRects(renderer, areas, Int32(areas.count))
    }

    private func fill(_ area: SDL_Rect, _ color: UInt32, alpha: UInt8) {
      SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND)
      setColor(color, alpha)
      var area = area
      SDL_RenderFillRect(renderer, &area)
    }

    // MARK: Slots

    /// Draws the slots: a picture for each, with its name, when it was saved, and how long had been
    /// played.
    private func draw(_ picker: SlotPicker, _ next: Shown) {
      fill(SDL_Rect(x: 0, y: 0, w: next.width, h: next.height), 0x00_00_00, alpha: 220)
      let scale = scale(next.width, next.height)
      let layout = SlotPicker.Layout(
        width: Int(next.width) / scale, height: Int(next.height) / scale)
      draw(picker.heading, at: (SlotPicker.margin, SlotPicker.margin), scale, 0xFF_FF_FF)
      for card in picker.cards(layout) {
        let frame: UInt32 = card.isSelected ? next.colors[1] : 0x50_50_50
        fill(
          SDL_Rect(
            x: Int32((card.x - 2) * scale), y: Int32((card.y - 2) * scale),
            w: Int32((SlotPicker.pictureWidth + 4) * scale),
            h: Int32((SlotPicker.pictureHeight + 4) * scale)), frame, alpha: 255)
        fill(
          SDL_Rect(
            x: Int32(card.x * scale), y: Int32(card.y * scale),
            w: Int32(SlotPicker.pictureWidth * scale),
            h: Int32(SlotPicker.pictureHeight * scale)), next.colors[0], alpha: 255)
        for (value, points) in card.points {
          fill(points, at: (card.x, card.y), scale, next.colors[value])
        }
        for (row, line) in card.lines.enumerated() {
          let y = card.y + SlotPicker.pictureHeight + 4 + row * (PixelFont.height + 1)
          draw(line, at: (card.x, y), scale, card.isSelected ? 0xFF_FF_FF : 0xB0_B0_B0)
        }
      }
    }

    private func wrapped(_ text: String, toWidth width: Int) -> [String] {
      var lines: [String] = []
      for word in text.split(separator: " ").flatMap({ pieces(of: $0, atMost: width) }) {
        if let last = lines.last, PixelFont.width(of: "\(last) \(word)") <= width {
          lines[lines.count - 1] = "\(last) \(word)"
        } else {
          lines.append(String(word))
        }
      }
      return lines
    }

    /// A word, or the parts of one that is wider than a line, as paths are.
    private func pieces(of word: Substring, atMost width: Int) -> [Substring] {
      var pieces = [word.prefix(0)]
      for index in word.indices {
        let longer = word[pieces[pieces.count - 1].startIndex...index]
        if PixelFont.width(of: String(longer)) > width, longer.count > 1 {
          pieces.append(word[index...index])
        } else {
          pieces[pieces.count - 1] = longer
        }
      }
      return pieces
    }

    private func setColor(_ color: UInt32, _ alpha: UInt8 = 255) {
      SDL_SetRenderDrawColor(
        renderer, UInt8(color >> 16 & 0xFF), UInt8(color >> 8 & 0xFF), UInt8(color & 0xFF), alpha)
    }
  }
#endif
