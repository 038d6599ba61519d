#if SDL
  import Chip8Core
  import Chip8Player
  import SaveState

  /// The slots of a program to choose from, as pictures. All measures are in points of text.
  struct SlotPicker: Equatable {
    static let columnCount = 3
    static let margin = 6
    static let pictureWidth = 128
    static let pictureHeight = 64
    private static let lineCount = 2
    private static let gap = 8
    private static let cardHeight = pictureHeight + 4 + lineCount * (PixelFont.height + 1) + 4
    private static let headingHeight = PixelFont.height + 6

    struct Slot: Equatable {
      let slot: SlotName
      let lines: [String]
      /// What there is no room for in a card: the note, why it cannot be used, what was in it.
      let detail: String?
      let screen: Screen?
    }

    private var slots: [Slot]
    private var index = 0

    /// - Parameter selected: the slot that is marked at first, if it is there.
    init(_ summaries: [SlotSummary], at selected: SlotName) {
      slots = summaries.map(Slot.init)
      index = slots.firstIndex { $0.slot == selected } ?? 0
    }

    var selected: Slot? { slots.indices.contains(index) ? slots[index] : nil }

    /// Marks another slot, so many further on, if there is one.
    mutating func move(by count: Int) {
      if slots.indices.contains(index + count) { index += count }
    }

    /// Shows the slots as they are now.
    ///
    /// - Parameter selected: the slot that is marked if none was before.
    mutating func update(_ summaries: [SlotSummary], at selected: SlotName) {
      let marked = slots.isEmpty ? selected : self.selected?.slot
      slots = summaries.map(Slot.init)
      index =
        slots.firstIndex { $0.slot == marked } ?? min(index, max(0, slots.count - 1))
    }

    var heading: String {
      slots.isEmpty
        ? "No saves yet · F5 saves · Esc closes"
        : "Enter loads · F5 saves here · Del deletes · Esc closes"
    }

    /// How much room there is.
    struct Layout {
      let width: Int
      let height: Int
    }

    /// What is drawn for a slot.
    struct Card {
      let x: Int
      let y: Int
      let isSelected: Bool
      let lines: [String]
      /// The points of the picture that are lit, by their pixel value.
      let points: [(value: Int, points: [(x: Int, y: Int)])]
    }

    /// The cards that there is room for: the rows around the one that is marked.
    func cards(_ layout: Layout) -> [Card] {
      let columnWidth = max(
        Self.pictureWidth + Self.gap, (layout.width - 2 * Self.margin) / Self.columnCount)
      let room = layout.height - Self.margin - Self.headingHeight
      let rows = max(1, room / Self.cardHeight)
      let first = max(0, index / Self.columnCount - rows + 1) * Self.columnCount
      let shown = slots.indices.dropFirst(first).prefix(rows * Self.columnCount)
      return shown.map { number in
        let (row, column) = (number - first).quotientAndRemainder(dividingBy: Self.columnCount)
        return Card(
          x: Self.margin + 2 + column * columnWidth,
          y: Self.margin + Self.headingHeight + row * Self.cardHeight,
          isSelected: number == index, lines: slots[number].lines,
          points: slots[number].screen.map(Self.points) ?? [])
      }
    }

    /// A screen of any resolution, as large as fits in the middle of 128 by 64 points.
    private static func points(
      _ screen: Screen
    ) -> [(value: Int, points: [(x: Int, y: Int)])] {
      let size = min(pictureWidth / screen.width, pictureHeight / screen.height)
      let left = (pictureWidth - size * screen.width) / 2
      let top = (pictureHeight - size * screen.height) / 2
      return (1...3).map { value in
        let lit = screen.pixels.indices.filter { screen.pixels[$0] == value }
        return (
          value,
          lit.flatMap { pixel in
            let (y, x) = pixel.quotientAndRemainder(dividingBy: screen.width)
            return (0..<size * size).map {
              (left + x * size + $0 % size, top + y * size + $0 / size)
            }
          }
        )
      }
    }
  }

  extension SlotPicker.Slot {
    init(_ summary: SlotSummary) {
      slot = summary.slot
      let contents = summary.current?.contents
      screen = contents?.screen
      let played = contents.map { "  \($0.machineTime)" } ?? ""
      lines = [
        summary.slot.title + played,
        contents?.time.map(WallClock.text) ?? (summary.current == nil ? "empty" : ""),
      ].map { $0.displayText.cut(toWidth: SlotPicker.pictureWidth) }
      let details = [
        contents?.note, summary.current?.damage,
        summary.current?.file.isLocked == true ? "locked" : nil,
        summary.versions.isEmpty ? nil : "earlier versions: \(summary.versions.count)",
      ].compactMap(\.self)
      detail = details.isEmpty ? nil : details.joined(separator: " · ").displayText
    }
  }

  extension String {
    /// As much of the text as there is room for.
    fileprivate func cut(toWidth width: Int) -> String {
      guard PixelFont.width(of: self) > width else { return self }
      var text = self
      while !text.isEmpty, PixelFont.width(of: text + "…") > width { text.removeLast() }
      return text + "…"
    }
  }
#endif
