// What changes slots. Each change is made of steps that leave every state whole, in its slot or among
// the versions, wherever it is interrupted: what is replaced becomes a version before it is replaced.

import Glibc

extension Slots {
  /// Saves an image in a slot. What was there becomes a version, unless it is the same but for the
  /// time, which is then the new one.
  ///
  /// - Returns: the number of the version that holds what was there; nil if none was made.
  @discardableResult
  public func save(_ image: Image, to slot: SlotName) throws(StorageError) -> Int? {
    guard !slot.isAutosave else { throw .slot(slot, .autosave) }
    return try put(image, in: slot)
  }

  /// Finds out whether a machine could be saved in a slot later, which may still fail then.
  ///
  /// - Parameter image: one of the machine as it is now.
  public func checkSaving(_ image: Image, to slot: SlotName) throws(StorageError) {
    try prepare(for: image, in: slot)
    try changing(slot) { () throws(StorageError) in
      let number = (try takenNumbers(of: slot).first ?? 0) + 1
      let isOccupied = try isOccupied(slot)
      try Storage.checkReplacing(path(slot), with: image.bytes, as: .slot, apartFrom: inputs)
      guard isOccupied else { return }
      try Storage.createDirectory(history(slot))
      try Storage.checkReplacing(path(slot, version: number), with: image.bytes, as: .slot)
      Storage.removeEmptyDirectory(history(slot))
    }
  }

  /// Saves the image of a machine of which it is not yet certain that it stays here. What was in the
  /// slot becomes a version, and no version is removed meanwhile.
  ///
  /// - Throws: if it could not be saved; the slot and its versions are unchanged then.
  public func saveProvisionally(
    _ image: Image, in slot: SlotName
  ) throws(StorageError) -> some ProvisionalSave {
    try prepare(for: image, in: slot)
    return try changing(slot) { () throws(StorageError) in
      let kept = try archive(slot)
      do throws(StorageError) {
        try replace(slot, with: image)
      } catch {
        // One that could not be brought to the disk is there all the same.
        try? takeBack(slot, kept: kept)
        throw error
      }
      return ProvisionalSlot(
        slots: self, slot: slot, kept: kept, stamp: Storage.stamp(of: path(slot)))
    }
  }

  /// Saves an image without the user's doing. The versions of its slot are the saves before.
  @discardableResult
  public func autosave(_ image: Image, to slot: SlotName) throws(StorageError) -> Int? {
    precondition(slot.isAutosave, "\(slot) is the user's")
    return try put(image, in: slot)
  }

  /// Puts a version back into its slot. What was there becomes the newest version, so that doing it
  /// again undoes it.
  ///
  /// - Parameter version: its number; the newest one if nil.
  /// - Returns: the number of the version that holds what was there; nil if nothing was.
  @discardableResult
  public func restore(_ slot: SlotName, version: Int? = nil) throws(StorageError) -> Int? {
    try changing(slot) { () throws(StorageError) in
      if version == nil { pruneVersions(slot) }
      return try restoreVersion(slot, version: version)
    }
  }

  /// Takes back the last save: puts the newest version back, or where there is none, empties the
  /// slot. Doing it again takes that back.
  ///
  /// - Returns: whether there is something in the slot now.
  @discardableResult
  public func undoSave(_ slot: SlotName) throws(StorageError) -> Bool {
    try changing(slot) { () throws(StorageError) in
      pruneVersions(slot)
      guard try versions(of: slot).isEmpty else {
        _ = try restoreVersion(slot, version: nil)
        return true
      }
      guard try isOccupied(slot) else { throw .slot(slot, .empty) }
      _ = try empty(slot)
      return false
    }
  }

  /// Empties a slot. What was there becomes a version.
  ///
  /// - Parameter purging: whether all its versions are removed too.
  /// - Returns: the number of the version that holds what was there; nil if it is gone.
  @discardableResult
  public func delete(_ slot: SlotName, purging: Bool = false) throws(StorageError) -> Int? {
    try changing(slot) { () throws(StorageError) -> Int? in
      guard purging else {
        guard try isOccupied(slot) else { throw .slot(slot, .empty) }
        return try empty(slot)
      }
      let versions = try versions(of: slot)
      let isOccupied = try isOccupied(slot)
      guard isOccupied || !versions.isEmpty else { throw .slot(slot, .empty) }
      for number in versions { try Storage.remove(path(slot, version: number)) }
      if isOccupied { try Storage.remove(path(slot)) }
      Storage.removeEmptyDirectory(history(slot))
      try Storage.synchronize(directoryOf: path(slot))
      return nil
    }
  }

  /// Gives a slot another name, with its versions. They follow those that an empty slot of that name
  /// has.
  public func rename(_ slot: SlotName, to new: SlotName) throws(StorageError) {
    guard !new.isAutosave else { throw .slot(new, .autosave) }
    try changing(slot) { () throws(StorageError) in
      guard try isOccupied(slot) else { throw .slot(slot, .empty) }
      guard try !isOccupied(new) else { throw .slot(new, .taken) }
      let versions = try versions(of: slot)
      try Storage.expectNothing(path(new))
      try checkHistory(of: new)
      let last = try takenNumbers(of: new).first ?? 0
      let newest = path(new, version: last + versions.count)
      // The state goes last, so that a rename that was interrupted can be done again.
      guard last + versions.count <= Slots.maxVersionNumber else { throw .overflow(newest) }
      try Storage.createDirectory(history(new))
      for (index, number) in versions.reversed().enumerated() {
        try Storage.move(
          path(slot, version: number), toNew: path(new, version: last + index + 1))
      }
      try Storage.synchronize(directoryOf: newest)
      Storage.removeEmptyDirectory(history(slot))
      try Storage.move(path(slot), toNew: path(new))
      try Storage.synchronize(directoryOf: path(new))
      pruneVersions(new)
    }
  }

  /// Says of the state in a slot what the user notes; an empty note removes it. A slot that is locked
  /// can have a note too.
  public func setNote(_ slot: SlotName, _ note: String) throws(StorageError) {
    try changing(slot, evenIfLocked: true) { () throws(StorageError) in
      var image = try image(slot)
      do throws(ImageError) {
        try image.setNote(note)
      } catch { throw .image(path(slot), error) }
      try replace(slot, with: image, evenIfLocked: true)
    }
  }

  /// Locks a slot against changes, or unlocks it. Slots of autosaves are not locked, for then there
  /// would be none.
  public func setLocked(_ slot: SlotName, _ isLocked: Bool) throws(StorageError) {
    guard !slot.isAutosave || !isLocked else { throw .slot(slot, .autosave) }
    try changing(slot, evenIfLocked: true) { () throws(StorageError) in
      guard try isOccupied(slot) else { throw .slot(slot, .empty) }
      try Storage.setWritable(path(slot), !isLocked)
    }
  }

  // MARK: Steps, while the directory is locked

  /// Makes a change under the lock.
  fileprivate func changing<Result>(
    _ slot: SlotName, evenIfLocked: Bool = false, _ change: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try Storage.locking(
      "\(directory)/.lock", orThrow: { $0.isMissingFile ? .slot(slot, .empty) : $0 }
    ) { () throws(StorageError) -> Result in
      try checkChange(of: slot, evenIfLocked: evenIfLocked)
      return try change()
    }
  }

  /// Refuses to change a slot that may not be changed now.
  public func checkChange(of slot: SlotName, evenIfLocked: Bool = false) throws(StorageError) {
    try Storage.expectFile(path(slot))
    try checkHistory(of: slot)
    guard let status = try Storage.status(of: path(slot), followsLinks: false) else { return }
    guard evenIfLocked || status.isWritable else { throw .slot(slot, .locked) }
    if let lost = inputs.lost(status.identity, at: nil, by: .slot) {
      throw StorageError(refusing: .input(lost), path(slot))
    }
  }

  /// Refuses versions that are elsewhere: a link could lead to foreign files. The versions of all
  /// slots together may be on another disk.
  private func checkHistory(of slot: SlotName) throws(StorageError) {
    let status = try Storage.anyStatus(of: history(slot), followsLinks: false, .create)
    guard status?.kind != .link else {
      throw StorageError(reason: .create, path: history(slot), code: ENOTDIR)
    }
  }

  private func prepare(for image: Image, in slot: SlotName) throws(StorageError) {
    try check(image, at: path(slot))
    try Storage.createDirectory(directory)
  }

  private func put(_ image: Image, in slot: SlotName) throws(StorageError) -> Int? {
    try prepare(for: image, in: slot)
    return try changing(slot) { () throws(StorageError) in
      if let current = try? self.image(slot), image.isRedundant(to: current) {
        var renewed = current
        if let time = try? image.time() { renewed.setTime(time) }
        if renewed != current { try replace(slot, with: renewed) }
        return nil
      }
      let kept = try archive(slot)
      try replace(slot, with: image)
      pruneVersions(slot, kept: kept)
      return kept
    }
  }

  private func replace(
    _ slot: SlotName, with image: Image, evenIfLocked: Bool = false
  ) throws(StorageError) {
    let place = try Replacement(of: path(slot), followsLinks: false)
    try place.check(.slot, evenIfProtected: evenIfLocked, apartFrom: inputs)
    try place.put(image.bytes, .notExecutable)
  }

  /// Makes a slot what it was before an image was saved in it.
  ///
  /// - Parameter kept: the version that what was there has become; nil if nothing was.
  fileprivate func takeBack(_ slot: SlotName, kept: Int?) throws(StorageError) {
    if let kept {
      try Storage.move(path(slot, version: kept), over: path(slot))
      Storage.removeEmptyDirectory(history(slot))
    } else if try file(slot) != nil {
      try Storage.remove(path(slot))
    }
    try Storage.synchronize(directoryOf: path(slot))
  }

  private func restoreVersion(_ slot: SlotName, version: Int?) throws(StorageError) -> Int? {
    let newest = try versions(of: slot).first
    guard let number = version ?? newest else {
      throw .slot(slot, try isOccupied(slot) ? .noVersion(nil) : .empty)
    }
    // One that cannot be used is not worth restoring.
    _ = try image(slot, version: number)
    let kept = try archive(slot)
    try Storage.move(path(slot, version: number), over: path(slot))
    try Storage.synchronize(directoryOf: path(slot))
    pruneVersions(slot, kept: kept)
    // Where it was the same, it is not a version any more.
    let versions = try versions(of: slot)
    return kept.flatMap { versions.contains($0) ? $0 : nil }
  }

  private func empty(_ slot: SlotName) throws(StorageError) -> Int? {
    let kept = try archive(slot)
    try Storage.remove(path(slot))
    try Storage.synchronize(directoryOf: path(slot))
    pruneVersions(slot, kept: kept)
    return kept
  }

  /// Makes a version of what is in a slot and leaves it there.
  ///
  /// - Returns: the version's number; nil if there is nothing in the slot.
  private func archive(_ slot: SlotName) throws(StorageError) -> Int? {
    guard try isOccupied(slot) else { return nil }
    let number = (try takenNumbers(of: slot).first ?? 0) + 1
    let version = path(slot, version: number)
    guard number <= Slots.maxVersionNumber else { throw .overflow(version) }
    try Storage.createDirectory(history(slot))
    try Storage.duplicate(path(slot), as: version, limit: Image.maxByteCount)
    return number
  }

  /// Removes the oldest versions, and those that are the same as what is in the slot or as the one
  /// that was made of it just now, but none that is needed. One that cannot be removed does no harm.
  fileprivate func pruneVersions(_ slot: SlotName, kept: Int? = nil) {
    guard let versions = try? versions(of: slot) else { return }
    let current = try? image(slot)
    let before = kept.flatMap { try? image(slot, version: $0) }
    var count = 0
    for number in versions {
      let newer = [current, number == kept ? nil : before].compactMap { $0 }
      if count == Slots.maxVersionCount || isRedundant(number, of: slot, with: newer) {
        if !isNeeded(slot, version: number) { try? Storage.remove(path(slot, version: number)) }
      } else {
        count += 1
      }
    }
    Storage.removeEmptyDirectory(history(slot))
  }

  private func isNeeded(_ slot: SlotName, version: Int) -> Bool {
    let status = try? Storage.status(of: path(slot, version: version), followsLinks: false)
    return inputs.lost(status?.identity, at: nil, by: .slot) != nil
  }

  /// Whether a version adds nothing to one of these images. It is decoded only where its witness, which
  /// differs as states do, does not rule that out.
  private func isRedundant(_ number: Int, of slot: SlotName, with newer: [Image]) -> Bool {
    let claimed = try? Image.claimedContents(
      of: Image.witnessTag, at: path(slot, version: number), limit: Witness.byteCount)
    let candidates = newer.filter { image in
      let witness = image.sections.first { $0.tag == Image.witnessTag }
      return claimed == nil || witness == nil || witness.map { Array($0.stored) } == claimed
    }
    guard !candidates.isEmpty, let version = try? image(slot, version: number) else { return false }
    return candidates.contains { version.isRedundant(to: $0) }
  }

  private func isOccupied(_ slot: SlotName) throws(StorageError) -> Bool {
    try file(slot) != nil
  }
}

/// A machine in a slot, before it is certain that it stays.
private struct ProvisionalSlot: ProvisionalSave {
  let slots: Slots
  let slot: SlotName
  /// The version that what was in the slot has become; nil if nothing was.
  let kept: Int?
  let stamp: Storage.Stamp?

  var path: String { slots.path(slot) }

  func keep() {
    // A version that is left does no harm, and goes with the next save.
    try? slots.changing(slot) { slots.pruneVersions(slot, kept: kept) }
  }

  func withdraw() throws(StorageError) {
    try slots.changing(slot) { () throws(StorageError) in
      if Storage.stamp(of: path) == stamp { return try slots.takeBack(slot, kept: kept) }
      // Another process has saved in the slot since, which has made a version of it.
      for number in try slots.versions(of: slot) {
        let version = slots.path(slot, version: number)
        guard Storage.stamp(of: version) == stamp else { continue }
        try Storage.remove(version)
      }
    }
  }
}

extension Image {
  /// Whether another image holds the same state, and what the user says of it if he says anything,
  /// and what others say.
  fileprivate func isRedundant(to other: Image) -> Bool {
    let others = sections.filter { ![Image.timeTag, Image.noteTag].contains($0.tag) }
    guard
      holdsSameState(as: other),
      others.allSatisfy({ $0.flags.contains(.critical) || other.sections.contains($0) })
    else { return false }
    let note = try? note()
    return note == nil || note == (try? other.note())
  }
}
