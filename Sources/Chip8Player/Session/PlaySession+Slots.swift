import Chip8Core
import SaveState

/// Saving and loading: slots and autosaves. The disk is accessed on the other thread.
extension PlaySession {
  var slots: Slots { player.slots(in: options.slotsRoot) }

  /// Selects the slot that save and load use. Autosaves can only be loaded.
  public func choose(_ slot: SlotName) {
    guard !slot.isAutosave else { return }
    self.slot = slot
    changedSlot = nil
    report(.slotChosen(slot))
  }

  /// Saves the machine as it is now.
  public func save() {
    let (moment, time, slots, slot) = (player.moment(), WallClock.now(), slots, slot)
    changedSlot = slot
    begin(.save(slot)) {
      try slots.save(moment.image(time: time), to: slot)
      return { $0.report(.saved(slot)) }
    }
  }

  /// Loads a slot, by default ``slot``. If it cannot be used, the machine continues unchanged.
  public func load(_ name: SlotName? = nil) {
    use(name ?? slot) { session, image, machine, path in
      session.writeJournal()
      session.player.adopt(machine, from: image, in: path)
      session.player.add(image.driftWarnings(machine, in: path))
      session.machineChanged()
      session.report(.loaded(name ?? session.slot))
    }
  }

  /// Restores the slot in a new process in place of this one, after an autosave. If it cannot be used, the
  /// machine continues unchanged.
  public func loadInNewProcess() {
    use(slot) { session, image, machine, path in
      session.autosaveOnLeaving()
      session.restart = Restoration(image, machine, path: path)
    }
  }

  private func use(
    _ slot: SlotName,
    _ body: @escaping @Sendable (PlaySession, Image, Chip8, _ path: String) -> Void
  ) {
    let slots = slots
    begin(.load(slot), unlessEmpty: .slotEmpty(slot)) {
      let (image, path) = (try slots.image(slot), slots.path(slot))
      let machine: Chip8 = try image.machine(in: path)
      return { body($0, image, machine, path) }
    }
  }

  /// Undoes the last save or deletion. A second call redoes it.
  public func undoSave() {
    let (slots, slot) = (slots, changedSlot ?? slot)
    begin(.undoSave(slot), unlessEmpty: .noSaveToUndo(slot)) {
      let isOccupied = try slots.undoSave(slot)
      return { $0.report(.saveUndone(slot, isEmpty: !isOccupied)) }
    }
  }

  /// Deletes what is in a slot; ``undoSave()`` restores it.
  public func delete(_ slot: SlotName) {
    let slots = slots
    changedSlot = slot
    begin(.delete(slot)) {
      try slots.delete(slot)
      return { $0.report(.deleted(slot)) }
    }
  }

  /// Lists the program's slots, for ``slotList``.
  public func listSlots() {
    let slots = slots
    begin(.list) {
      let list = try SlotSummary.all(slots)
      return { session in
        session.slotList = list
        session.slotListCount += 1
      }
    }
  }

  /// Does something on the other thread, and reports if it fails.
  ///
  /// - Parameter notice: reported instead if the slot is empty.
  func begin(
    _ action: Notice.Action, unlessEmpty notice: Notice? = nil,
    _ body: @escaping @Sendable () throws -> WorkQueue.Completion?
  ) {
    work.begin {
      do { return try body() } catch {
        let isEmpty = (error as? StorageError)?.reason == .slot(.empty)
        let notice = isEmpty ? notice : nil
        return { $0.report(notice ?? .failed(action, error)) }
      }
    }
  }

  // MARK: Autosaves

  func autosaveIfDue() {
    guard let seconds = options.autosaveSeconds, halt == nil else { return }
    let state = player.machine.state
    let frames = UInt64(seconds * state.configuration.platform.framesPerSecond)
    guard state.frames >= autosaveFrame + frames else { return }
    autosave(.minute)
  }

  /// Saves the machine automatically, except that of a watched program.
  func autosave(_ autosave: Autosave) {
    guard options.autosaveSeconds != nil, watched == nil else { return }
    autosaveFrame = player.machine.state.frames
    let moment = player.moment(withLastInstructions: autosave == .fault)
    let (time, slots) = (WallClock.now(), slots)
    begin(.autosave) {
      try slots.autosave(moment.image(time: time), to: autosave.slot)
      return nil
    }
  }

  /// Saves the machine when it is left, unless there is nothing to resume.
  ///
  /// - Returns: whether it is being saved.
  @discardableResult
  func autosaveOnLeaving() -> Bool {
    guard
      halt == nil, restart == nil, player.machine.state.instructions > 0,
      options.autosaveSeconds != nil, watched == nil
    else { return false }
    autosave(.exit)
    return true
  }

  /// Autosaves a machine that was received from another process, before that process is told that it has
  /// arrived; nil if autosaves are off.
  package func saveProvisionally() throws -> (any ProvisionalSave)? {
    guard options.autosaveSeconds != nil else { return nil }
    let image = try player.moment().image(time: WallClock.now())
    return try slots.saveProvisionally(image, in: Autosave.minute.slot)
  }
}
