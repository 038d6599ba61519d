// Journals: what was played, after anything has happened to the files. Checksums are made right
// again, so that all that they stand for is reached.

import Chip8Core
import Fuzzing
import SaveState
import Synchronization

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let directory = Directory()
  defer { directory.remove() }
  var input = Input([UInt8](start, count))
  let journal = Journal(root: directory.path, program: Player.program.sha1)
  var first = Player(journal, ids: 1)
  first.play(&input)
  damage(journal, in: directory, &input)
  guard let (tree, _) = try? journal.read(as: Chip8.self) else { return 0 }
  guard let tree else { return 0 }
  visit(tree)
  var second = Player(journal, ids: 1 << 32, byteLimit: Journal.defaultByteLimit)
  second.recall(tree)
  second.play(&input)
  let again = must("what was played is read") { try journal.read(as: Chip8.self).tree }
  let ends = Set(again.map { $0.leaves.map(\.end) } ?? [])
  expect(
    Set(second.timeline.leaves.map(\.end)).isSubset(of: ends), "what was played after it stays")
  return 0
}

/// Goes to every end that is not too far away for a fuzzer.
private func visit(_ tree: JournalTree<Chip8>) {
  for leaf in tree.leaves.prefix(20) where leaf.end.frame < 5000 {
    guard let timeline = try? Timeline(tree, at: leaf) else { continue }
    expect(
      timeline.isAtEnd && timeline.machine.position.frame == leaf.end.frame,
      "an end is where it is said to be")
  }
}

/// A player with a journal.
private struct Player {
  /// Looks at keys, draws, waits.
  static let program = Program(
    name: "program",
    bytes: [0x61, 0x05, 0xE1, 0xA1, 0x72, 0x01, 0xD2, 0x25, 0xF3, 0x55, 0x12, 0x02])

  var timeline: Timeline<Chip8>
  private var mark = JournalMark()
  private var writer: JournalWriter<Chip8>
  private var reader: JournalReader<Chip8>
  private var time: UInt64 = 0

  init(_ journal: Journal, ids: UInt64, byteLimit: Int = 1 << 16) {
    let machine = must("the program fits") { try Chip8(Player.program, Configuration(.chip8)) }
    timeline = Timeline(machine, spacing: 2000)
    timeline.isJournaled = true
    // A file gets a few thousand bytes long, so there are several.
    let counter = Counter(ids)
    writer = JournalWriter(journal, byteLimit: byteLimit) { counter.next() }
    reader = JournalReader(journal)
  }

  mutating func recall(_ tree: JournalTree<Chip8>) {
    flush()
    timeline.recall(tree, &mark)
  }

  mutating func play(_ input: inout Input) {
    for _ in 0..<24 where !input.isAtEnd {
      change(&input)
      if input.choice([true, false]) { flush() }
    }
    flush()
  }

  /// Whether no moment takes a fuzzer long to go to.
  private var isNear: Bool { timeline.leaves.allSatisfy { $0.end.frame < 5000 } }

  private mutating func change(_ input: inout Input) {
    switch input.choice([0, 1, 2, 3, 4, 5, 6, 7]) {
    case 0: timeline.replace(with: timeline.machine.reloaded(), by: .load)
    case 1 where isNear:
      flush()
      _ = try? timeline.undo()
    case 2 where isNear:
      flush()
      _ = try? timeline.redo()
    case 3 where isNear:
      flush()
      let frame = UInt64(input.next(UInt8.self))
      try? timeline.seek(to: Position(frame: frame))
    case 4 where isNear:
      flush()
      try? timeline.seek(toEndOf: input.choice(timeline.leaves).branch)
    case 5: try? timeline.apply(.poke(0x300, [input.next()]))
    case 6:
      flush()
      if let news = try? reader.read(besides: writer).tree { recall(news) }
    default:
      try? timeline.apply(.keys(KeySet(rawValue: input.next())))
      let frames = Int(input.next(UInt8.self))
      timeline.run { _ = $0.run(frames: frames) }
    }
  }

  private mutating func flush() {
    time += 1
    guard let changes = timeline.changes(since: &mark) else { return }
    _ = must("a journal can be written") { try writer.write(changes, time: time) }
  }
}

/// Numbers files.
private final class Counter: Sendable {
  private let value: Mutex<UInt64>

  init(_ first: UInt64) { value = Mutex(first) }

  func next() -> UInt64 {
    value.withLock { value in
      value += 1
      return value
    }
  }
}

/// Changes the files, record by record, and makes their checksums right.
private func damage(_ journal: Journal, in directory: Directory, _ input: inout Input) {
  guard input.choice([true, true, true, false]), let files = try? journal.files() else { return }
  for file in files {
    guard let bytes = try? Storage.read(file.path, limit: 1 << 20) else { continue }
    var (head, records) = (Array(bytes.prefix(10)), records(of: Array(bytes.dropFirst(10))))
    for _ in 0..<Int(input.next(UInt8.self) % 8) where !records.isEmpty {
      let index = Int(input.next(UInt8.self)) % records.count
      switch input.choice([0, 1, 2, 3, 4]) {
      case 0 where !records[index].isEmpty:
        records[index][Int(input.next(UInt16.self)) % records[index].count] = input.next()
      case 1: records[index] += input.take(Int(input.next(UInt8.self) % 16))
      case 2: records.remove(at: index)
      case 3: records.insert(records[index], at: Int(input.next(UInt8.self)) % records.count)
      default:
        // The numbers of a record are in its first bytes.
        let count = min(records[index].count, 1 + Int(input.next(UInt8.self) % 24))
        records[index].replaceSubrange(1..<max(1, count), with: input.take(count - 1))
      }
    }
    for record in records {
      var writer = ByteWriter()
      writer.append(UInt32(record.count))
      writer.append(contentsOf: record)
      writer.append(checksum(record))
      head += writer.bytes
    }
    if input.choice([true, false, false, false]) {
      head.removeLast(Int(input.next(UInt8.self)) % head.count)
    }
    let name = String(file.path.dropFirst(directory.path.count + 1))
    directory.remove(name)
    directory.write(name, head)
  }
}

/// The contents of all records.
private func records(of bytes: [UInt8]) -> [[UInt8]] {
  var (reader, records) = (ByteReader(bytes), [[UInt8]]())
  while let count = reader.next(UInt32.self), let contents = reader.take(Int(count)) {
    records.append(Array(contents))
    _ = reader.take(4)
  }
  return records
}

/// CRC-32, bit by bit.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0)
    }
  }
}
