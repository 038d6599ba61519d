import SaveState

/// Detects changes to files since they were read.
package struct WatchedFiles: Sendable {
  private var stamps: [(path: String, stamp: Storage.Stamp?)]

  package init(_ stamps: [(path: String, stamp: Storage.Stamp?)] = []) { self.stamps = stamps }

  /// Files as they are now.
  package init(_ paths: [String]) { self.init(paths.map { ($0, Storage.stamp(of: $0)) }) }

  /// Whether one of them has changed, once for each change. A missing file has not changed: an editor may be
  /// about to replace it.
  package mutating func noticeChange() -> Bool {
    var hasChanged = false
    for index in stamps.indices {
      guard let stamp = Storage.stamp(of: stamps[index].path), stamp != stamps[index].stamp else {
        continue
      }
      (hasChanged, stamps[index].stamp) = (true, stamp)
    }
    return hasChanged
  }
}
