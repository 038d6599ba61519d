#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// Draws the marks of pages. Texts are cached as textures, as most stay from one picture to the next.
  final class Painter {
    /// More than any page has.
    private static let maxTextureCount = 512

    private let renderer: OpaquePointer
    private var size = Size(width: 0, height: 0)
    private(set) var text: any TextRenderer = BuiltInText(fitting: Size(width: 0, height: 0))
    private var textures: [Label: OpaquePointer] = [:]
    private var picture: OpaquePointer?
    private var pictureSize = Size(width: 0, height: 0)

    private struct Label: Hashable {
      let text: String
      let style: TextStyle
      let color: UInt32
      let size: Size
    }

    init(_ renderer: OpaquePointer) { self.renderer = renderer }

    deinit {
      forgetTexts()
      if let picture { SDL_DestroyTexture(picture) }
    }

    /// Chooses a text size that suits the window.
    func setSize(_ size: Size) {
      guard size != self.size else { return }
      self.size = size
      forgetTexts()
      text = PangoText(fitting: size) ?? BuiltInText(fitting: size)
    }

    /// Drops the cached textures, as when the device has lost them.
    func forgetTexts() {
      for texture in textures.values { SDL_DestroyTexture(texture) }
      textures = [:]
    }

    func draw(_ marks: [PageLayout.Mark]) {
      for mark in marks {
        switch mark.content {
        case .fill(let tint, let alpha): fill(mark.area, tint.color, alpha: alpha)
        case .text(let text, let style, let tint, let alignment):
          draw(text, style, tint.color, alignment, in: mark.area)
        case .picture(let picture):
          fill(mark.area, picture.colors[0], alpha: 255)
          let screen = ShownScreen(picture.screen)
          draw(screen, picture.colors, in: mark.area.fitting(screen.size))
        }
      }
    }

    func fill(_ area: Area, _ color: UInt32, alpha: UInt8) { fill([area], color, alpha: alpha) }

    func fill(_ areas: [Area], _ color: UInt32, alpha: UInt8) {
      SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND)
      setDrawColor(renderer, color, alpha: alpha)
      SDL_RenderFillRects(renderer, areas.map { SDL_Rect($0) }, Int32(areas.count))
    }

    // MARK: Texts

    private func draw(
      _ string: String, _ style: TextStyle, _ color: UInt32, _ alignment: PageLayout.Alignment,
      in area: Area
    ) {
      guard !string.isEmpty, area.width > 0, area.height > 0 else { return }
      let needed = text.size(of: string, style, width: area.width)
      let size = Size(width: min(needed.width, area.width), height: area.height)
      guard let texture = texture(Label(text: string, style: style, color: color, size: size))
      else {
        return
      }
      let rest = area.width - size.width
      let left =
        switch alignment {
        case .left: 0
        case .center: rest / 2
        case .right: rest
        }
      copy(
        texture,
        to: Area(x: area.x + left, y: area.y, width: size.width, height: size.height))
    }

    private func texture(_ label: Label) -> OpaquePointer? {
      if let texture = textures[label] { return texture }
      if textures.count >= Painter.maxTextureCount { forgetTexts() }
      let points = text.points(of: label.text, label.style, label.color, label.size)
      guard
        let texture = Painter.texture(renderer, label.size, SDL_TEXTUREACCESS_STATIC)
      else { return nil }
      SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND)
      SDL_UpdateTexture(texture, nil, points, Int32(label.size.width * 4))
      textures[label] = texture
      return texture
    }

    static func texture(
      _ renderer: OpaquePointer, _ size: Size, _ access: SDL_TextureAccess
    ) -> OpaquePointer? {
      SDL_CreateTexture(
        renderer, SDL_PIXELFORMAT_ARGB8888.rawValue, Int32(access.rawValue), Int32(size.width),
        Int32(size.height))
    }

    // MARK: Screens

    /// Draws a screen, rotated about the centre of its area.
    func draw(_ screen: ShownScreen, _ colors: [UInt32], in area: Area, rotation: Int = 0) {
      let size = screen.size
      if picture == nil || pictureSize != size {
        if let picture { SDL_DestroyTexture(picture) }
        picture = Painter.texture(renderer, size, SDL_TEXTUREACCESS_STREAMING)
        pictureSize = size
        SDL_SetTextureScaleMode(picture, SDL_ScaleModeNearest)
      }
      guard let picture else { return }
      let mixtures = ShownScreen.mixtures(of: colors)
      let points = screen.pixels.map { mixtures[Int($0)] | 0xFF00_0000 }
      SDL_UpdateTexture(picture, nil, points, Int32(size.width * 4))
      copy(picture, to: area, rotation: rotation)
    }

    private func copy(_ texture: OpaquePointer, to area: Area, rotation: Int = 0) {
      var area = SDL_Rect(area)
      SDL_RenderCopyEx(renderer, texture, nil, &area, Double(rotation), nil, SDL_FLIP_NONE)
    }
  }

  extension ShownScreen {
    /// In pixels.
    var size: Size { Size(width: screen.width, height: screen.height) }
  }

  extension SDL_Rect {
    init(_ area: Area) {
      self.init(x: Int32(area.x), y: Int32(area.y), w: Int32(area.width), h: Int32(area.height))
    }
  }
#endif
