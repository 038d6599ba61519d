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
