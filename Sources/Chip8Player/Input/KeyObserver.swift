import Chip8Core
import SaveState

/// Finds out which keys a program asks for, as it runs: from time to time, a copy of the machine runs the
/// frame that is next, and what the program looks at is noted. The machine itself is left alone.
///
/// A program that looks at the whole keypad, or waits for any key, is tried with each: only those count that make
/// a difference.
public struct KeyObserver: Sendable {
  /// What is known of the program's keys.
  public private(set) var keys: ProgramKeys
  private var frameCount = 0
  /// What the program has looked at, by the addresses of the instructions, and what it was seen to tell apart.
  private var polledAt: [UInt16: KeySet] = [:]
  private var distinguished: KeySet = []
  private var trialCount = 0
  private var framesSinceTrial = KeyObserver.trialPeriod
  /// Where the program was waiting when its keys were tried.
  private var triedAt: Set<UInt16> = []

  /// One frame of so many is looked at.
  private static let period = 4
  /// The most instructions of a frame that are looked at, and those for each key that is tried.
  private static let instructionLimit = 3000
  private static let trialLimit = 1000
  /// How many frames that are looked at lie between two trials.
  private static let trialPeriod = 8
  /// A program that looks at more keys than that may look at the whole keypad.
  private static let maxPolledKeys = 8
  /// An instruction that looks at more keys than that goes through the keypad.
  private static let maxPolledPerInstruction = 2
  private static let maxTrialCount = 100

  private var program: Digest
  /// How often each key was seen to move something which way.
  private var motions: [UInt8: [Direction: Int]] = [:]
  private var watchCount = 0

  /// How many frames lie between two that are watched for what keys move.
  private static let motionPeriod = 32
  private static let motionLimit = 2000
  private static let maxWatchCount = 60
  /// What is found out within so many instructions does not delay a start.
  private static let firstInstructionLimit: UInt64 = 20_000

  /// Begins with what the table has. A program in it is not observed.
  public init(_ program: Program) {
    self.program = program.sha1
    keys = ProgramKeys(for: program)
  }

  /// Begins with nothing known, as with a program that is not in the table.
  package init(ignoringTableFor program: Program) {
    self.program = program.sha1
    keys = .unknown
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
    note(
      copy.runNotingKeys(held, instructions: KeyObserver.instructionLimit), of: machine)
    if frameCount % KeyObserver.motionPeriod == 1 { watch(machine) }
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
      if frame % KeyObserver.motionPeriod == KeyObserver.motionPeriod - 1 { watch(before) }
    }
  }

  /// What is pressed when keys are pressed in turn: one that is polled, or any.
  private func pressedKey(_ turn: Int) -> KeySet {
    let asked = keys.asked.numbers
    // A key that is not polled is one that a title may wait for.
    guard !asked.isEmpty, turn % 4 != 3 else { return KeySet(key: UInt8(turn % 16)) }
    return KeySet(key: asked[turn % asked.count])
  }

  private mutating func note(_ requests: KeyRequests, of machine: Chip8) {
    polledAt.merge(requests.polledAt) { $0.union($1) }
    if isTrialDue(requests, machine) {
      trialCount += 1
      distinguished.formUnion(machine.distinguishedKeys(instructions: KeyObserver.trialLimit))
    }
    keys = keys.asking(for: polledByName.union(distinguished), moving: keys.moving)
  }

  /// What the program has looked at, without what it goes through with the whole keypad.
  private var polledByName: KeySet {
    polledAt.reduce([]) { isGoneThrough(at: $1.key) ? $0 : $0.union($1.value) }
  }

  /// Whether an instruction looks at one key after the other, in a program that looks at most of them.
  private func isGoneThrough(at address: UInt16) -> Bool {
    let all = polledAt.values.reduce(KeySet()) { $0.union($1) }
    return all.numbers.count > KeyObserver.maxPolledKeys
      && (polledAt[address]?.numbers.count ?? 0) > KeyObserver.maxPolledPerInstruction
  }

  /// Whether it is to be tried which keys make a difference. Where a program waits, that is done once, but one
  /// that looks at all keys is about something else later.
  private mutating func isTrialDue(_ requests: KeyRequests, _ machine: Chip8) -> Bool {
    guard trialCount < KeyObserver.maxTrialCount else { return false }
    if requests.waits { return triedAt.insert(machine.state.pc).inserted }
    guard requests.polledAt.keys.contains(where: isGoneThrough) else { return false }
    framesSinceTrial += 1
    guard framesSinceTrial > KeyObserver.trialPeriod else { return false }
    framesSinceTrial = 0
    return true
  }

  /// Sees what the polled keys move.
  private mutating func watch(_ machine: Chip8) {
    guard !keys.asked.isEmpty, watchCount < KeyObserver.maxWatchCount else { return }
    watchCount += 1
    for (key, direction) in machine.directions(
      of: keys.asked, instructions: KeyObserver.motionLimit)
    {
      motions[key, default: [:]][direction, default: 0] += 1
    }
    keys = keys.asking(for: keys.asked, moving: seenDirections)
  }

  /// The keys that were seen to move something one way, more often than by chance and hardly ever another way.
  private var seenDirections: [UInt8: Direction] {
    motions.compactMapValues { counts in
      let all = counts.values.reduce(0, +)
      return counts.first { $0.value >= 3 && 4 * $0.value > 3 * all }?.key
    }
  }
}
