import Chip8Core
import SaveState

/// Finds out which keys a program asks for, as it runs: from time to time, a copy of the machine runs the
/// frame that is next, and what the program looks at is noted. The machine itself is left alone.
///
/// A program that looks at many keys, or waits for any, is tried with each: only those count that make a
/// difference.
public struct KeyObserver: Sendable {
  /// What is known of the program's keys.
  public private(set) var keys: ProgramKeys
  private var frameCount = 0
  private var trialCount = 0
  /// Where the program was waiting when its keys were tried.
  private var triedAt: Set<UInt16> = []

  /// One frame of so many is looked at.
  private static let period = 4
  /// The most instructions of a frame that are looked at, and those for each key that is tried.
  private static let instructionLimit = 3000
  private static let trialLimit = 1000
  /// More keys than that within a frame are the whole keypad.
  private static let mostPolled = 8
  private static let maxTrialCount = 100

  private var program: Digest
  /// What is found out within so many instructions does not delay a start.
  private static let firstInstructionLimit: UInt64 = 20_000

  /// Begins with what the table has. A program in it is not observed.
  public init(_ program: Program) {
    self.program = program.sha1
    keys = ProgramKeys(for: program)
  }

  /// Begins with a machine that is about to run, and a short look at what it asks for.
  public init(observing machine: Chip8) {
    self.init(machine.program)
    explore(machine, frames: 240, instructions: KeyObserver.firstInstructionLimit)
  }

  /// The machine is another one now. What is known of the same program stays.
  public mutating func machineChanged(_ machine: Chip8) {
    if machine.program.sha1 != program { self = KeyObserver(observing: machine) }
  }

  /// Looks at the frame that is next, if it is one of those that are looked at.
  ///
  /// - Parameter held: the keys that are down in that frame.
  public mutating func observe(_ machine: Chip8, keys held: KeySet) {
    guard !keys.isKnown else { return }
    frameCount += 1
    guard frameCount % KeyObserver.period == 1 else { return }
    var copy = machine
    note(copy.runNotingKeys(held, instructions: KeyObserver.instructionLimit), of: machine)
  }

  /// Runs a copy of the machine from where it is, and presses what it asks for, to know its keys before anyone
  /// plays it.
  ///
  /// - Parameters:
  ///   - frames: how many frames, at most.
  ///   - limit: how many instructions, at most.
  public mutating func explore(_ machine: Chip8, frames: Int, instructions limit: UInt64) {
    guard !keys.isKnown else { return }
    var copy = machine
    let end = machine.state.instructions + limit
    for frame in 0..<frames where copy.state.instructions < end {
      let before = copy
      // Each key is held for a while, and then none.
      let pressed = frame % 12 < 6 ? pressedKey(frame / 12) : []
      let requests = copy.runNotingKeys(pressed, instructions: .max)
      note(requests, of: before)
    }
  }

  /// What is pressed when keys are pressed in turn: one that is asked for, or any.
  private func pressedKey(_ turn: Int) -> KeySet {
    let asked = keys.asked.numbers
    // A key that is not asked for is one that a title may wait for.
    guard !asked.isEmpty, turn % 4 != 3 else { return KeySet(key: UInt8(turn % 16)) }
    return KeySet(key: asked[turn % asked.count])
  }

  private mutating func note(_ requests: KeyRequests, of machine: Chip8) {
    let isAll = requests.polled.numbers.count > KeyObserver.mostPolled
    if !isAll { keys = keys.asking(for: keys.asked.union(requests.polled)) }
    guard isAll || requests.waits, trialCount < KeyObserver.maxTrialCount else { return }
    // Where a program waits, it is tried once; one that looks at all keys is about something else later.
    if requests.waits, !triedAt.insert(machine.state.pc).inserted { return }
    trialCount += 1
    let toldApart = machine.keysToldApart(instructions: KeyObserver.trialLimit)
    keys = keys.asking(for: keys.asked.union(toldApart))
  }
}
