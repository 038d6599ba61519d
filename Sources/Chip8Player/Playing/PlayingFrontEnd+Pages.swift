import Chip8Core
import SaveState

/// A page that is open.
package struct OpenPage {
  package let name: PageName
  package var view: PageView
}

/// Pages over the picture, alike in windows and terminals. The machine is stopped while there is one.
extension PlayingFrontEnd {
  /// A page as windows have it.
  package func fullPage(_ name: PageName) -> Page {
    switch name {
    case .start, .keys, .assign: keyPage(name)
    case .home: .home(session.library)
    case .timeline: .timeline(session.branchEnds, appearance.colors)
    case .menu: .menu(session.player.title.displayText)
    case .slots: .slots(session.slotListCount > 0 ? session.slotList : nil, appearance.colors)
    case .machine: .machine(session, chosen)
    case .platform: .platforms(configuration.platform, own: session.ownConfiguration.platform)
    case .picture: .picture(appearance, chosen)
    case .palette: .palettes(session.screen, appearance)
    case .sound: .sound(chosen)
    case .record: .record(session, movieHint: Self.movieHint)
    case .about: .about(session.player, help: Self.help)
    }
  }

  /// Opens a page on top of those that are open.
  package func push(_ name: PageName) {
    let page = page(name)
    var view = PageView(page, at: name == .start ? nil : 0)
    switch name {
    case .slots:
      view.choose(page.index(of: session.slot))
      session.listSlots()
    case .home: session.listLibrary()
    case .timeline: view.choose(session.branchEnds.firstIndex(where: \.isCurrent) ?? 0)
    case .platform, .palette:
      view.choose(page.items.firstIndex { $0.value.hasPrefix("now") } ?? 0)
    default: break
    }
    pages.append(OpenPage(name: name, view: view))
  }

  /// Updates the page on top.
  func updatePage() {
    guard let top = pages.last else { return }
    if top.name == .timeline { session.loadPreview() }
    let page = page(top.name)
    if page != top.view.page { pages[pages.count - 1].view.update(page) }
  }

  // MARK: Commands

  /// Navigates on the page that is on top.
  package func navigate(_ navigation: Navigation) {
    guard var view = pages.last?.view else { return }
    // Keys can come faster than pages are drawn.
    let layout = layOut(&view)
    let command = view.handle(navigation, layout)
    pages[pages.count - 1].view = view
    if let command { perform(command) }
  }

  /// Performs the command that was chosen.
  package func perform(_ command: Command) {
    switch command {
    case .back: if !pages.isEmpty { pages.removeLast() }
    case .resume: pages = []
    case .show(let name): open(name)
    case .quit: playing.closeRequestCount += 1
    case .debugger:
      pages = []
      toggleDebugger()
    case .screenshot, .clip, .recordClip: capture(command)
    case .load, .save, .delete: performOnSlot(command)
    case .branch(let branch):
      pages = []
      session.go(toEndOf: branch)
    case .play(let entry): session.play(entry)
    case .playFromStart(let entry): session.play(entry, fromStart: true)
    case .forget(let entry): session.removeFromLibrary(entry)
    case .resumeLastSession, .reset, .platform:
      pages = []
      performOnMachine(command)
    case .quirks, .instructionsPerFrame, .ownMachine: performOnMachine(command)
    case .assign(let key): open(.assign(key))
    case .set, .keepForAll, .useDefault, .resetKey: performOnSettings(command)
    }
    commandPerformed()
  }

  private func performOnSlot(_ command: Command) {
    switch command {
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
    default: break
    }
  }

  private func performOnMachine(_ command: Command) {
    switch command {
    case .resumeLastSession: session.resumeLastSession()
    case .reset: session.reset()
    case .platform(let platform): session.setPlatform(platform)
    case .quirks(let quirks): session.setMachine(quirks: quirks)
    case .instructionsPerFrame(let count): session.setMachine(instructionsPerFrame: count)
    case .ownMachine: session.useOwnMachine()
    default: break
    }
  }

  private func performOnSettings(_ command: Command) {
    switch command {
    case .set(let setting, let text): session.set(setting, to: text)
    case .keepForAll(let setting): session.keepForAll(setting)
    case .useDefault(let setting): session.useDefault(setting)
    case .resetKey(let key): session.resetKey(key)
    default: break
    }
    programChanged()
  }

  // MARK: Another key

  /// Makes a key of the keyboard one of the keypad, and goes back to those.
  ///
  /// - Parameter usage: the key, by its usage of page 7 in the USB HID usage tables; nil for one that
  ///   has none.
  package func assign(_ usage: UInt8?, to key: UInt8) {
    if usage == KeyEvent.escape { return perform(.back) }
    assigned(usage.map { session.assign($0, to: key) } ?? false)
  }

  /// - Parameter isDone: whether it was a key or a button that can be assigned.
  package func assigned(_ isDone: Bool) {
    guard isDone else { return show(["Reserved for commands; choose another"]) }
    // Nothing is wrong any more.
    _ = takeMessage()
    programChanged()
    perform(.back)
  }

  /// Whether keys that are held go on doing something on the page that is open.
  package var repeatsOnPage: Bool {
    if case .assign? = pages.last?.name { return false }
    return !pages.isEmpty
  }

  package func capture(_ command: Command) {
    if pages.last?.name == .record { pages = [] }
    switch command {
    case .clip: session.captureClip()
    case .recordClip: session.toggleClip()
    default: captureScreen()
    }
  }

  // MARK: A step more or less

  /// Plays faster or slower by a step.
  package func changeSpeed(up: Bool) {
    let speed = session.player.speed
    let next = up ? Page.speeds.first { $0 > speed } : Page.speeds.last { $0 < speed }
    if let next { perform(.set(.speed, "\(next)")) }
    show(["Speed \(session.player.speed) %"])
  }

  /// Runs more or fewer instructions in a frame, by a step.
  package func changeInstructionCount(up: Bool) {
    guard configuration.timing == .ipf else {
      return show(["Frames are timed in VIP cycles"])
    }
    let count = configuration.instructionsPerFrame
    let next =
      up ? Page.instructionCounts.first { $0 > count } : Page.instructionCounts.last { $0 < count }
    if let next { perform(.instructionsPerFrame(next)) }
    show(["\(configuration.instructionsPerFrame) instructions per frame"])
  }

  /// The settings in effect.
  package var chosen: Settings { session.settings.effective }

  /// The machine's current configuration.
  package var configuration: Configuration { session.player.machine.state.configuration }
}

extension PageName {
  /// The keys that show a page, and leave it, by their usages of page 7 in the USB HID usage tables.
  package static let byKey: [UInt32: PageName] = [
    58: .keys, 59: .machine, 64: .slots, 65: .timeline,
  ]
}

extension Navigation {
  /// The keys of pages, by the same usages.
  package static let byKey: [UInt32: Navigation] = [
    82: .up, 81: .down, 80: .left, 79: .right, 75: .pageUp, 78: .pageDown, 74: .first, 77: .last,
    // Return on both sides, space and F9; Escape and backspace; F5; Delete.
    40: .accept, 88: .accept, 44: .accept, 66: .accept, 41: .back, 42: .back, 62: .save,
    76: .delete,
  ]
}
