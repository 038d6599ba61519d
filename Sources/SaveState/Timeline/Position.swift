/// A place in the course of a machine, counted from power-on.
///
/// A machine comes by each position at most once, and they ascend, for neither frames nor instructions
/// are ever counted back. Several inputs can come at the same position: they have an order then.
public struct Position: Hashable, Sendable {
  /// How many frames have ended.
  public var frame: UInt64
  /// How many instructions were executed.
  public var instruction: UInt64
  /// Whether the next frame has begun. It has taken its keys then: those that are pressed at this
  /// position are the first of another frame.
  public var isInFrame: Bool

  /// A position; without more than a frame, the moment at which that frame can begin.
  public init(frame: UInt64 = 0, instruction: UInt64 = 0, isInFrame: Bool = false) {
    (self.frame, self.instruction, self.isInFrame) = (frame, instruction, isInFrame)
  }

  /// The position as a tape has it: between two frames the frame says it all.
  package var mark: Position { isInFrame ? self : Position(frame: frame) }

  /// The first frame that begins here or later.
  public var firstWholeFrame: UInt64 { isInFrame ? frame + 1 : frame }

  /// What it has taken to come here, in instructions: to end a frame costs about as much as many.
  var work: UInt64 { frame &* Position.workOfFrame &+ instruction }
  static let workOfFrame: UInt64 = 64

  /// Later than any position of a machine.
  static let never = Position(frame: .max, instruction: .max)

  /// Whether a machine here has not come to either count of a limit.
  package func isWithin(_ limit: Position) -> Bool {
    frame < limit.frame && instruction < limit.instruction
  }
}

extension Position: Comparable {
  /// Whether a machine that comes by both comes by this one first.
  public static func < (one: Position, other: Position) -> Bool {
    if one.frame != other.frame { return one.frame < other.frame }
    if one.instruction != other.instruction { return one.instruction < other.instruction }
    return !one.isInFrame && other.isInFrame
  }
}

extension Machine {
  /// Applies inputs here, in their order, and continues as ``advance(until:)`` does.
  ///
  /// - Throws: the machine's own error for the first input that it refuses. Those before it are
  ///   applied then, and it has not gone on.
  public mutating func advance(with inputs: [Input], until end: Position) throws(InputRefusal) {
    for input in inputs { try apply(input) }
    advance(until: end)
  }

  /// Continues to exactly a position that it comes by without further input: it is there then,
  /// unless it does not come by. Of a position with no count of instructions it is the frame that
  /// counts.
  ///
  /// - Parameter limit: it goes no further than ``advance(until:)`` to this would.
  public mutating func advance(to end: Position, within limit: Position? = nil) {
    let limit = limit ?? .never
    func step(_ frame: UInt64, _ instruction: UInt64) -> Position {
      Position(
        frame: min(frame, limit.frame), instruction: min(instruction, limit.instruction))
    }
    advance(until: step(end.frame, end.instruction))
    if position.instruction < end.instruction {
      // In the frame that begins here.
      advance(until: step(min(end.frame, .max - 1) + 1, end.instruction))
    } else {
      // After frames without an instruction.
      advance(until: step(end.frame, .max))
    }
    let isBeforeIt = position == Position(frame: end.frame, instruction: end.instruction)
    if isBeforeIt, position.isWithin(limit) { advance(until: end) }
  }
}
