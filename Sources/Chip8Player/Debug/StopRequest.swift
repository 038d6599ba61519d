import Chip8Core

/// A stop as it is requested, in words that mean something in the program at hand.
public struct StopRequest: Sendable {
  /// What it stops at.
  public enum Place: Sendable {
    /// An address, a label, a line (`LINE`), or a line of some file (`FILE:LINE`).
    case typed(String)
    /// An address, as an expression.
    case address(String)
    /// So many bytes from an address.
    case offset(String, Int)
    /// A line, or the next one with code.
    case line(ProgramSource.Line)
    /// What ``DebugSession/watched(_:)`` reads is accessed.
    case access(String, StopPoint.AccessKind)
    /// Something happens.
    case event(StopPoint.Event)
  }

  /// What it stops at.
  public var place: Place
  /// What has to hold there.
  public var condition: String?
  /// Which of the hits count.
  public var hitRule: String?
  /// What is said there, in place of stopping.
  public var message: String?
  /// Whether the session finds the place again in another version of the program.
  public var isFollowed = false

  /// A stop there, whatever holds.
  public init(_ place: Place) { self.place = place }

  /// How a stop is typed: but for log points, with `if EXPR` and `hits RULE` at the end.
  public enum Form: Sendable {
    case breakpoint
    /// A place without blanks, and its message.
    case logPoint
    /// What is watched, and perhaps how it is accessed.
    case watchpoint
    /// `collision` or `keywait`.
    case event
  }

  /// A stop as it is typed; nil if it is an event and there is none of that name.
  public init?(_ form: Form, _ words: [String]) {
    var rest = words[...]
    func clause(at place: Int?) -> String? {
      guard let place else { return nil }
      defer { rest = rest[..<place] }
      return rest[(place + 1)...].joined(separator: " ")
    }
    if form != .logPoint {
      hitRule = clause(at: rest.lastIndex(of: "hits"))
      condition = clause(at: rest.firstIndex(of: "if"))
    }
    switch form {
    case .breakpoint: place = .typed(rest.joined(separator: " "))
    case .logPoint:
      place = .typed(words.first ?? "")
      message = words.dropFirst().joined(separator: " ")
    case .watchpoint:
      let kind = rest.last.flatMap(StopPoint.AccessKind.init(rawValue:))
      if kind != nil { rest.removeLast() }
      place = .access(rest.joined(separator: " "), kind ?? .change)
    case .event:
      guard let event = StopPoint.Event(named: rest.joined(separator: " ")) else { return nil }
      place = .event(event)
    }
    isFollowed = true
  }
}

extension StopPoint.Event {
  /// An event that has no place: `collision` or `keywait`.
  public init?(named name: String) {
    switch name {
    case "collision": self = .collision
    case "keywait": self = .keyWait
    default: return nil
    }
  }
}

extension DebugSession {
  /// More stops than a user sets by hand.
  public static let maxStopCount = 1024

  /// What a request stops at: several addresses if a macro has made its line. That may be another line than was
  /// requested.
  public func resolve(
    _ place: StopRequest.Place
  ) throws(DebugError) -> (events: [StopPoint.Event], line: ProgramSource.Line?) {
    switch place {
    case .event(let event): return ([event], nil)
    case .access(let text, let kind): return ([.access(try watched(text), kind)], nil)
    case .address(let text): return ([.execution(try address(text))], nil)
    case .typed(let text): return (try breakpointAddresses(text).map { .execution($0) }, nil)
    case .offset(let text, let offset):
      let address = try value(of: text).addingReportingOverflow(offset)
      guard !address.overflow, let place = UInt16(exactly: address.partialValue),
        machine.state.ram.indices.contains(Int(place))
      else { throw .offsetOutsideRAM(isFar: false) }
      return ([.execution(place)], nil)
    case .line(let line):
      guard let stops = source.stops(from: line) else { throw .noCode(nil) }
      return (stops.addresses.map { .execution($0) }, stops.line)
    }
  }

  /// Adds stops as they are requested: all of them or none.
  ///
  /// - Parameter events: what they stop at, if that was found already.
  /// - Returns: their numbers.
  @discardableResult
  public mutating func add(
    _ request: StopRequest, at events: [StopPoint.Event]? = nil
  ) throws(DebugError) -> [Int] {
    var stop = StopPoint(id: 0, .keyWait)
    if let text = request.message { stop.message = try message(text) }
    let events = if let events { events } else { try resolve(request.place).events }
    guard stops.count + events.count <= DebugSession.maxStopCount else { throw .tooManyStops }
    if let text = request.condition { stop.condition = try expression(text) }
    if let text = request.hitRule {
      guard let rule = StopPoint.HitRule(text) else { throw .notAHitRule }
      stop.hitRule = rule
    }
    switch request.place {
    case .typed(let text), .access(let text, _): stop.place = request.isFollowed ? text : nil
    default: break
    }
    return events.map { event in
      let id = add(event)
      changeStop(id) { added in
        (added.condition, added.hitRule) = (stop.condition, stop.hitRule)
        (added.message, added.place) = (stop.message, stop.place)
      }
      return id
    }
  }
}
