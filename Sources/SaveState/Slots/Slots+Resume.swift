extension Slots {
  /// A machine to resume, and where it was found.
  public struct Resumption<M: Machine>: Sendable {
    /// The slot that it was saved to.
    public let slot: SlotName
    /// The version of the slot; nil if it is what is in it.
    public let version: Int?
    /// The file that it is in.
    public let path: String
    /// What was saved.
    public let image: Image
    /// The machine.
    public let machine: M
  }

  /// The machine in some slots that was saved last. If it cannot be used, the newest version that can is
  /// taken instead. A slot that was emptied does not count, whatever versions it has.
  ///
  /// - Returns: the machine, nil if there is none; and why others were skipped.
  public func newestResumable<M: Machine>(
    _: M.Type = M.self, in slots: [SlotName]
  ) -> (found: Resumption<M>?, skipped: [StorageError]) {
    var newest: (resumption: Resumption<M>, time: UInt64)?
    var skipped: [StorageError] = []
    for slot in slots {
      for version in [nil] + ((try? versions(of: slot)) ?? []).map(Optional.some) {
        do throws(StorageError) {
          let resumption: Resumption<M> = try self.resumption(slot, version: version)
          let time = (try? resumption.image.time()) ?? 0
          if newest.map({ time > $0.time }) ?? true { newest = (resumption, time) }
          break
        } catch let error where error.reason == .slot(.empty) {
          break
        } catch { skipped.append(error) }
      }
    }
    return (newest?.resumption, skipped)
  }

  private func resumption<M: Machine>(
    _ slot: SlotName, version: Int?
  ) throws(StorageError) -> Resumption<M> {
    let image = try image(slot, version: version)
    let path = path(slot, version: version)
    return Resumption(
      slot: slot, version: version, path: path, image: image, machine: try image.machine(in: path))
  }
}
