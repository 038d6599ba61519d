import Chip8Core
import SaveState

/// Finds out which keys a program polls while it runs: now and then, a copy of the machine runs the next
/// frame, and the keys that it polls are noted. The machine itself is not touched.
///
/// If a program polls the whole keypad, or waits for any key, each key is tried, and only those count that
/// make a difference.
public struct KeyObserver: Sendable {
  /// What is known of the program's keys.
  public private(set) var keys: ProgramKeys
  private var frameCount = 0
  /// The keys that the program has polled, by the addresses of the instructions, and those that made a
  /// difference.
  private var polledAt: [UInt16: KeySet] = [:]
  private var distinguished: KeySet = []
  private var trialCount = 0
  private var framesSinceTrial = KeyObserver.trialPeriod
  /// Where the program was waiting when its keys were tried.
  private var triedAt: Set<UInt16> = []

  /// One in this many frames is observed.
  private static let period = 4
  /// The most instructions of an observed frame, and of a trial of one key.
  private static let instructionLimit = 3000
  private static let trialLimit = 1000
  /// How many observed frames lie between two trials.
  private static let trialPeriod = 8
  /// A program that polls more keys than this may be scanning the whole keypad.
  private static let maxPolledKeys = 8
  /// An instruction that polls more keys than this scans the keypad.
  private static let maxPolledPerInstruction = 2
  private static let maxTrialCount = 100

  private var program: Digest
  /// How often each key was seen to move something in each direction.
  private var motions: [UInt8: [Direction: Int]] = [:]
  private var watchCount = 0

  /// How many frames lie between two in which motion is watched.
  private static let motionPeriod = 32
  private static let motionLimit = 2000
  private static let maxWatchCount = 60
  /// Few enough not to delay the start.
  private static let firstInstructionLimit: UInt64 = 20_000

  /// Begins with what the table says. Programs in the table are not observed.
  public init(_ program: Program) {
    self.program = program.sha1
    keys = ProgramKeys(for: program)
  }

  /// Begins with nothing known, as if the program were not in the table.
  package init(ignoringTableFor program: Program) {
    self.program = program.sha1
    keys = .unknown
  }

  /// Begins with a machine that is about to run, and explores briefly which keys it polls.
  public init(observing machine: Chip8) {
    self.init(machine.program)
    explore(machine, frames: 240, instructions: KeyObserver.firstInstructionLimit)
  }

  /// Switches to another machine. What is known of the same program stays.
  public mutating func machineChanged(_ machine: Chip8) {
    if machine.program.sha1 != program { self = KeyObserver(observing: machine) }
  }

  /// Observes the next frame, if it is time.
  ///
  /// - Parameter held: the keys held in that frame.
  public mutating func observe(_ machine: Chip8, keys held: KeySet) {
    guard !keys.isKnown else { return }
    frameCount += 1
    guard frameCount % KeyObserver.period == 1 else { return }
    var copy = machine
    note(
      copy.runNotingKeys(held, instructions: KeyObserver.instructionLimit), of: machine)
    if frameCount % KeyObserver.motionPeriod == 1 { watch(machine) }
  }

  /// Runs a copy of the machine and presses the keys that it polls, to know its keys before anyone plays it.
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
      // Each key is held for six frames, followed by six without one.
      let pressed = frame % 12 < 6 ? pressedKey(frame / 12) : []
      let requests = copy.runNotingKeys(pressed, instructions: .max)
      note(requests, of: before)
      if frame % KeyObserver.motionPeriod == KeyObserver.motionPeriod - 1 { watch(before) }
    }
  }

  /// The key to press in a turn: a polled one, or any.
  private func pressedKey(_ turn: Int) -> KeySet {
    let asked = keys.asked.numbers
    // A title screen may wait for a key that is not polled.
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

  /// The keys that the program polls by name, without those that it only scans.
  private var polledByName: KeySet {
    polledAt.reduce([]) { isScan(at: $1.key) ? $0 : $0.union($1.value) }
  }

  /// Whether an instruction scans the keypad, in a program that polls most of the keys.
  private func isScan(at address: UInt16) -> Bool {
    let all = polledAt.values.reduce(KeySet()) { $0.union($1) }
    return all.numbers.count > KeyObserver.maxPolledKeys
      && (polledAt[address]?.numbers.count ?? 0) > KeyObserver.maxPolledPerInstruction
  }

  /// Whether to try which keys make a difference: once wherever a program waits for a key, but repeatedly for
  /// one that scans the keypad, which does other things later.
  private mutating func isTrialDue(_ requests: KeyRequests, _ machine: Chip8) -> Bool {
    guard trialCount < KeyObserver.maxTrialCount else { return false }
    if requests.waits { return triedAt.insert(machine.state.pc).inserted }
    guard requests.polledAt.keys.contains(where: isScan) else { return false }
    framesSinceTrial += 1
    guard framesSinceTrial > KeyObserver.trialPeriod else { return false }
    framesSinceTrial = 0
    return true
  }

  /// Watches what the polled keys move.
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

  /// The keys that move something in one direction, too often for chance and hardly ever in another.
  private var seenDirections: [UInt8: Direction] {
    motions.compactMapValues { counts in
      let all = counts.values.reduce(0, +)
      return counts.first { $0.value >= 3 && 4 * $0.value > 3 * all }?.key
    }
  }
}
