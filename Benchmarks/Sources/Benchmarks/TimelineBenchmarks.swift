// What the timeline costs: while the machine runs, on the disk, and to go anywhere in it.

import Chip8Core
import Chip8Player
import Glibc
import SaveState

extension Measurement {
  /// A headless run beside the machine alone, in calls of as many frames.
  static func tapeOnly(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "headless run, by the machine alone: \(subject.name)", .atMost(1.01), .times,
        of: .microseconds)
    ]) {
      let frames = subject.isLarge ? 50_000 : 2_000_000
      var request = RunRequest()
      request.frames = frames
      let loaded = try LoadedMachine(Subject.path(subject.program))
      var (ours, alone): ([Double], [Double]) = ([], [])
      for _ in 0..<40 {
        var run = try Run(Player(loaded), request)
        ours.append(try threadMicroseconds { _ = try run.toStop() } / Double(frames))
        var machine = loaded.machine
        alone.append(
          threadMicroseconds {
            for _ in 0..<frames / 1000 { _ = machine.run(frames: 1000) }
          } / Double(frames))
      }
      return [Measured(times: ours, by: alone)]
    }
  }

  /// What a frame costs in a window that keeps a journal, more than the machine's own.
  static func capture(_ subject: Subject, in directory: String) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "capture in a window, a frame of 16.7 ms: \(subject.name)", .atMost(167), .microseconds)
    ]) {
      var options = PlaySession.Options()
      options.slotsRoot = "\(directory)/capture"
      options.autosaveSeconds = nil
      options.journalByteLimit = Journal.defaultByteLimit
      let loaded = try LoadedMachine(Subject.path(subject.program))
      let session = PlaySession(loaded, .none, options)
      var machine = loaded.machine
      var (ours, alone): ([Double], [Double]) = ([], [])
      for round in 0..<200 {
        let time = threadMicroseconds {
          for frame in 0..<30 {
            session.runFrame(keys: keys(round * 30 + frame))
            session.poll()
          }
        }
        ours.append(time / 30)
        alone.append(
          threadMicroseconds {
            for frame in 0..<30 { _ = machine.run(frames: 1, keys: keys(round * 30 + frame)) }
          } / 30)
        // The journal is written twice a second.
        if round % 4 == 0 { usleep(20_000) }
      }
      _ = session.close()
      return [Measured(differences: ours, to: alone)]
    }
  }

  /// A frame and a look two frames ahead, beside three frames and two snapshots.
  static func runAhead(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement(
        "run-ahead of 2, by three frames and two snapshots: \(subject.name)", .atMost(1), .times,
        of: .microseconds)
    ]) {
      var player = try Player(LoadedMachine(Subject.path(subject.program)))
      _ = player.run(frames: 3600)
      var plain = player
      player.runAhead = RunAhead(.frames(2))
      var machine = player.machine
      _ = machine.run(frames: 10)
      let before = machine.snapshot
      var (ours, floor): ([Double], [Double]) = ([], [])
      for round in 0..<300 {
        let frames = round * 20..<round * 20 + 20
        ours.append(
          threadMicroseconds {
            for frame in frames {
              _ = player.run(frames: 1, keys: keys(frame))
              player.lookAhead()
            }
          } / 20)
        var snapshot = before
        floor.append(
          threadMicroseconds {
            for frame in frames {
              _ = plain.run(frames: 1, keys: keys(frame))
              machine.copy(to: &snapshot)
              _ = machine.run(frames: 2)
              machine.copy(to: &snapshot)
            }
          } / 20)
        machine.restore(from: before)
      }
      return [Measured(times: ours, by: floor)]
    }
  }

  /// A day of play: how much that is, and how long it takes to go anywhere in it.
  static func days(_ subject: Subject, in directory: String) -> Measurement {
    let name = subject.name
    return Measurement(requirements: [
      Requirement(
        "a day of play, on disk: \(name)", .atMost(subject.isLarge ? 48 : 20), .mebibytes),
      Requirement("a day of play, in memory: \(name)", .atMost(64), .mebibytes),
      Requirement("its journal read: \(name)", .none, .milliseconds),
      Requirement("any frame of it, 99 of 100: \(name)", .atMost(16), .milliseconds),
      Requirement("any instruction of it, 99 of 100: \(name)", .atMost(50), .milliseconds),
      Requirement("a step back, held down, mean: \(name)", .atMost(1), .milliseconds),
    ]) {
      let journal = Journal(root: "\(directory)/days", program: subject.fresh.program.sha1)
      let memory = try play(frames: 24 * 3600 * 60, of: subject.fresh, in: journal)
      let byteCount = try journal.files().reduce(0) { $0 + $1.byteCount }
      var tree: JournalTree<Chip8>?
      let reading = try microseconds { tree = try journal.read(as: Chip8.self).tree }
      guard let tree, let leaf = tree.leaves.first else { return [] }
      var timeline = try Timeline(tree, at: leaf)
      timeline.run { $0.engine = .fast }
      var random = SplitMix(state: 1)
      let frames = try (0..<1000).map { _ in
        let frame = random.next() % timeline.end.frame
        return try threadMicroseconds { try timeline.seek(to: Position(frame: frame)) } / 1000
      }
      let instructions = try (0..<1000).map { _ in
        let instruction = random.next() % timeline.end.instruction
        return try threadMicroseconds { try timeline.seek(toInstruction: instruction) } / 1000
      }
      try timeline.seek(to: timeline.end)
      let steps = 5000
      let back = try threadMicroseconds { for _ in 0..<steps { try timeline.rewind() } }
      return [
        Measured(number: Double(byteCount) / 1_048_576),
        Measured(number: Double(memory) / 1_048_576), Measured(number: reading / 1000),
        Measured(number: frames.quantile(0.99), spread: frames.spread),
        Measured(number: instructions.quantile(0.99), spread: instructions.spread),
        Measured(number: back / Double(steps) / 1000),
      ]
    }
  }

  /// A week of play, with all that people do: the most memory and disk that it takes.
  static func week(_ subject: Subject, in directory: String) -> Measurement {
    Measurement(requirements: [
      Requirement("a week of play, in memory: \(subject.name)", .atMost(64), .mebibytes),
      Requirement("a week of play, on disk: \(subject.name)", .atMost(64), .mebibytes),
      Requirement("a week of play, said to be removed: \(subject.name)", .none, .mebibytes),
    ]) {
      let journal = Journal(root: "\(directory)/week", program: subject.fresh.program.sha1)
      var week = try Week(subject.fresh, journal)
      for hour in 0..<24 * 7 { try week.play(hour) }
      return [week.memory, week.disk, week.removed].map {
        Measured(number: Double($0) / 1_048_576)
      }
    }
  }

  /// To prove the past of a long game.
  static func tenHours(_ subject: Subject) -> Measurement {
    Measurement(requirements: [
      Requirement("ten hours verified, 30 a frame: \(subject.name)", .atMost(2000), .milliseconds)
    ]) {
      var configuration = subject.fresh.state.configuration
      configuration.instructionsPerFrame = 30
      var machine = try Chip8(subject.fresh.program, configuration)
      machine.engine = .fast
      var timeline = Timeline(machine, spacing: 1 << 26)
      for frame in 0..<36_000 * 60 {
        let keys = keys(frame)
        if keys != timeline.machine.heldKeys { try timeline.apply(.keys(keys)) }
        timeline.run { _ = $0.run(frames: 1) }
      }
      try timeline.apply(.keys([]))
      guard let past = timeline.past(byteLimit: Past<Chip8>.maxByteCount) else { return [] }
      var isProved = false
      let times = (0..<3).map { _ in
        threadMicroseconds { isProved = past.leads(to: timeline.machine) } / 1000
      }
      precondition(isProved && past.beginsAtPowerOn)
      return [Measured(leastOf: times)]
    }
  }
}

/// Four changes a second.
private func keys(_ frame: Int) -> KeySet {
  frame / 15 % 2 == 0 ? KeySet(key: UInt8(frame / 30 % 16)) : []
}

/// Plays with a journal that is written twice a second, as in a window.
///
/// - Returns: how many bytes of memory that takes.
private func play(frames: Int, of machine: Chip8, in journal: Journal) throws -> Int {
  var fast = machine
  fast.engine = .fast
  var timeline = Timeline(fast)
  timeline.isJournaled = true
  var mark = JournalMark()
  let counter = Counter()
  var writer = JournalWriter<Chip8>(journal, byteLimit: 256 << 20) { counter.next() }
  for frame in 0..<frames {
    let keys = keys(frame)
    if keys != timeline.machine.heldKeys { try timeline.apply(.keys(keys)) }
    timeline.run { _ = $0.run(frames: 1) }
    guard frame % 30 == 29, let changes = timeline.changes(since: &mark) else { continue }
    _ = try writer.write(changes, time: UInt64(frame / 60))
  }
  return timeline.byteCount
}

/// A player plays on and on, and rewinds now and then, with a journal that is written twice a second. Each
/// day the window is closed and another one opened.
private struct Week {
  private let journal: Journal
  private let fresh: Chip8
  private let counter = Counter()
  private var timeline: Timeline<Chip8>
  private var mark = JournalMark()
  private var writer: JournalWriter<Chip8>
  private var sizes: [String: Int] = [:]
  private(set) var memory = 0
  private(set) var disk = 0
  private(set) var removed = 0

  init(_ machine: Chip8, _ journal: Journal) throws {
    self.journal = journal
    fresh = machine
    timeline = Timeline(machine)
    let counter = counter
    writer = JournalWriter(journal) { counter.next() }
  }

  mutating func play(_ hour: Int) throws {
    if hour % 24 == 0 { try open() }
    if hour % 5 == 4 { timeline.replace(with: poweredOn(), by: .powerOn) }
    if hour % 7 == 6 { _ = try timeline.undo() }
    for minute in 0..<60 {
      if minute % 5 == 4 {
        try timeline.rewind(frames: min(600, timeline.machine.position.frame))
        try write(hour)
      }
      for frame in 0..<3600 {
        let keys = keys(frame + minute)
        if keys != timeline.machine.heldKeys { try timeline.apply(.keys(keys)) }
        timeline.run { _ = $0.run(frames: 1) }
        if frame % 30 == 29 { try write(hour) }
      }
    }
    memory = max(memory, timeline.byteCount)
  }

  private func poweredOn() -> Chip8 {
    var machine = fresh
    machine.engine = .fast
    return machine
  }

  private mutating func open() throws {
    let counter = counter
    writer = JournalWriter(journal) { counter.next() }
    (timeline, mark) = (Timeline(poweredOn()), JournalMark())
    timeline.isJournaled = true
    try write(0)
    var reader = JournalReader<Chip8>(journal)
    if let tree = try reader.read(byteLimit: 48 << 20, besides: writer).tree {
      timeline.recall(tree, &mark)
      _ = try timeline.undo()
      try write(0)
    }
  }

  /// Writes, and looks whether what is gone is what was said to be.
  private mutating func write(_ hour: Int) throws {
    guard let changes = timeline.changes(since: &mark) else { return }
    let gone = try writer.write(changes, time: UInt64(hour))
    guard !gone.isEmpty || timeline.machine.position.frame % 3600 < 30 else { return }
    let files = try journal.files()
    let missing = Set(sizes.keys).subtracting(files.map(\.path))
    precondition(missing == Set(gone.map(\.path)), "nothing is removed that is not said to be")
    removed += gone.reduce(0) { $0 + $1.byteCount }
    sizes = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.byteCount) })
    disk = max(disk, sizes.values.reduce(0, +))
  }
}

/// Numbers files.
private final class Counter: @unchecked Sendable {
  private var value: UInt64 = 0

  func next() -> UInt64 {
    value += 1
    return value
  }
}

/// Random numbers that are the same each time.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
