#if SDL
  import CSDL2
  import Chip8Core
  import Chip8Player
  import SaveState

  /// A page that is open in the window.
  struct OpenPage {
    let name: PageName
    var view: PageView
  }

  /// Pages over the picture. The machine stands while there is one.
  extension Window {
    func open(_ name: PageName) {
      keyboard.releaseAll()
      session.endRewinding()
      let page = page(name)
      switch name {
      case .slots:
        pages.append(
          OpenPage(name: name, view: PageView(page, at: page.index(of: session.slot))))
        session.listSlots()
      }
    }

    private func page(_ name: PageName) -> Page {
      switch name {
      case .slots:
        .slots(session.slotListCount > 0 ? session.slotList : nil, appearance.colors)
      }
    }

    /// Shows in the page on top what has changed.
    func updatePage() {
      guard !pages.isEmpty, shownSlotList != session.slotListCount else { return }
      shownSlotList = session.slotListCount
      pages[pages.count - 1].view.update(page(pages[pages.count - 1].name))
    }

    /// Does what somebody wants on the page that is on top.
    func navigate(_ navigation: Navigation) {
      guard !pages.isEmpty else { return }
      if let command = pages[pages.count - 1].view.handle(navigation, picture.layout) {
        perform(command)
      }
    }

    func perform(_ command: Command) {
      switch command {
      case .back: if !pages.isEmpty { pages.removeLast() }
      case .resume: pages = []
      case .show(let name): open(name)
      case .reset: session.reset()
      case .quit: closeRequestCount += 1
      case .load(let slot):
        pages = []
        session.choose(slot)
        session.load(slot)
      case .save(let slot):
        guard !slot.isAutosave else { return show(["Slot \(slot) is reserved for autosaves"]) }
        pages = []
        session.choose(slot)
        session.save()
      case .delete(let slot):
        session.choose(slot)
        session.delete(slot)
        session.listSlots()
      }
    }

    // MARK: Keys and mouse

    /// A key while a page is open.
    func pageKeyDown(_ scancode: SDL_Scancode) {
      if let navigation = Window.navigation[scancode.rawValue] { return navigate(navigation) }
      if scancode == SDL_SCANCODE_F7, pages.last?.name == .slots { perform(.back) }
    }

    private static let navigation: [UInt32: Navigation] = [
      SDL_SCANCODE_UP.rawValue: .up, SDL_SCANCODE_DOWN.rawValue: .down,
      SDL_SCANCODE_LEFT.rawValue: .left, SDL_SCANCODE_RIGHT.rawValue: .right,
      SDL_SCANCODE_PAGEUP.rawValue: .pageUp, SDL_SCANCODE_PAGEDOWN.rawValue: .pageDown,
      SDL_SCANCODE_HOME.rawValue: .first, SDL_SCANCODE_END.rawValue: .last,
      SDL_SCANCODE_RETURN.rawValue: .accept, SDL_SCANCODE_KP_ENTER.rawValue: .accept,
      SDL_SCANCODE_SPACE.rawValue: .accept, SDL_SCANCODE_F9.rawValue: .accept,
      SDL_SCANCODE_ESCAPE.rawValue: .back, SDL_SCANCODE_F5.rawValue: .save,
      SDL_SCANCODE_DELETE.rawValue: .delete,
    ]

    func mouseMoved(_ x: Int32, _ y: Int32) {
      guard !pages.isEmpty, let index = item(x, y) else { return }
      pages[pages.count - 1].view.choose(index)
    }

    func mousePressed(_ button: SDL_MouseButtonEvent) {
      guard !pages.isEmpty else { return }
      if UInt32(button.button) == UInt32(SDL_BUTTON_RIGHT) { return navigate(.back) }
      guard let index = item(button.x, button.y) else { return }
      pages[pages.count - 1].view.choose(index)
      navigate(.accept)
    }

    /// The item at a place of the window, which can be counted in larger units than its picture.
    private func item(_ x: Int32, _ y: Int32) -> Int? {
      var (width, height): (Int32, Int32) = (0, 0)
      SDL_GetWindowSize(window, &width, &height)
      guard width > 0, height > 0 else { return nil }
      let size = picture.size
      return picture.layout.item(
        x: Int(x) * size.width / Int(width), y: Int(y) * size.height / Int(height))
    }
  }
#endif
