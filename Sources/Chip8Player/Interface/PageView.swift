/// A user action on a page, by keys, mouse or pad.
package enum Navigation: Hashable, Sendable {
  case up, down, left, right, pageUp, pageDown, first, last
  case accept, back, save, delete
}

/// A page that is open: which of its items is chosen, and how far it is scrolled.
package struct PageView: Hashable, Sendable {
  package private(set) var page: Page
  /// The index of the item that is chosen.
  package private(set) var index: Int
  /// The first row that is shown.
  var firstRow = 0

  /// - Parameter index: the item that is chosen first; nil if none can be chosen.
  package init(_ page: Page, at index: Int? = 0) {
    self.page = page
    self.index = index.map { max(0, min($0, page.items.count - 1)) } ?? -1
  }

  /// The item that is chosen, if there is one.
  package var chosen: Page.Item? {
    page.items.indices.contains(index) ? page.items[index] : nil
  }

  /// What the keys do here, left and right only where that is so.
  package var hint: String {
    chosen?.previous == nil && chosen?.next == nil ? page.hint : "← → change · " + page.hint
  }

  /// Shows the page as it is now. What was chosen stays so, where it is still there.
  package mutating func update(_ page: Page) {
    let action = chosen?.action
    self.page = page
    let same = action.flatMap { action in page.items.firstIndex { $0.action == action } }
    index = same ?? min(index, max(0, page.items.count - 1))
  }

  /// Chooses an item, as by a mouse.
  package mutating func choose(_ index: Int) {
    if self.index >= 0, page.items.indices.contains(index) { self.index = index }
  }

  /// Performs a user action.
  ///
  /// - Parameter layout: how the page is laid out.
  /// - Returns: the command of the item that is chosen, if that was meant.
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
    // The last row can be shorter than the others.
    let isPastShortRow = target > last && count > 1 && index / count < last / count
    if clamped || isPastShortRow {
      index = max(0, min(target, last))
    } else {
      choose(target)
    }
  }
}
