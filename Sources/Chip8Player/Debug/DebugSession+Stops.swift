// Where a machine that is debugged stops.

import Chip8Core
import SaveState

extension DebugSession {
  /// Adds a stop, which ends the next motion that comes by.
  ///
  /// - Returns: its number.
  @discardableResult
  public mutating func add(_ event: StopPoint.Event) -> Int {
    stops.append(StopPoint(id: nextStop, event))
    nextStop += 1
    return nextStop - 1
  }

  /// Removes a stop, and says whether there was one.
  @discardableResult
  public mutating func removeStop(_ id: Int) -> Bool {
    let count = stops.count
    stops.removeAll { $0.id == id }
    return stops.count < count
  }

  /// Removes all stops for which something holds.
  public mutating func removeStops(where isRemoved: (StopPoint) -> Bool) {
    stops.removeAll(where: isRemoved)
  }

  /// Finds the addresses of all stops again, after the program has changed.
  mutating func resolveStops() {
    for index in stops.indices { resolve(&stops[index]) }
  }

  /// How often the conditions of stops have held until now, where that matters.
  mutating func hitCounts(
    isInterrupted: @escaping () -> Bool
  ) throws(History.Failure) -> [Int: UInt64] {
    var probe = Probe(enabledStops)
    guard probe.countsHits else { return [:] }
    var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
    probe.counts = try history.counts(of: probe)
    var machine = machine
    probe.countPresent(&machine)
    return probe.counts
  }

  /// Changes a stop, and says whether there is one.
  @discardableResult
  public mutating func changeStop(_ id: Int, _ change: (inout StopPoint) -> Void) -> Bool {
    guard let index = stops.firstIndex(where: { $0.id == id }) else { return false }
    change(&stops[index])
    return true
  }

  /// An expression with the names of the program.
  public func expression(_ text: String) throws(ExpressionError) -> Expression {
    try Expression(text, source.names)
  }

  /// A message of a log point with the names of the program.
  public func message(_ text: String) throws(ExpressionError) -> LogMessage {
    try LogMessage(text, source.names)
  }

  /// The value of an expression, as the machine is.
  public func value(of text: String) throws(ExpressionError) -> Int {
    guard let value = try expression(text).value(of: machine) else {
      throw ExpressionError("division by zero")
    }
    return value
  }

  /// Something in the RAM or a register, as it is written: `ADDR`, `[ADDR]`, `ADDR:BYTES`, a label, `V3`,
  /// `pixel(X, Y)` or `pixels(X, Y, WIDTH, HEIGHT)`.
  public func watched(_ text: String) throws(ExpressionError) -> StopPoint.Watched {
    let text = text.trimmed
    if let arguments = text.arguments(of: "pixel"), arguments.count == 2 {
      let (x, y) = (try value(of: arguments[0]), try value(of: arguments[1]))
      return try pixels(x, y, 1, 1)
    }
    if let arguments = text.arguments(of: "pixels"), arguments.count == 4 {
      var numbers: [Int] = []
      for argument in arguments { numbers.append(try value(of: argument)) }
      return try pixels(numbers[0], numbers[1], numbers[2], numbers[3])
    }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let first = parts.first else {
      throw ExpressionError("name what to watch: an address, a register or pixels")
    }
    let count = parts.count > 1 ? try value(of: parts[1]) : 1
    let start: Int
    switch try expression(first).target(in: machine) {
    case .register(let register)?:
      guard parts.count == 1, register != .pc, register != .sp else {
        throw ExpressionError("\(register.name) cannot be watched")
      }
      return .register(register)
    case .byte(let address)?: start = address
    case nil: start = try value(of: first)
    }
    let size = machine.state.ram.count
    guard start >= 0, count > 0, start < size, count <= size - start else {
      throw ExpressionError("\(text) is outside the \(size) bytes of RAM")
    }
    return .bytes(start..<start + count)
  }

  private func pixels(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int
  ) throws(ExpressionError) -> StopPoint.Watched {
    guard (0..<128).contains(x), (0..<64).contains(y), (1...128 - x).contains(width),
      (1...64 - y).contains(height)
    else { throw ExpressionError("these pixels are outside of the screen") }
    return .pixels(x: x..<x + width, y: y..<y + height)
  }

  /// The address of a label, a number, or any other expression.
  public func address(_ text: String) throws(ExpressionError) -> UInt16 {
    let value = try value(of: text)
    guard (0..<machine.state.ram.count).contains(value) else {
      throw ExpressionError("\(text) is outside the \(machine.state.ram.count) bytes of RAM")
    }
    return UInt16(value)
  }

  /// The stops that the metadata and the source of a program say.
  mutating func addStopsOfProgram(_ metadata: SessionMetadata) {
    for (address, name) in source.breakpoints.sorted(by: { $0.key < $1.key }) {
      guard let address = UInt16(exactly: address) else { continue }
      let id = add(.execution(address))
      changeStop(id) { $0.name = name }
    }
    for address in metadata.breakpoints
    where !stops.contains(where: { $0.event == .execution(address) }) {
      add(.execution(address))
    }
    for point in metadata.watchpoints { add(.access(.bytes(point.range), .change)) }
  }
}

extension String {
  /// Without blanks around it.
  var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var text = self[...]
    while let first = text.first, isBlank(first) { text.removeFirst() }
    while let last = text.last, isBlank(last) { text.removeLast() }
    return String(text)
  }

  /// The arguments of `name(A, B)`; nil for anything else.
  fileprivate func arguments(of name: String) -> [String]? {
    guard lowercased().hasPrefix(name + "("), hasSuffix(")") else { return nil }
    return dropFirst(name.count + 1).dropLast().split(separator: ",").map(String.init)
  }
}
