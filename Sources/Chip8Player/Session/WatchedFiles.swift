import SaveState

/// Files as they were read, to find out whether they have changed.
package struct WatchedFiles: Sendable {
  private var stamps: [(path: String, stamp: Storage.Stamp?)]

  package init(_ stamps: [(path: String, stamp: Storage.Stamp?)] = []) { self.stamps = stamps }

  /// Files as they are now.
  package init(_ paths: [String]) { self.init(paths.map { ($0, Storage.stamp(of: $0)) }) }

  /// Whether one of them is another file now, once for each change. While one is missing, as it is when an
  /// editor puts another in its place, it has not changed.
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
