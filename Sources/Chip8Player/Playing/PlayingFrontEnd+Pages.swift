import Chip8Core
import SaveState

/// An open page.
package struct OpenPage {
  package let name: PageName
  package var view: PageView
}

/// Pages over the picture, in windows and terminals alike. The machine is stopped while one is open.
extension PlayingFrontEnd {
  /// A page with everything on it.
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

  /// Opens a page on top of the others.
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

  /// Navigates on the page on top.
  package func navigate(_ navigation: Navigation) {
    guard var view = pages.last?.view else { return }
    // Keys can arrive faster than pages are drawn, so the last layout may be outdated.
    let layout = layOut(&view)
    let command = view.handle(navigation, layout)
    pages[pages.count - 1].view = view
    if let command { perform(command) }
  }

  package func perform(_ command: Command) {
    switch command {
    case .resume, .debugger, .branch, .resumeLastSession, .reset, .platform, .load: pages = []
    default: break
    }
    switch command {
    case .back: if !pages.isEmpty { pages.removeLast() }
    case .resume: break
    case .show(let name): open(name)
    case .quit: playing.closeRequestCount += 1
    case .debugger: toggleDebugger()
    case .screenshot, .clip, .recordClip: capture(command)
    case .load(let slot):
      session.choose(slot)
      session.load(slot)
    case .save(let slot): save(to: slot)
    case .delete(let slot):
      session.choose(slot)
      session.delete(slot)
      session.listSlots()
    case .branch(let branch): session.go(toEndOf: branch)
    case .play(let entry): session.play(entry)
    case .playFromStart(let entry): session.play(entry, fromStart: true)
    case .forget(let entry): session.removeFromLibrary(entry)
    case .resumeLastSession: session.resumeLastSession()
    case .reset: session.reset()
    case .platform(let platform): session.setPlatform(platform)
    case .quirks(let quirks): session.setMachine(quirks: quirks)
    case .instructionsPerFrame(let count): session.setMachine(instructionsPerFrame: count)
    case .ownMachine: session.useOwnMachine()
    case .assign(let key): open(.assign(key))
    case .set(let setting, let text): changeSettings { $0.set(setting, to: text) }
    case .keepForAll(let setting): changeSettings { $0.keepForAll(setting) }
    case .useDefault(let setting): changeSettings { $0.useDefault(setting) }
    case .resetKey(let key): changeSettings { $0.resetKey(key) }
    }
    commandPerformed()
  }

  private func save(to slot: SlotName) {
    guard !slot.isAutosave else { return show(["Slot \(slot) is reserved for autosaves"]) }
    pages = []
    session.choose(slot)
    session.save()
  }

  private func changeSettings(_ change: (PlaySession) -> Void) {
    change(session)
    programChanged()
  }

  // MARK: Assigning keys

  /// Assigns a key of the keyboard to one of the keypad, and closes the page.
  ///
  /// - Parameter usage: the key, by its usage of page 7 in the USB HID usage tables; nil if it has none.
  package func assign(_ usage: UInt8?, to key: UInt8) {
    if usage == KeyEvent.escape { return perform(.back) }
    assigned(usage.map { session.assign($0, to: key) } ?? false)
  }

  /// - Parameter isDone: whether the key or button could be assigned.
  package func assigned(_ isDone: Bool) {
    guard isDone else { return show(["Reserved for commands; choose another"]) }
    // The message says that the last key could not be assigned.
    _ = takeMessage()
    programChanged()
    perform(.back)
  }

  /// Whether held keys repeat on the open page.
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

  // MARK: Speed

  /// Changes the speed by a step.
  package func changeSpeed(up: Bool) {
    let speed = session.player.speed
    let next = up ? Page.speeds.first { $0 > speed } : Page.speeds.last { $0 < speed }
    if let next { perform(.set(.speed, "\(next)")) }
    show(["Speed \(session.player.speed) %"])
  }

  /// Changes the instructions per frame by a step.
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
  /// The keys that open and close pages, by their usages of page 7 in the USB HID usage tables.
  package static let byKey: [UInt32: PageName] = [
    58: .keys, 59: .machine, 64: .slots, 65: .timeline,
  ]
}

extension Navigation {
  /// The keys on pages, by the same usages.
  package static let byKey: [UInt32: Navigation] = [
    82: .up, 81: .down, 80: .left, 79: .right, 75: .pageUp, 78: .pageDown, 74: .first, 77: .last,
    // Both Return keys, space and F9; Escape and backspace; F5; Delete.
    40: .accept, 88: .accept, 44: .accept, 66: .accept, 41: .back, 42: .back, 62: .save,
    76: .delete,
  ]
}
