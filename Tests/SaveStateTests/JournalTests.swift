// JournalTests.swift: what was played is in the journal, whatever becomes of the process and of its files.

import Foundation
import SaveState
import Synchronization
import Testing

/// Sessions of a toy with a journal in a directory of their own.
private struct Journaled {
  var timeline: Timeline<Toy>
  private var writer: JournalWriter<Toy>
  private var mark = JournalMark()
  private var time: UInt64 = 1000

  /// - Parameter ids: numbers its files, from there on.
  init(
    _ timeline: Timeline<Toy>, _ journal: Journal, byteLimit: Int = Journal.defaultByteLimit,
    ids: UInt64 = 1
  ) {
    self.timeline = timeline
    self.timeline.isJournaled = true
    let counter = Counter(ids)
    writer = JournalWriter(journal, byteLimit: byteLimit) { counter.next() }
  }

  /// Recalls what was played before.
  mutating func recall(_ tree: JournalTree<Toy>) {
    flush()
    timeline.recall(tree, &mark)
  }

  /// Recalls what others have played since the last time.
  mutating func look(_ reader: inout JournalReader<Toy>) throws {
    let (tree, damage) = try reader.read(besides: writer)
    #expect(damage.isEmpty)
    flush()
    if let tree { timeline.recall(tree, &mark, continues: false) }
  }

  private final class Counter: Sendable {
    private let value: Mutex<UInt64>

    init(_ first: UInt64) { value = Mutex(first) }

    func next() -> UInt64 {
      value.withLock { value in
        value += 1
        return value - 1
      }
    }
  }

  @discardableResult
  mutating func flush() -> [Journal.File] {
    time += 1
    guard let changes = timeline.changes(since: &mark) else { return [] }
    do { return try writer.write(changes, time: time) } catch {
      Issue.record(error)
      return []
    }
  }

  /// Plays for a while, with any inputs.
  mutating func play(frames: UInt64, _ random: inout Seeded) throws {
    for _ in 0..<frames {
      if Bool.random(using: &random) {
        try timeline.apply(
          .byte(.random(in: 0..<64, using: &random), .random(in: 0...255, using: &random)))
      }
      let position = timeline.machine.position
      timeline.run { $0.advance(until: Position(frame: position.frame + 1, instruction: .max)) }
    }
  }

  /// All ends, with what the machine is there.
  func ends() throws -> [Toy] {
    var timeline = timeline
    return try timeline.leaves.map { leaf in
      try timeline.seek(toEndOf: leaf.branch)
      return timeline.machine
    }
  }
}

extension JournalTree<Toy> {
  fileprivate func ends() throws -> [Toy] {
    try leaves.map { try Timeline(self, at: $0).machine }
  }
}

@Suite struct JournalTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)
  private let root = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
  private let toy = Toy(Program(name: "toy", bytes: [1, 2, 3]))

  private var journal: Journal { Journal(root: root, program: toy.program.sha1) }

  private func read() throws -> JournalTree<Toy> {
    let (tree, damage) = try journal.read(as: Toy.self)
    #expect(damage.isEmpty)
    return try #require(tree)
  }

  private func clean() { try? FileManager.default.removeItem(atPath: root) }

  @Test("Whatever is done in a session, all its ends come back, from any number of files")
  func sessions() throws {
    defer { clean() }
    for round in 0..<6 as Range<UInt64> {
      clean()
      var random = Seeded(state: JournalTests.seed &+ round)
      let limit = round % 2 == 0 ? Journal.defaultByteLimit : 1 << 20
      var session = Journaled(Timeline(toy, spacing: 400), journal, byteLimit: limit)
      for _ in 0..<60 {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: session.timeline.replace(with: usedToy(), by: .load)
        case 1:
          session.flush()
          _ = try session.timeline.undo()
        case 2:
          session.flush()
          _ = try session.timeline.redo()
        case 3, 4:
          session.flush()
          let (first, end) = (session.timeline.firstFrame, session.timeline.end.frame)
          guard first <= end else { continue }
          try session.timeline.seek(to: Position(frame: .random(in: first...end, using: &random)))
        default: try session.play(frames: .random(in: 1...20, using: &random), &random)
        }
        if Bool.random(using: &random) { session.flush() }
      }
      session.flush()
      let (expected, found) = (try session.ends(), try read().ends())
      #expect(found.count == expected.count, "seed \(JournalTests.seed), round \(round)")
      for end in expected {
        #expect(found.contains(end), "seed \(JournalTests.seed), round \(round)")
      }
    }
  }

  @Test("A file that is cut anywhere has all that was written before")
  func cuts() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var session = Journaled(Timeline(toy, spacing: 400), journal)
    var written: [(byteCount: Int, machine: Toy)] = []
    for _ in 0..<6 {
      try session.play(frames: 4, &random)
      session.flush()
      written.append((try journal.files()[0].byteCount, session.timeline.machine))
    }
    let path = try journal.files()[0].path
    let bytes = try Storage.read(path, limit: 1 << 20)
    for count in bytes.indices {
      try Data(bytes.prefix(count)).write(to: URL(filePath: path))
      let (tree, damage) = try journal.read(as: Toy.self)
      #expect(damage.isEmpty)
      let whole = written.last { $0.byteCount <= count }
      guard let whole else { continue }
      let machine = try #require(try tree?.ends().first)
      // A flush has several records, and some of them may be there.
      #expect(machine.position >= whole.machine.position, "cut at \(count)")
      #expect(written.contains { $0.machine == machine }, "cut at \(count)")
    }
  }

  @Test("Whatever is in a file, it is refused, or what is before it is read")
  func damage() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var session = Journaled(Timeline(toy, spacing: 400), journal)
    for _ in 0..<3 {
      try session.play(frames: 3, &random)
      session.flush()
    }
    let path = try journal.files()[0].path
    let bytes = try Storage.read(path, limit: 1 << 20)
    for index in bytes.indices {
      for flip in [1, 0x80, 0xFF] as [UInt8] {
        var altered = bytes
        altered[index] ^= flip
        try Data(altered).write(to: URL(filePath: path))
        let (tree, damage) = try journal.read(as: Toy.self)
        #expect(index >= 10 || tree == nil && damage.count == 1)
        #expect(try tree?.ends().allSatisfy { $0.position <= session.timeline.end } ?? true)
      }
    }
  }

  @Test("Whatever records say, it is left out, or sessions stay whole with it")
  func alteredRecords() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var session = Journaled(Timeline(toy, spacing: 400), journal)
    for round in 0..<8 {
      try session.play(frames: 3, &random)
      session.flush()
      guard round % 3 == 2 else { continue }
      try session.timeline.seek(to: Position(frame: session.timeline.end.frame / 2))
      session.flush()
    }
    let path = try journal.files()[0].path
    let bytes = try Storage.read(path, limit: 1 << 20)
    let whole = records(of: bytes)
    for round in 0..<600 {
      var records = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<records.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: records.remove(at: index)
        case 1: records.insert(records[index], at: .random(in: 0...index, using: &random))
        default:
          // Numbers come first.
          let place = Int.random(in: 0..<min(records[index].count, 24), using: &random)
          records[index][place] = .random(in: 0...255, using: &random)
        }
      }
      try Data(bytes.prefix(10) + records.flatMap(sealed)).write(to: URL(filePath: path))
      guard let tree = try journal.read(as: Toy.self).tree else { continue }
      var other = Timeline(toy)
      var mark = JournalMark()
      _ = other.changes(since: &mark)
      other.recall(tree, &mark)
      other.checkInvariants()
      // The toy would run for long.
      guard other.leaves.allSatisfy({ $0.end.instruction < 20_000 }) else { continue }
      for leaf in tree.leaves {
        guard let end = try? Timeline(tree, at: leaf) else { continue }
        end.checkInvariants()
        #expect(end.isAtEnd, "seed \(JournalTests.seed), round \(round)")
      }
      for _ in 0..<9 { _ = try? other.undo() }
      other.checkInvariants()
    }
  }

  /// The contents of the records of a file.
  private func records(of bytes: [UInt8]) -> [[UInt8]] {
    var (reader, records) = (ByteReader(Array(bytes.dropFirst(10))), [[UInt8]]())
    while let count = reader.next(UInt32.self), let contents = reader.take(Int(count)) {
      records.append(Array(contents))
      _ = reader.take(4)
    }
    return records
  }

  /// A record as it is in a file.
  private func sealed(_ contents: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(contents.count))
    writer.append(contentsOf: contents)
    writer.append(crc32(contents))
    return writer.bytes
  }

  @Test("The oldest files give way, and what was played last stays")
  func pruning() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    let limit = 40_000
    var session = Journaled(Timeline(toy, spacing: 400), journal, byteLimit: limit)
    var removed: [Journal.File] = []
    for _ in 0..<200 {
      try session.play(frames: 60, &random)
      removed += session.flush()
      let byteCount = try journal.files().reduce(0) { $0 + $1.byteCount }
      #expect(byteCount <= limit)
    }
    #expect(removed.count > 3)
    #expect(try journal.files().allSatisfy { !removed.contains($0) })
    let tree = try read()
    #expect(try tree.ends() == [session.timeline.machine])
    // The file that is written to stays, whatever is requested.
    let last = try #require(try journal.files().last)
    _ = try journal.prune(toByteCount: 0)
    #expect(try journal.files() == [last])
  }

  @Test("Two sessions at the same time lose nothing, and a later one has them both")
  func several() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var (one, other) = (
      Journaled(Timeline(toy), journal), Journaled(Timeline(toy), journal, ids: 100)
    )
    for _ in 0..<20 {
      try one.play(frames: 3, &random)
      one.flush()
      try other.play(frames: 4, &random)
      other.flush()
    }
    let tree = try read()
    let ends = try tree.ends()
    #expect(ends.contains(one.timeline.machine) && ends.contains(other.timeline.machine))

    // A third one goes back into them, and plays on from there.
    var third = Journaled(Timeline(toy), journal, ids: 200)
    third.recall(tree)
    try third.play(frames: 2, &random)
    third.flush()
    let beginning = third.timeline.machine
    #expect(try third.timeline.undo() == .powerOn)
    #expect(third.timeline.machine == other.timeline.machine)
    third.flush()
    try third.play(frames: 5, &random)
    third.flush()
    let end = third.timeline.machine
    try third.timeline.seek(to: Position(frame: 10))
    third.flush()
    try third.play(frames: 2, &random)
    third.flush()
    let middle = third.timeline.machine
    let all = try read().ends()
    #expect(all.count == 4)
    for machine in [one.timeline.machine, beginning, end, middle] {
      #expect(all.contains(machine), "seed \(JournalTests.seed)")
    }
    // What it has of its own stays where the others are gone.
    let files = try journal.files()
    for file in files where file.path.contains("-000000000000000") && !file.path.contains("c8.") {
      try FileManager.default.removeItem(atPath: file.path)
    }
    let rest = try read().ends()
    #expect(rest.count == 3 && rest.contains(end) && rest.contains(middle))
  }

  @Test("Undo leads into the last session, to where undo and redo have led there")
  func undoneAtTheEnd() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var session = Journaled(Timeline(toy), journal)
    try session.play(frames: 20, &random)
    session.flush()
    let before = session.timeline.machine
    try session.timeline.seek(to: Position(frame: 5))
    try session.play(frames: 9, &random)
    session.flush()
    let after = session.timeline.machine
    var ids: UInt64 = 100
    func last() throws -> Toy {
      ids += 100
      var next = Journaled(Timeline(toy), journal, ids: ids)
      next.recall(try read())
      #expect(try next.timeline.undo() == .powerOn)
      return next.timeline.machine
    }
    #expect(try last() == after)
    _ = try session.timeline.undo()
    session.flush()
    #expect(try last() == before, "seed \(JournalTests.seed)")
    _ = try session.timeline.redo()
    session.flush()
    #expect(try last() == after, "seed \(JournalTests.seed)")
    // What is played then is the last again.
    _ = try session.timeline.undo()
    try session.play(frames: 3, &random)
    session.flush()
    #expect(try last() == session.timeline.machine, "seed \(JournalTests.seed)")
  }

  @Test("Sessions see what others play while they do, and play on from there")
  func liveSessions() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    var one = Journaled(Timeline(toy, spacing: 400), journal)
    var other = Journaled(Timeline(toy, spacing: 400), journal, ids: 100)
    var (first, second) = (JournalReader<Toy>(journal), JournalReader<Toy>(journal))
    for round in 0..<40 {
      try one.play(frames: 2, &random)
      one.flush()
      try other.play(frames: 3, &random)
      other.flush()
      // Neither has to look each time.
      if round % 3 == 0 { try one.look(&first) }
      if round % 2 == 0 { try other.look(&second) }
      if Int.random(in: 0..<3, using: &random) == 0, round % 2 == 0 {
        // To where the others are, or were, and on from there.
        let leaf = try #require(other.timeline.leaves.randomElement(using: &random))
        try other.timeline.seek(toEndOf: leaf.branch)
        other.flush()
      }
      if round % 7 == 6 {
        try one.timeline.seek(to: Position(frame: one.timeline.end.frame / 2))
        one.flush()
      }
      one.timeline.checkInvariants()
      other.timeline.checkInvariants()
    }
    try one.look(&first)
    try other.look(&second)
    // All that either knows is what the files have, and each end is what it was.
    let all = try read().ends()
    for session in [one, other] {
      let ends = try session.ends()
      #expect(ends.count == all.count, "seed \(JournalTests.seed)")
      #expect(ends.allSatisfy(all.contains), "seed \(JournalTests.seed)")
    }
    // What begins on a branch of one's own is known to do so.
    #expect(one.timeline.leaves.count > 4)
    for leaf in one.timeline.leaves {
      try one.timeline.seek(toEndOf: leaf.branch)
      #expect(one.timeline.start == Position())
    }
  }

  @Test("A branch that is too long to replay is not in the tree")
  func distantBranches() throws {
    defer { clean() }
    var session = Journaled(Timeline(toy), journal)
    session.timeline.run { $0.advance(until: Position(frame: 2, instruction: .max)) }
    session.flush()
    let path = try journal.files()[0].path
    var bytes = try Storage.read(path, limit: 1 << 20)
    // The frame to which the branch has come, in a record of its own.
    var record = ByteWriter()
    record.append(contentsOf: [2, 0, 5])
    record.append(varint: 1 << 40)
    record.append(varint: 1 << 41)
    record.append(UInt8(0))
    bytes += sealed(record.bytes)
    try Data(bytes).write(to: URL(filePath: path))
    #expect(try read().leaves.map(\.end.frame) == [2])
  }

  @Test("A disk that is full for a while loses nothing")
  func fullDisk() throws {
    defer { clean() }
    var random = Seeded(state: JournalTests.seed)
    // Something is where the directory goes.
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: "\(root)/\(toy.program.sha1)"))
    var timeline = Timeline(toy)
    timeline.isJournaled = true
    var (mark, writer) = (
      JournalMark(), JournalWriter<Toy>(journal, makeID: { 7 })
    )
    for frame in 1...4 as ClosedRange<UInt64> {
      timeline.run { $0.advance(until: Position(frame: frame, instruction: .max)) }
      if frame == 4 { try FileManager.default.removeItem(atPath: "\(root)/\(toy.program.sha1)") }
      let changes = try #require(timeline.changes(since: &mark))
      if frame < 4 {
        #expect(throws: StorageError.self) { try writer.write(changes, time: frame) }
      } else {
        _ = try writer.write(changes, time: frame)
      }
      try timeline.apply(.byte(Int(frame), .random(in: 0...255, using: &random)))
    }
    var expected = Timeline(toy)
    expected = timeline
    try expected.seek(to: Position(frame: 4))
    #expect(try read().leaves.first?.end.frame == 4)
  }
}
