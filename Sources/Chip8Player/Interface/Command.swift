import Chip8Core
import SaveState

/// What somebody who plays can choose on a page. A front end does it.
package enum Command: Hashable, Sendable {
  /// Leaves the page, or all of them.
  case back
  case resume
  case show(PageName)
  case reset
  case quit
  case load(SlotName)
  case save(SlotName)
  case delete(SlotName)
}

/// The pages that there are.
package enum PageName: Hashable, Sendable {
  case slots
}
