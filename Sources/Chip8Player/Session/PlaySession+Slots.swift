import Chip8Core
import SaveState

/// Saving and loading: slots and autosaves. The work is done on the other thread.
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

  /// Loads a slot, that of ``slot`` by default; if it cannot be used, the machine continues
  /// unchanged.
  public func load(_ name: SlotName? = nil) {
    use(name ?? slot) { session, image, machine, path in
      session.writeJournal()
      session.player.adopt(machine, from: image, in: path)
      session.player.add(image.driftWarnings(machine, in: path))
      session.machineChanged()
      session.report(.loaded(name ?? session.slot))
    }
  }

  /// Restores what is in the slot in a new process in place of this one, of which nothing is left but
  /// its autosave; if it cannot be used, the machine continues unchanged.
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

  /// Puts back what the last save or deletion replaced; once more, and that is done again.
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

  /// Looks what is in the program's slots, for ``slotList``.
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

  /// Does something on the other thread, or reports that it was not done.
  ///
  /// - Parameter notice: what is reported instead if there is nothing in the slot.
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

  /// Saves the machine without the user's doing, but not while a program is being written.
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

  /// What a machine that is left was doing can be resumed, unless it was doing nothing any more.
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

  /// Saves the machine that another process sends in the slot of an autosave, before the other process
  /// learns that it is here; nil if there are no autosaves.
  package func saveProvisionally() throws -> (any ProvisionalSave)? {
    guard options.autosaveSeconds != nil else { return nil }
    let image = try player.moment().image(time: WallClock.now())
    return try slots.saveProvisionally(image, in: Autosave.minute.slot)
  }
}
