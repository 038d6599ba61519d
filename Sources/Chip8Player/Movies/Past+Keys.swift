import Chip8Core
import SaveState

extension Past<Chip8> {
  /// The same session with the keys where they are looked at: where a frame begins, and where they change.
  /// Two sessions that differ in nothing else have the same tape then.
  func normalized(until end: Position) -> Past<Chip8> {
    // The first frame whose keys have not been sampled when the session begins, and the last that begins.
    let frames = start.position.nextFrame..<end.nextFrame
    var keys: [UInt64: KeySet] = [:]
    for entry in tape.entries {
      guard case .keys(let held) = entry.input else { continue }
      keys[max(entry.position.nextFrame, frames.lowerBound)] = held
    }
    var entries = tape.entries.compactMap { entry -> (Position, InputEvent)? in
      if case .keys = entry.input { nil } else { (entry.position, entry.input) }
    }
    var held = KeySet()
    for (frame, next) in keys.sorted(by: { $0.key < $1.key })
    where frames.contains(frame) && next != held {
      entries.append((Position(frame: frame), .keys(next)))
      held = next
    }
    if !held.isEmpty { entries.append((end.mark, .keys([]))) }
    var normalized = Tape<InputEvent>()
    for (_, entry) in entries.enumerated().sorted(by: { one, other in
      one.element.0 == other.element.0
        ? one.offset < other.offset : one.element.0 < other.element.0
    }) { normalized.append(entry.1, at: entry.0) }
    return Past(start: start, tape: normalized)
  }
}

extension Position {
  /// The next frame that can begin.
  var nextFrame: UInt64 { isInFrame ? frame + 1 : frame }
}

extension Movie<Chip8> {
  /// The movie of a past whose keys are where they are looked at.
  ///
  /// - Returns: nil if it does not lead to the machine.
  package init?(normalizing past: Past<Chip8>, to machine: Chip8, _ facts: MovieFacts) {
    self.init(past.normalized(until: machine.position), to: machine, facts)
  }
}
