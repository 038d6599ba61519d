// Which way things go on the screen while a key is held, seen by running copies of a machine.

/// A direction on the screen.
public enum Direction: Int, CaseIterable, Sendable {
  case up, down, left, right
}

extension Chip8 {
  /// The keys that move something small on the screen, one way and on while they are held, and the ways.
  ///
  /// - Parameter limit: the most instructions that are executed for each key.
  public func directions(of keys: KeySet, instructions limit: Int) -> [UInt8: Direction] {
    let idle = screens(holding: [], instructions: limit)
    var directions: [UInt8: Direction] = [:]
    for key in keys.numbers {
      let held = screens(holding: KeySet(key: key), instructions: limit)
      // Some programs take many frames for a step, and many seem to go nowhere at first.
      let motions = zip(idle, held).compactMap { Motion(from: $0, to: $1) }
      guard let first = motions.first, let last = motions.last, last.isFarther(than: first),
        motions.allSatisfy({ $0.direction == last.direction })
      else { continue }
      directions[key] = last.direction
    }
    return directions
  }

  /// The screen after every fourth of some frames in which keys are held.
  private func screens(holding keys: KeySet, instructions limit: Int) -> [Screen] {
    let (frames, count) = (4, 5)
    var machine = self
    machine.unsaved.isByRules = true
    let end = state.instructions + UInt64(limit)
    var screens: [Screen] = []
    while screens.count < count {
      let remaining = Int(end - machine.state.instructions)
      // A frame that is cut off may show half a drawing.
      guard case .done = machine.run(frames: frames, instructions: remaining, keys: keys),
        machine.state.instructions < end
      else { break }
      screens.append(machine.state.screen)
    }
    return screens
  }
}

/// Something that has moved on the screen.
private struct Motion {
  let direction: Direction
  /// How far, in the 64th part of a pixel.
  let distance: Int

  /// More is another picture, or a part of it in reverse.
  private static let maxPixelCount = 40

  /// - Returns: nil if nothing has, or not clearly along one axis.
  init?(from screen: Screen, to other: Screen) {
    guard screen.width == other.width, screen.height == other.height else { return nil }
    var (gone, come) = ((count: 0, x: 0, y: 0), (count: 0, x: 0, y: 0))
    for (index, (before, after)) in zip(screen.pixels, other.pixels).enumerated()
    where (before == 0) != (after == 0) {
      let (x, y) = (index % screen.width, index / screen.width)
      if after == 0 {
        gone = (gone.count + 1, gone.x + x, gone.y + y)
      } else {
        come = (come.count + 1, come.x + x, come.y + y)
      }
    }
    guard gone.count > 0, come.count > 0, max(gone.count, come.count) <= Motion.maxPixelCount
    else { return nil }
    let x = 64 * come.x / come.count - 64 * gone.x / gone.count
    let y = 64 * come.y / come.count - 64 * gone.y / gone.count
    let (along, across) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
    guard along >= 64, along > 2 * across else { return nil }
    distance = along
    direction = abs(x) > abs(y) ? (x < 0 ? .left : .right) : (y < 0 ? .up : .down)
  }

  func isFarther(than other: Motion) -> Bool { distance > other.distance }
}
