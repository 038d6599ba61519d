// Who wrote this, and where do two courses part.

import SaveState

extension History {
  /// What has made something what it is.
  public enum Writer: Sendable {
    /// An instruction, and the machine before it.
    case instruction(address: UInt16, before: Position)
    /// An input, which has reached the machine at a position.
    case input(InputEvent, Position)
    /// It is as it was at the beginning of what is known.
    case beginning(Position)
  }

  /// What wrote something last, before the present; of pixels, what has changed one of them last.
  public mutating func lastWriter(
    of watched: StopPoint.Watched
  ) throws(Failure) -> Writer {
    var kind = StopPoint.AccessKind.write
    if case .pixels = watched { kind = .change }
    let input = course.inputs.last { entry in
      entry.position <= present.mark && entry.input.writes(watched)
    }
    let hit = try last(
      Probe([], asking: .access(watched, kind)), after: input?.position, includesPresent: true)
    if let hit { return .instruction(address: hit.address, before: hit.before) }
    if let input {
      // Between two frames the tape does not say how many instructions there were.
      return .input(input.input, try machine(at: input.position).position)
    }
    return .beginning(course.start)
  }
}

extension InputEvent {
  /// Whether it may write something that is watched.
  fileprivate func writes(_ watched: StopPoint.Watched) -> Bool {
    switch (self, watched) {
    case (.poke(let address, let bytes), .bytes(let range)):
      !bytes.isEmpty && (address..<address + bytes.count).overlaps(range)
    case (.register(let register, _), .register(let watched)): register == watched
    default: false
    }
  }
}

/// Where two courses part.
public struct CourseDifference: Sendable {
  /// The last moment at which both machines are the same.
  public let position: Position
  /// The first field that differs after the next instruction, or where one has come no further.
  public let field: String?
  /// The instruction that is next there, on each of them.
  public let addresses: [UInt16]
}

extension Timeline<Chip8> {
  /// Where the course of the machine and that of another branch part; nil if one is the beginning of the
  /// other.
  ///
  /// - Throws: `SeekError.nowhere` if they have no beginning in common.
  public mutating func firstDifference(
    from other: Int, isInterrupted: () -> Bool = { false }
  ) throws(SeekError) -> CourseDifference? {
    var (one, two) = (try scout(), self)
    try two.seek(toEndOf: other)
    two = try two.scout()
    let (a, b) = (one.course, two.course)
    guard a.start.mark == b.start.mark else { throw .nowhere(b.start) }
    let shared = zip(a.inputs, b.inputs).prefix { $0 == $1 }.count
    let firsts = [a.inputs, b.inputs].compactMap { $0.count > shared ? $0[shared].position : nil }
    let parted = (firsts + [a.end.mark, b.end.mark]).min() ?? a.end
    let end = min(a.end, b.end)
    let from = max(Position(frame: parted.frame), a.start)
    return try one.retrace(from: from, on: a) { machine, inputs in
      var (here, hereInputs) = (machine, inputs)
      return try? two.retrace(from: from, on: b) { there, thereInputs in
        Chip8.firstDifference(&here, &hereInputs, &there, &thereInputs, until: end, isInterrupted)
      }
    } ?? nil
  }
}

extension Chip8 {
  /// Goes over two courses frame by frame, then over the first frame that differs tick by tick.
  fileprivate static func firstDifference(
    _ one: inout Chip8, _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, _ two: inout Chip8,
    _ otherInputs: inout ArraySlice<Tape<InputEvent>.Entry>, until end: Position,
    _ isInterrupted: () -> Bool
  ) -> CourseDifference? {
    guard one.isSame(as: two) else {
      return CourseDifference(
        position: one.position, field: one.firstDifferingField(from: two),
        addresses: [one.state.pc, two.state.pc])
    }
    while one.position.mark < end.mark, !isInterrupted() {
      let before = (one.snapshot, inputs, two.snapshot, otherInputs)
      let next = Position(frame: one.position.frame + 1)
      one.follow(&inputs, to: min(next, end))
      two.follow(&otherInputs, to: min(next, end))
      if one.isSame(as: two), one.position.mark >= min(next, end).mark { continue }
      one.restore(from: before.0)
      two.restore(from: before.2)
      (inputs, otherInputs) = (before.1, before.3)
      return firstDifferenceInFrame(&one, &inputs, &two, &otherInputs, until: min(next, end))
    }
    return nil
  }

  private static func firstDifferenceInFrame(
    _ one: inout Chip8, _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, _ two: inout Chip8,
    _ otherInputs: inout ArraySlice<Tape<InputEvent>.Entry>, until end: Position
  ) -> CourseDifference? {
    while true {
      let (position, addresses) = (one.position, [one.state.pc, two.state.pc])
      for index in 0..<2 {
        if index == 0 {
          one.take(&inputs)
          one.takeInputsOfFrame(&inputs)
          _ = one.tick()
        } else {
          two.take(&otherInputs)
          two.takeInputsOfFrame(&otherInputs)
          _ = two.tick()
        }
      }
      if !one.isSame(as: two) || one.position.mark >= end.mark || one.position == position {
        return CourseDifference(
          position: position, field: one.firstDifferingField(from: two), addresses: addresses)
      }
    }
  }

  /// Goes over its course to a position.
  private mutating func follow(
    _ inputs: inout ArraySlice<Tape<InputEvent>.Entry>, to end: Position
  ) {
    while let next = inputs.first, next.position < end.mark {
      advance(to: next.position)
      guard position.mark >= next.position else { return }
      take(&inputs)
    }
    advance(to: end)
  }

  /// Whether the states are the same. What is held down is not part of them.
  private func isSame(as other: Chip8) -> Bool {
    guard state.pc == other.state.pc, state.ram == other.state.ram, head == other.head,
      state.hasSamePlanes(as: other.state)
    else { return false }
    return state.hasNoHostState && other.state.hasNoHostState
      || canonicalState == other.canonicalState
  }
}

extension State {
  fileprivate func hasSamePlanes(as other: borrowing State) -> Bool {
    for plane in 0..<configuration.platform.planeCount {
      for row in 0..<configuration.platform.display.height
      where display.planes[plane][row] != other.display.planes[plane][row] {
        return false
      }
    }
    return true
  }
}
