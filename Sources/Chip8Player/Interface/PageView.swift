/// A user action on a page, by keys, mouse or pad.
package enum Navigation: Hashable, Sendable {
  case up, down, left, right, pageUp, pageDown, first, last
  case accept, back, save, delete
}

/// An open page: its chosen item, and how far it is scrolled.
package struct PageView: Hashable, Sendable {
  package private(set) var page: Page
  /// The index of the chosen item, -1 if none can be chosen.
  package private(set) var index: Int
  var firstRow = 0

  /// - Parameter index: the item to choose first; nil if none can be chosen.
  package init(_ page: Page, at index: Int? = 0) {
    self.page = page
    self.index = index.map { max(0, min($0, page.items.count - 1)) } ?? -1
  }

  package var chosen: Page.Item? {
    page.items.indices.contains(index) ? page.items[index] : nil
  }

  /// The keys, with left and right if they change the chosen item.
  package var hint: String {
    chosen?.previous == nil && chosen?.next == nil ? page.hint : "← → change · " + page.hint
  }

  /// Updates the contents. The chosen item stays chosen if it is still there.
  package mutating func update(_ page: Page) {
    let action = chosen?.action
    self.page = page
    let same = action.flatMap { action in page.items.firstIndex { $0.action == action } }
    index = same ?? min(index, max(0, page.items.count - 1))
  }

  package mutating func choose(_ index: Int) {
    if self.index >= 0, page.items.indices.contains(index) { self.index = index }
  }

  /// Performs a user action.
  ///
  /// - Parameter layout: how the page is laid out.
  /// - Returns: the command to perform, if there is one.
  package mutating func handle(_ navigation: Navigation, _ layout: PageLayout) -> Command? {
    switch navigation {
    case .up: move(by: -layout.columnCount)
    case .down: move(by: layout.columnCount)
    case .left where layout.columnCount > 1: move(by: -1)
    case .right where layout.columnCount > 1: move(by: 1)
    case .left: return chosen?.previous
    case .right: return chosen?.next
    case .pageUp: move(by: -layout.columnCount * layout.rowCount, clamped: true)
    case .pageDown: move(by: layout.columnCount * layout.rowCount, clamped: true)
    case .first: choose(0)
    case .last: choose(page.items.count - 1)
    case .accept: return chosen?.action ?? chosen?.next
    case .back: return .back
    case .save: return chosen?.save
    case .delete: return chosen?.delete
    }
    return nil
  }

  private mutating func move(by count: Int, clamped: Bool = false) {
    let last = page.items.count - 1
    let target = index + count
    guard last >= 0 else { return }
    // The last row can be short: moving into it from above chooses its last item.
    let isPastShortRow = target > last && count > 1 && index / count < last / count
    if clamped || isPastShortRow {
      index = max(0, min(target, last))
    } else {
      choose(target)
    }
  }
}
