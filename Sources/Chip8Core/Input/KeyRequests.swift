// The keys that a program asks for, found by running copies of its machine: the machine itself runs as fast
// as ever and keeps no note of it.

/// The keys that a program asks for.
public struct KeyRequests: Hashable, Sendable {
  /// Those that it looks at, by the addresses of the instructions that do: Ex9E and ExA1.
  public var polledAt: [UInt16: KeySet] = [:]
  /// Whether it waits for any: Fx0A.
  public var waits = false

  /// None.
  public init() {}
}

extension Chip8 {
  /// Runs a frame, and says what keys the program asks for in it.
  ///
  /// - Parameters:
  ///   - keys: the keys that are held down from now on.
  ///   - limit: the most instructions that are executed; the frame may be longer.
  public mutating func runNotingKeys(_ keys: KeySet, instructions limit: Int) -> KeyRequests {
    var requests = KeyRequests()
    requests.waits = state.keyWait != nil
    follow(keys, instructions: limit) { machine in
      let instruction = machine.nextInstruction
      switch instruction.kind {
      case .skipIfKey, .skipIfNoKey:
        let key = KeySet(key: machine.state.v[Int(instruction.x)])
        requests.polledAt[machine.state.pc, default: []].insert(key)
      case .waitForKey: requests.waits = true
      default: break
      }
    }
    return requests
  }

  /// The keys that a program distinguishes from others, which it treats alike, as a title screen does with
  /// all: those whose path is not that of most.
  ///
  /// - Parameter limit: the most instructions that are executed for each key.
  public func distinguishedKeys(instructions limit: Int) -> KeySet {
    let paths = (0..<16).map { path(holding: KeySet(key: $0), instructions: limit) }
    let groups = Dictionary(grouping: paths.indices) { paths[$0] }.values
    // Which of several groups is as large as the largest does not matter if that has one key.
    let most = groups.map(\.count).max() ?? 0
    guard most > 1, let common = groups.filter({ $0.count == most }).min(by: { $0[0] < $1[0] })
    else { return KeySet(rawValue: .max) }
    return common.reduce(KeySet(rawValue: .max)) { $0.subtracting(KeySet(key: UInt8($1))) }
  }

  /// The addresses of all instructions executed while a key is held for some frames, and after that.
  private func path(holding key: KeySet, instructions limit: Int) -> [UInt16] {
    let (heldFrames, frames) = (6, 14)
    var machine = self
    var isExecuted = [Bool](repeating: false, count: state.ram.count)
    var left = limit
    for frame in 0..<frames where left > 0 {
      left -= machine.follow(frame < heldFrames ? key : [], instructions: left) { machine in
        isExecuted[Int(machine.state.pc) & (machine.state.ram.count - 1)] = true
      }
    }
    return isExecuted.indices.filter { isExecuted[$0] }.map { UInt16($0) }
  }

  /// Runs a frame by the rules, and calls before each instruction.
  ///
  /// - Returns: how many instructions were executed.
  @discardableResult
  private mutating func follow(
    _ keys: KeySet, instructions limit: Int, _ body: (Chip8) -> Void
  ) -> Int {
    unsaved.isByRules = true
    applyAccepted(.keys(keys))
    let (frame, start) = (state.frames, state.instructions)
    while state.frames == frame, state.instructions - start < UInt64(limit) {
      if state.keyWait != nil {
        beginFrame()
        // A wait that continues takes the whole frame.
        guard state.keyWait == nil else {
          _ = run(frames: 1)
          break
        }
      }
      body(self)
      let before = state.instructions
      // A wait for the display ends a frame without an instruction.
      guard case .done = run(instructions: 1), state.instructions > before || state.frames > frame
      else { break }
    }
    return Int(state.instructions - start)
  }
}
