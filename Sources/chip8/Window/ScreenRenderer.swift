#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player

  /// The controls for mouse and fingers.
  struct TouchView: Equatable {
    let mode: TouchMode
    /// The keypad beside the picture; nil if there is none.
    let card: KeyCard?
    let held: Set<TouchControls.Control>

    /// Whether there is anything to touch.
    var takesFingers: Bool { card != nil || ![.auto, .none].contains(mode) }
  }

  /// Draws the machine's screen as large as it fits, with a page over it or a message beside it.
  final class ScreenRenderer {
    private let renderer: OpaquePointer
    private let painter: Painter
    private var shown: Shown?
    /// The layout of the page that is shown.
    private(set) var layout = PageLayout()
    /// Where the touch controls are.
    private(set) var touchLayout = TouchLayout(
      .none, picture: Area(x: 0, y: 0, width: 0, height: 0), keypad: nil)
    /// The size of the window's picture.
    var size: Size { shown?.size ?? Size(width: 0, height: 0) }
    /// The message that is shown, and where.
    private var message: (text: ShownMessage, size: Size, place: MessagePlace)?

    /// Everything that the picture depends on: it is redrawn only when this changes.
    private struct Shown: Equatable {
      let screen: ShownScreen
      let appearance: Appearance
      let style: PictureStyle
      let touch: TouchView
      var page: PageView?
      let debugger: DebuggerLayout?
      let progress: PlaySession.Progress?
      let message: ShownMessage?
      let size: Size
    }

    init(_ renderer: OpaquePointer) {
      self.renderer = renderer
      painter = Painter(renderer)
    }

    /// Redraws everything next time: the window lost its contents or changed its size.
    func invalidate(losingTextures: Bool = false) {
      shown = nil
      if losingTextures { painter.forgetTexts() }
    }

    /// The text renderer for the window's size.
    var text: any TextRenderer { painter.text }

    /// The current size of the window's picture.
    func outputSize() -> Size {
      var (width, height): (Int32, Int32) = (0, 0)
      SDL_GetRendererOutputSize(renderer, &width, &height)
      let size = Size(width: Int(width), height: Int(height))
      painter.setSize(size)
      return size
    }

    /// Shows the screen with the open page over it or the debugger around it, the position on the timeline
    /// while it is browsed, and the message. Does nothing if nothing has changed.
    func show(
      _ screen: ShownScreen, _ appearance: Appearance, _ style: PictureStyle,
      _ touch: TouchView, _ page: inout PageView?, _ debugger: DebuggerLayout?,
      _ progress: PlaySession.Progress?, _ message: ShownMessage?
    ) {
      let size = outputSize()
      let next = Shown(
        screen: screen, appearance: appearance, style: style, touch: touch, page: page,
        debugger: debugger,
        progress: progress, message: message, size: size)
      guard next != shown else { return }
      shown = next
      setDrawColor(renderer, appearance.colors[0])
      SDL_RenderClear(renderer)
      if let debugger { painter.draw(debugger.marks) }
      let area = area(next)
      touchLayout = TouchLayout(
        touch.mode, picture: turned(area, appearance.rotation),
        keypad: touch.card != nil ? TouchLayout.split(whole(next.size)).keypad : nil)
      if area.width > 0, area.height > 0 {
        painter.draw(screen, appearance.colors, in: area, rotation: appearance.rotation)
        drawLook(of: next, over: touchLayout.picture)
      }
      painter.draw(touchLayout.marks(touch.card, holding: touch.held, painter.text))
      if var view = page {
        layout = PageLayout(&view, size, painter.text)
        page = view
        shown?.page = view
        painter.draw(layout.marks)
      } else if let message {
        draw(message, next, beside: touchLayout.picture)
      }
      if let progress { draw(progress, next) }
      SDL_RenderPresent(renderer)
    }

    /// Where the screen goes before it is rotated: centred in the window or in the debugger's panel, with its
    /// proportions kept.
    private func area(_ next: Shown) -> Area {
      let whole = next.debugger?.picture ?? whole(next.size)
      let room = next.touch.card != nil ? TouchLayout.split(whole).picture : whole
      let pixels = next.screen.size
      return turned(room, next.appearance.rotation).fitting(
        next.style.aspect.proportions(of: pixels),
        wholePixels: next.style.hasWholePixels && next.debugger == nil ? pixels : nil)
    }

    private func whole(_ size: Size) -> Area {
      Area(x: 0, y: 0, width: size.width, height: size.height)
    }

    private func drawLook(of next: Shown, over picture: Area) {
      let lines = next.style.look.lines(
        over: picture, next.screen.size, isTurned: next.appearance.rotation % 180 != 0)
      guard !lines.isEmpty else { return }
      let isLCD = next.style.look == .lcd
      painter.fill(lines, isLCD ? next.appearance.colors[0] : 0, alpha: isLCD ? 160 : 112)
    }

    /// An area rotated about its centre.
    private func turned(_ area: Area, _ rotation: Int) -> Area {
      guard rotation % 180 != 0 else { return area }
      return Area(
        x: area.x + (area.width - area.height) / 2, y: area.y + (area.height - area.width) / 2,
        width: area.height, height: area.width)
    }

    /// Draws a slim bar along the lower edge, filled up to the machine's position.
    private func draw(_ progress: PlaySession.Progress, _ next: Shown) {
      let height = max(2, next.size.height / 200)
      var bar = Area(x: 0, y: next.size.height - height, width: next.size.width, height: height)
      painter.fill(bar, 0x50_50_50, alpha: 255)
      let (done, all) = (progress.frame - progress.first, progress.last - progress.first)
      bar.width = all == 0 ? bar.width : Int(UInt64(bar.width) * done / all)
      painter.fill(bar, next.appearance.colors[1], alpha: 255)
    }

    // MARK: Messages

    private func draw(_ message: ShownMessage, _ next: Shown, beside picture: Area) {
      let text = painter.text
      let padding = text.lineHeight(.detail) / 3
      func size(_ lines: [String]) -> Size {
        let size = text.size(
          of: lines.joined(separator: "\n"), .detail, width: next.size.width - 2 * padding)
        return Size(width: size.width + 2 * padding, height: size.height + padding)
      }
      let place = place(of: message, size(message.lines), next, beside: picture)
      let lines =
        place.isOver && !message.isProblem ? Array(message.lines.prefix(1)) : message.lines
      var needed = size(lines)
      if place.isOver, !message.isProblem {
        needed.height = min(needed.height, text.lineHeight(.detail) + padding)
      }
      let area = place.area(needed, beside: picture, in: next.size)
      if place.isOver || message.isProblem {
        painter.fill(
          area, (message.isProblem ? Tint.problem : .shade).color,
          alpha: message.isProblem ? 232 : 144)
      }
      let mark = PageLayout.Mark(
        .text(lines.joined(separator: "\n"), .detail, .text, .left),
        Area(
          x: area.x + padding, y: area.y + padding / 2, width: area.width - 2 * padding,
          height: area.height - padding))
      painter.draw([mark])
    }

    /// Where the message goes. It stays there until it or the window's size changes.
    private func place(
      of message: ShownMessage, _ needed: Size, _ next: Shown, beside picture: Area
    ) -> MessagePlace {
      if let last = self.message, last.text == message, last.size == next.size { return last.place }
      let place = MessagePlace(
        height: needed.height, beside: picture, in: next.size, next.screen.screen)
      self.message = (message, next.size, place)
      return place
    }
  }

  /// Sets the colour to draw in.
  func setDrawColor(_ renderer: OpaquePointer, _ color: UInt32, alpha: UInt8 = 255) {
    let parts = components(of: color)
    SDL_SetRenderDrawColor(renderer, parts[0], parts[1], parts[2], alpha)
  }
#endif
