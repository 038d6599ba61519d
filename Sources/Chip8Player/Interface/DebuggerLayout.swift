import Chip8Core
import SaveState

/// The layout of a debugger at some size: the more room there is, the more panels it has.
package struct DebuggerLayout: Hashable, Sendable {
  /// What is drawn, in order.
  package private(set) var marks: [PageLayout.Mark] = []
  /// Where the machine's screen goes.
  package private(set) var picture = Area(x: 0, y: 0, width: 0, height: 0)

  /// What is shown beside the machine.
  package struct Contents {
    package var session: DebugSession
    package var heat: Survey?
    /// The last message; empty if there is none.
    package var text: String
    /// What the keys do.
    package var hints: [String]

    package init(_ session: DebugSession, _ heat: Survey?, text: String, hints: [String]) {
      (self.session, self.heat, self.text, self.hints) = (session, heat, text, hints)
    }
  }

  /// Where the panels are, in characters; nil for panels that do not fit.
  struct Places: Hashable {
    var picture: Area?
    var code = Area(x: 0, y: 0, width: 0, height: 0)
    var registers: Area?
    var memory: Area?
    var stack: Area?
    var keys: Area?
    var sprite: Area?
    var planes: Area?
    /// Whether panels have titles.
    var hasTitles = true

    /// - Parameters:
    ///   - columns: how many characters fit side by side.
    ///   - rows: how many rows the panels have.
    ///   - hasPlanes: whether the screen has several planes.
    ///   - pictureRows: the height of the machine's screen for a width, both in characters.
    init(columns: Int, rows: Int, hasPlanes: Bool, pictureRows: (Int) -> Int) {
      if columns >= 112, rows >= 24 {
        large(columns, rows, min(pictureRows(55), rows - 8), hasPlanes)
      } else if columns >= 60, rows >= 14 {
        medium(columns, rows, min(pictureRows(29), rows - 11))
      } else {
        small(columns, rows)
      }
    }

    private mutating func large(
      _ columns: Int, _ rows: Int, _ pictureRows: Int, _ hasPlanes: Bool
    ) {
      let right = columns - 27
      picture = Area(x: 0, y: 0, width: 55, height: pictureRows)
      memory = Area(x: 0, y: pictureRows, width: 55, height: rows - pictureRows)
      code = Area(x: 57, y: 0, width: right - 58, height: rows)
      registers = Area(x: right, y: 0, width: 27, height: 7)
      keys = Area(x: right, y: 7, width: 12, height: 5)
      sprite = Area(x: right + 14, y: 7, width: 13, height: 5)
      stack = Area(x: right, y: 12, width: 27, height: rows - 12 - (hasPlanes ? 6 : 0))
      if hasPlanes { planes = Area(x: right, y: rows - 6, width: 27, height: 6) }
    }

    private mutating func medium(_ columns: Int, _ rows: Int, _ pictureRows: Int) {
      picture = Area(x: 0, y: 0, width: 29, height: pictureRows)
      registers = Area(x: 0, y: pictureRows, width: 29, height: 7)
      memory = Area(x: 0, y: pictureRows + 7, width: 29, height: rows - pictureRows - 7)
      let stackRows = rows >= 18 ? 4 : 0
      code = Area(x: 31, y: 0, width: columns - 31, height: rows - stackRows)
      if stackRows > 0 {
        stack = Area(x: 31, y: rows - stackRows, width: columns - 31, height: stackRows)
      }
    }

    /// The registers and the code, and the machine's screen if there is room.
    private mutating func small(_ columns: Int, _ rows: Int) {
      hasTitles = false
      guard columns >= 44, rows >= 6 else {
        code = Area(x: 0, y: 0, width: columns, height: rows)
        return
      }
      registers = Area(x: 0, y: 0, width: 26, height: 6)
      if rows >= 9 { picture = Area(x: 0, y: 6, width: 26, height: rows - 6) }
      code = Area(x: 27, y: 0, width: columns - 27, height: rows)
    }
  }

  /// Converts characters to the units of a front end.
  private struct Grid: Hashable {
    /// The width of a hundred characters, as that of one need not be a whole number of units.
    let hundredWidth: Int
    let height: Int
    /// The width of the window.
    let width: Int

    func x(_ column: Int) -> Int { column * hundredWidth / 100 }

    func area(_ cells: Area) -> Area {
      Area(
        x: x(cells.x), y: cells.y * height, width: x(cells.maxX) - x(cells.x),
        height: cells.height * height)
    }

    /// Where a text goes, with some spare room, lest it is cut for a fraction of a unit.
    func textArea(_ cells: Area) -> Area {
      var area = area(cells)
      area.width = min(area.width + x(1), width - area.x)
      return area
    }
  }

  private let grid: Grid

  /// Lays out a debugger, and scrolls its cursors into view.
  package init(
    _ view: inout DebuggerView, _ contents: Contents, _ size: Size, _ metrics: some TextMetrics
  ) {
    let zeros = String(repeating: "0", count: 100)
    let width = metrics.size(of: zeros, .code, width: 1 << 16).width
    grid = Grid(
      hundredWidth: max(1, width), height: max(1, metrics.lineHeight(.code)),
      width: size.width)
    let bar = max(min(2, grid.height), size.height / 100)
    let columns = size.width * 100 / grid.hundredWidth
    let rows = max(2, (size.height - bar) / grid.height)
    let hasHint = rows >= 16
    let (height, aspect) = (grid.height, metrics.unitAspect)
    let grid = grid
    let hasPlanes = contents.session.machine.state.configuration.platform.planeCount > 1
    let places = Places(
      columns: columns, rows: rows - (hasHint ? 2 : 1), hasPlanes: hasPlanes
    ) { columns in
      (grid.x(columns) / 2 / aspect + height - 1) / height
    }
    add(.fill(.shade, alpha: 255), Area(x: 0, y: 0, width: size.width, height: size.height))
    if let area = places.picture { picture = grid.area(area) }
    add(&view, contents, places)
    addPictures(contents, places)
    addLastRows(view, contents, columns, rows, hasHint: hasHint)
    addBar(contents.session, Area(x: 0, y: size.height - bar, width: size.width, height: bar))
  }

  private mutating func add(
    _ view: inout DebuggerView, _ contents: Contents, _ places: Places
  ) {
    let (session, titleRows) = (contents.session, places.hasTitles ? 1 : 0)
    func rows(_ area: Area) -> Int { max(0, area.height - titleRows) }
    let code = view.codePanel(
      session, rowCount: rows(places.code), columnCount: places.code.width)
    add(code, in: places.code, isChosen: view.panel == .code, places)
    if let area = places.registers {
      add(
        view.registerPanel(session), in: area, isChosen: view.panel == .registers, places)
    }
    if let area = places.memory {
      let memory = view.memoryPanel(
        session, contents.heat, rowCount: rows(area), columnCount: area.width)
      add(memory, in: area, isChosen: view.panel == .memory, places)
    }
    if let area = places.stack { add(view.stackPanel(session), in: area, places) }
    if let area = places.keys { add(view.keyPanel(session), in: area, places) }
  }

  private mutating func add(
    _ panel: DebuggerPanel, in area: Area, isChosen: Bool = false, _ places: Places
  ) {
    var rows = panel.rows[...]
    var y = area.y
    if places.hasTitles {
      let title = DebuggerPanel.Row(
        panel.title, tint: isChosen ? .text : .faint,
        (isChosen ? [DebuggerPanel.Highlight(0..<area.width, .panel)] : []) + panel.legend)
      rows = [title] + rows
    }
    for row in rows.prefix(area.height) {
      add(row, Area(x: area.x, y: y, width: area.width, height: 1))
      y += 1
    }
  }

  /// Highlights go behind the text; what is chosen is drawn again on top, in its own colours.
  private mutating func add(_ row: DebuggerPanel.Row, _ area: Area) {
    func cells(_ columns: Range<Int>) -> Area {
      let columns = columns.clamped(to: 0..<area.width)
      return Area(x: area.x + columns.lowerBound, y: area.y, width: columns.count, height: 1)
    }
    for highlight in row.highlights where highlight.tint != .chosen {
      add(.fill(highlight.tint, alpha: highlight.alpha), grid.area(cells(highlight.columns)))
    }
    let text = String(row.text.prefix(area.width))
    add(.text(text, .code, row.tint, .left), grid.textArea(area))
    for highlight in row.highlights where highlight.tint == .chosen {
      let place = cells(highlight.columns)
      let part = row.text.prefix(highlight.columns.upperBound)
        .dropFirst(highlight.columns.lowerBound)
      add(.fill(.chosen, alpha: 255), grid.area(place))
      add(.text(String(part), .code, .chosenText, .left), grid.textArea(place))
    }
  }

  private mutating func add(_ content: PageLayout.Mark.Content, _ area: Area) {
    marks.append(PageLayout.Mark(content, area))
  }

  private mutating func addPictures(_ contents: Contents, _ places: Places) {
    let colors: [UInt32] = [0x20_20_28, 0xFF_FF_FF, 0, 0]
    func place(_ area: Area, title: String) -> Area {
      add(
        DebuggerPanel.Row(title, tint: .faint),
        Area(x: area.x, y: area.y, width: area.width, height: 1))
      return grid.area(
        Area(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1))
    }
    if let area = places.sprite {
      let place = place(area, title: "Sprite at I")
      add(.picture(Page.Picture(contents.session.sprite, colors)), place)
    }
    guard let area = places.planes else { return }
    let planes = contents.session.planes
    let whole = place(area, title: "Planes")
    for (index, plane) in planes.enumerated() {
      let width = whole.width / planes.count
      let place = Area(
        x: whole.x + index * width, y: whole.y, width: width - 2, height: whole.height)
      add(.picture(Page.Picture(plane, colors)), place)
    }
  }

  /// What is being typed or the last message, and below it the keys, in the longest form that fits.
  private mutating func addLastRows(
    _ view: DebuggerView, _ contents: Contents, _ columns: Int, _ rows: Int, hasHint: Bool
  ) {
    let hint = contents.hints.first { $0.count <= columns } ?? contents.hints.last ?? ""
    let text = view.entry?.text ?? contents.text
    let last = Area(x: 0, y: rows - 1, width: columns, height: 1)
    if hasHint {
      add(DebuggerPanel.Row(text), Area(x: 0, y: rows - 2, width: columns, height: 1))
      add(DebuggerPanel.Row(hint, tint: .faint), last)
    } else {
      add(DebuggerPanel.Row(text.isEmpty ? hint : text, tint: text.isEmpty ? .faint : .text), last)
    }
  }

  /// The machine's position in everything that was played.
  private mutating func addBar(_ session: DebugSession, _ area: Area) {
    let (first, last) = (session.start.frame, max(session.end.frame, session.position.frame))
    let frame = max(first, session.position.frame)
    add(.fill(.panel, alpha: 255), area)
    var done = area
    if last > first { done.width = Int(UInt64(area.width) * (frame - first) / (last - first)) }
    add(.fill(.text, alpha: 255), done)
  }
}
