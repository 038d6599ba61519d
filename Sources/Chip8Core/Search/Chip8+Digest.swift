extension Chip8 {
  /// The digest that ``SnapshotPool/digest(_:)`` gives of a snapshot of this machine; nil if the host or
  /// an entry call has to do with it. Takes a tenth of a microsecond, or of an XO-CHIP machine two.
  public var fastDigest: UInt64? {
    mutating get {
      guard state.hasNoHostState else { return nil }
      let layout = PageLayout(state.configuration.platform)
      let hash = StateHash.shared
      return withUnsafeMutablePointer(to: &self) { machine in
        let parts = Chip8.parts(of: machine)
        var sum = hash.rest(parts.state)
        for index in 0..<layout.pageCount {
          sum &+= hash.page(layout.bytes(index, of: parts), at: index)
        }
        return hash.digest(sum)
      }
    }
  }
}
