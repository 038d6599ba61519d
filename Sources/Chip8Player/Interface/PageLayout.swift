/// How a front end measures text, in its own units.
package protocol TextMetrics {
  /// The height of a line.
  func lineHeight(_ style: TextStyle) -> Int
  /// The size of a text wrapped to a width.
  func size(of text: String, _ style: TextStyle, width: Int) -> Size
  /// The height of a unit, as a multiple of its width.
  var unitAspect: Int { get }
  /// The minimum width of an item in a grid.
  var tileWidth: Int { get }
}

extension TextMetrics {
  package var tileWidth: Int { 7 * lineHeight(.body) }
}

/// The layout of a page at some size: what to draw, and where the items are.
package struct PageLayout: Hashable, Sendable {
  /// Something to draw.
  package struct Mark: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
      /// - Parameter alpha: from 0, transparent, to 255, opaque.
      case fill(Tint, alpha: UInt8)
      /// A text, cut if it does not fit.
      case text(String, TextStyle, Tint, Alignment)
      case picture(Page.Picture)
    }

    package let content: Content
    package let area: Area

    package init(_ content: Content, _ area: Area) { (self.content, self.area) = (content, area) }
  }

  package enum Alignment: Hashable, Sendable { case left, center, right }

  /// What is drawn, in order.
  package private(set) var marks: [Mark] = []
  /// The areas of visible items, by their indices.
  package private(set) var itemAreas: [Int: Area] = [:]
  package private(set) var columnCount = 1
  /// Visible rows.
  package private(set) var rowCount = 1

  /// The item at a point, if there is one.
  package func item(x: Int, y: Int) -> Int? {
    itemAreas.first { $0.value.contains(x: x, y: y) }?.key
  }

  package init() {}

  /// Lays out a page, and scrolls its chosen item into view.
  package init(_ view: inout PageView, _ size: Size, _ metrics: some TextMetrics) {
    let whole = Area(x: 0, y: 0, width: size.width, height: size.height)
    add(.fill(.shade, alpha: 224), whole)
    let margin = metrics.lineHeight(.body) / 2
    var room = whole.inset(max(1, margin), margin / 2)
    let line = metrics.lineHeight(.body)
    if room.height >= 8 * line || view.page.items.count * line < room.height - 2 * line {
      addTop(view.page.title, .title, .text, &room, metrics)
    }
    let detail = view.chosen?.detail ?? ""
    if detail.isEmpty || room.height >= 12 * line {
      addBottom(view.hint, .faint, &room, metrics)
    }
    addBottom(detail, .text, &room, metrics)
    var firstItem = 0
    for element in view.page.elements {
      add(element, from: firstItem, &view, &room, metrics)
      firstItem += element.items.count
    }
  }

  private mutating func add(_ content: Mark.Content, _ area: Area) {
    marks.append(Mark(content, area))
  }

  // MARK: Edges and texts

  private mutating func addTop(
    _ text: String, _ style: TextStyle, _ tint: Tint, _ room: inout Area,
    _ metrics: some TextMetrics
  ) {
    guard !text.isEmpty else { return }
    let height = min(room.height, metrics.size(of: text, style, width: room.width).height)
    add(
      .text(text, style, tint, .left),
      Area(x: room.x, y: room.y, width: room.width, height: height))
    let used = height + metrics.lineHeight(.body) / 4
    room = Area(x: room.x, y: room.y + used, width: room.width, height: room.height - used)
  }

  /// A text of at most two lines at the lower edge.
  private mutating func addBottom(
    _ text: String, _ tint: Tint, _ room: inout Area, _ metrics: some TextMetrics
  ) {
    guard !text.isEmpty else { return }
    let wanted = metrics.size(of: text, .detail, width: room.width).height
    let height = min(wanted, 2 * metrics.lineHeight(.detail), room.height / 3)
    add(
      .text(text, .detail, tint, .left),
      Area(x: room.x, y: room.maxY - height, width: room.width, height: height))
    room.height -= height + metrics.lineHeight(.body) / 4
  }

  // MARK: Elements

  private mutating func add(
    _ element: Page.Element, from first: Int, _ view: inout PageView, _ room: inout Area,
    _ metrics: some TextMetrics
  ) {
    switch element {
    case .text(let text, let style):
      addTop(text, style, style == .detail ? .faint : .text, &room, metrics)
    case .bar(let part, let whole): addBar(part, whole, &room, metrics)
    case .list(let items): addList(items, from: first, &view, &room, metrics)
    case .grid(let items, let columns):
      addGrid(items, columns, from: first, &view, &room, metrics)
    }
  }

  private mutating func addBar(
    _ part: UInt64, _ whole: UInt64, _ room: inout Area, _ metrics: some TextMetrics
  ) {
    let height = max(1, metrics.lineHeight(.body) / 4)
    let bar = Area(x: room.x, y: room.y, width: room.width, height: height)
    add(.fill(.panel, alpha: 255), bar)
    var done = bar
    done.width = whole == 0 ? bar.width : Int(UInt64(bar.width) * min(part, whole) / whole)
    add(.fill(.text, alpha: 255), done)
    room = Area(
      x: room.x, y: room.y + 2 * height, width: room.width, height: room.height - 2 * height)
  }

  /// The first visible row, such that the chosen item's row is visible.
  private func scrolled(_ view: PageView, row: Int?, rows: Int, of count: Int) -> Int {
    guard let row else { return 0 }
    let first = min(max(view.firstRow, row - rows + 1), row)
    return max(0, min(first, count - rows))
  }

  private mutating func addList(
    _ items: [Page.Item], from first: Int, _ view: inout PageView, _ room: inout Area,
    _ metrics: some TextMetrics
  ) {
    var column = room
    if items.contains(where: \.hasPicture), room.width >= 16 * metrics.lineHeight(.body) {
      column.width = room.width * 3 / 5
      if let picture = view.chosen?.picture {
        let side = Area(
          x: column.maxX + metrics.lineHeight(.body) / 2, y: room.y,
          width: room.maxX - column.maxX - metrics.lineHeight(.body) / 2, height: room.height)
        let height = min(side.height, side.width / 2 / metrics.unitAspect)
        add(
          .picture(picture), Area(x: side.x, y: side.y, width: side.width, height: height))
      }
    }
    let line = metrics.lineHeight(.body) + metrics.lineHeight(.body) / 6
    rowCount = max(1, column.height / max(1, line))
    let whole = column
    // The arrows get a column of their own.
    if rowCount < items.count { column.width -= metrics.lineHeight(.detail) }
    let row = view.index - first
    view.firstRow = scrolled(
      view, row: items.indices.contains(row) ? row : nil, rows: rowCount, of: items.count)
    for (row, item) in items.enumerated().dropFirst(view.firstRow).prefix(rowCount) {
      let area = Area(
        x: column.x, y: column.y + (row - view.firstRow) * line, width: column.width,
        height: line)
      addRow(item, in: area, isChosen: first + row == view.index, metrics)
      itemAreas[first + row] = area
    }
    addScrollMarks(view.firstRow, rowCount, items.count, whole, metrics)
    room = Area(x: room.x, y: room.maxY, width: room.width, height: 0)
  }

  private mutating func addRow(
    _ item: Page.Item, in area: Area, isChosen: Bool, _ metrics: some TextMetrics
  ) {
    if isChosen { add(.fill(.chosen, alpha: 255), area) }
    let tint = isChosen ? Tint.chosenText : item.action == nil && item.next == nil ? .faint : .text
    let inner = area.inset(max(1, metrics.lineHeight(.body) / 3), 0)
    let value =
      item.value.isEmpty
      ? 0
      : min(inner.width / 2, metrics.size(of: item.value, .body, width: inner.width).width)
    add(
      .text(item.text, .body, tint, .left),
      Area(
        x: inner.x, y: inner.y, width: inner.width - value - (value > 0 ? 1 : 0),
        height: inner.height))
    guard value > 0 else { return }
    add(
      .text(item.value, .body, tint, .right),
      Area(x: inner.maxX - value, y: inner.y, width: value, height: inner.height))
  }

  /// Adds arrows at the right edge if there are more rows.
  private mutating func addScrollMarks(
    _ first: Int, _ rows: Int, _ count: Int, _ area: Area, _ metrics: some TextMetrics
  ) {
    let line = metrics.lineHeight(.detail)
    let x = area.maxX - line
    if first > 0 {
      add(
        .text("▲", .detail, .text, .right),
        Area(x: x, y: area.y - line / 2, width: line, height: line)
      )
    }
    if first + rows < count {
      add(
        .text("▼", .detail, .text, .right),
        Area(x: x, y: area.maxY - line, width: line, height: line))
    }
  }

  // MARK: Grids

  private mutating func addGrid(
    _ items: [Page.Item], _ wanted: Int?, from first: Int, _ view: inout PageView,
    _ room: inout Area, _ metrics: some TextMetrics
  ) {
    let line = metrics.lineHeight(.body)
    let gap = max(1, line / 3)
    let columns = wanted ?? max(1, min(4, room.width / metrics.tileWidth))
    let width = (room.width + gap) / columns - gap
    let hasPictures = items.contains { $0.picture != nil || $0.hasPicture }
    let texts = metrics.lineHeight(.body) + metrics.lineHeight(.detail)
    let most = max(texts, room.height - gap / 2)
    var height =
      hasPictures
      ? min(width / 2 / metrics.unitAspect + texts + gap, most)
      : wanted == nil
        ? texts + gap : max(1, room.height / max(1, (items.count + columns - 1) / columns) - gap)
    let rest = (room.height + gap) % (height + gap)
    if hasPictures, rest > (height + gap) / 2, room.height < (height + gap) * items.count / columns
    {
      // Smaller pictures make room for another row.
      height = (room.height + gap) / ((room.height + gap) / (height + gap) + 1) - gap
    }
    (columnCount, rowCount) = (columns, max(1, (room.height + gap) / (height + gap)))
    let index = view.index - first
    let rows = (items.count + columns - 1) / columns
    view.firstRow = scrolled(
      view, row: items.indices.contains(index) ? index / columns : nil, rows: rowCount, of: rows)
    let start = view.firstRow * columns
    for (number, item) in items.enumerated().dropFirst(start).prefix(rowCount * columns) {
      let (row, column) = (number - start).quotientAndRemainder(dividingBy: columns)
      let area = Area(
        x: room.x + column * (width + gap), y: room.y + row * (height + gap), width: width,
        height: height)
      addTile(item, in: area, hasPictures, isChosen: first + number == view.index, metrics)
      itemAreas[first + number] = area
    }
    addScrollMarks(view.firstRow, rowCount, rows, room, metrics)
    room = Area(x: room.x, y: room.maxY, width: room.width, height: 0)
  }

  private mutating func addTile(
    _ item: Page.Item, in area: Area, _ hasPictures: Bool, isChosen: Bool,
    _ metrics: some TextMetrics
  ) {
    let border = metrics.lineHeight(.body) / 8
    add(
      .fill(isChosen ? .chosen : .panel, alpha: isChosen ? 255 : item.isFaint ? 64 : 200), area)
    let inner = area.inset(border, border)
    let tint = isChosen ? Tint.chosenText : item.isFaint ? .faint : .text
    let body = metrics.lineHeight(.body)
    let detail = metrics.lineHeight(.detail)
    guard hasPictures else { return addKey(item, in: inner, tint, metrics) }
    let texts = Area(
      x: inner.x, y: inner.maxY - body - detail, width: inner.width, height: body)
    let frame = Area(
      x: inner.x, y: inner.y, width: inner.width, height: max(0, texts.y - inner.y))
    if let picture = item.picture { add(.picture(picture), frame) }
    add(.text(item.text, .body, tint, .left), texts)
    add(
      .text(item.value, .detail, isChosen ? tint : .faint, .left),
      Area(x: texts.x, y: texts.maxY, width: texts.width, height: detail))
  }

  /// A key: its digit in the corner; in the middle, the key of the keyboard and what it does.
  private mutating func addKey(
    _ item: Page.Item, in area: Area, _ tint: Tint, _ metrics: some TextMetrics
  ) {
    let (body, detail) = (metrics.lineHeight(.body), metrics.lineHeight(.detail))
    let corner = metrics.size(of: item.badge, .detail, width: area.width).width
    add(
      .text(item.badge, .detail, tint, .left),
      Area(x: area.x, y: area.y, width: corner, height: min(detail, area.height)))
    let isTwoLines = !item.value.isEmpty && area.height >= body + detail
    let isOneLine = !item.value.isEmpty && !isTwoLines
    let height = min(area.height, isTwoLines ? body + detail : body)
    let y = area.y + (area.height - height) / 2
    let side = corner + max(1, body / 6)
    let more = isOneLine ? item.value : item.alternative
    let text = more.isEmpty ? item.text : "\(item.text)  \(more)"
    add(
      .text(text, .body, tint, .center),
      Area(x: area.x + side, y: y, width: area.width - 2 * side, height: min(body, height)))
    guard isTwoLines else { return }
    add(
      .text(item.value, .detail, tint, .center),
      Area(x: area.x, y: y + body, width: area.width, height: detail))
  }
}
