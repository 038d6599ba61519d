// What a journal consists of: docs/TIMELINE.md, "The journal". Files are not to be trusted.

/// A branch, wherever it is kept: by the file that it is in, and its number there.
public struct JournalReference: Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: UInt64
  /// Which of its branches.
  public let branch: Int

  /// A branch of a file.
  public init(file: UInt64, branch: Int) { (self.file, self.branch) = (file, branch) }

  /// As users write it: the file's sixteen digits, a point, the branch's number.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let file = UInt64(hexadecimal: parts[0], digitCount: 16),
      let branch = Int(decimal: parts[1])
    else { return nil }
    self.init(file: file, branch: branch)
  }

  /// See ``init(_:)``.
  public var description: String { "\(hexadecimal(file)).\(branch)" }
}

/// Sixteen digits.
func hexadecimal(_ number: UInt64) -> String {
  String(number, radix: 16).padded(before: 16, with: "0")
}

/// A piece of a journal.
enum JournalRecord<Recorded: Machine>: Sendable {
  /// A branch begins.
  case branch(Beginning)
  /// A branch has come further.
  case progress(Progress)
  /// The machine at a moment of a branch.
  case keyframe(Keyframe)
  /// The jumps that can be undone and redone: all that there are now.
  case jumps(Jumps)

  struct Origin: Sendable {
    let branch: JournalReference
    let position: Position
    let inputCount: Int
  }

  struct Beginning: Sendable {
    let number: Int
    let edge: Timeline<Recorded>.Edge
    let position: Position
    let time: UInt64
    var origin: Origin?
    var start: Recorded.PackedSnapshot?
    var claim: Digest?
  }

  struct Progress: Sendable {
    let number: Int
    let time: UInt64
    let end: Position
    let entries: [Tape<Recorded.Input>.Entry]
  }

  struct Keyframe: Sendable {
    let number: Int
    let position: Position
    let inputCount: Int
    let machine: Recorded.PackedSnapshot
  }

  struct Place: Hashable, Sendable {
    let branch: JournalReference
    let position: Position
  }

  struct Jumps: Sendable {
    let doneCount: Int
    let jumps: [(edge: Timeline<Recorded>.Edge, from: Place, to: Place)]
  }
}

// MARK: - Writing

extension JournalRecord {
  private var code: UInt8 {
    switch self {
    case .branch: 1
    case .progress: 2
    case .keyframe: 3
    case .jumps: 4
    }
  }

  /// The record with its length before it and its checksum after it.
  ///
  /// - Parameter file: the file that it is for.
  func encoded(in file: UInt64) -> [UInt8] {
    var contents = ByteWriter()
    contents.append(code)
    switch self {
    case .branch(let beginning): beginning.encode(into: &contents, in: file)
    case .progress(let progress): progress.encode(into: &contents)
    case .keyframe(let keyframe): keyframe.encode(into: &contents)
    case .jumps(let jumps): jumps.encode(into: &contents, in: file)
    }
    return journalFrame(contents.bytes)
  }
}

/// Contents with their length before them and their checksum after them.
func journalFrame(_ contents: [UInt8]) -> [UInt8] {
  var writer = ByteWriter(reserving: contents.count + 8)
  writer.append(UInt32(contents.count))
  writer.append(contentsOf: contents)
  writer.append(crc(contents[...]))
  return writer.bytes
}

extension JournalRecord.Beginning {
  private enum Part {
    static var origin: UInt8 { 1 }
    static var start: UInt8 { 2 }
    static var claim: UInt8 { 4 }
  }

  func encode(into writer: inout ByteWriter, in file: UInt64) {
    writer.append(varint: UInt64(number))
    writer.append(edge.journalCode)
    writer.append(position)
    writer.append(varint: time)
    writer.append(
      (origin == nil ? 0 : Part.origin) | (start == nil ? 0 : Part.start)
        | (claim == nil ? 0 : Part.claim))
    if let origin {
      writer.append(origin.branch, in: file)
      writer.append(origin.position)
      writer.append(varint: UInt64(origin.inputCount))
    }
    if let start { encodeJournalMachine(start, of: Recorded.self, into: &writer) }
    if let claim { writer.append(contentsOf: claim.bytes) }
  }

  init(decoding reader: inout ByteReader, in file: UInt64, _ program: Program) throws(JournalDamage)
  {
    number = try reader.index()
    edge = try reader.edge()
    position = try reader.position()
    time = try reader.number()
    let parts: UInt8 = try reader.field()
    guard parts <= 7 else { throw JournalDamage() }
    if parts & Part.origin != 0 {
      origin = JournalRecord.Origin(
        branch: try reader.reference(in: file), position: try reader.position(),
        inputCount: try reader.index())
    }
    if parts & Part.start != 0 {
      let machine: Recorded = try reader.machine(program)
      guard machine.position == position else { throw JournalDamage() }
      start = Recorded.pack(machine.snapshot)
    }
    if parts & Part.claim != 0 {
      guard let bytes = reader.take(32) else { throw JournalDamage() }
      claim = Digest(bytes: Array(bytes))
    }
    guard start != nil || origin != nil else { throw JournalDamage() }
  }
}

extension JournalRecord.Progress {
  func encode(into writer: inout ByteWriter) {
    writer.append(varint: UInt64(number))
    writer.append(varint: time)
    writer.append(end)
    var tape = Tape<Recorded.Input>()
    for entry in entries { tape.append(entry.input, at: entry.position) }
    tape.encode(into: &writer)
  }

  init(decoding reader: inout ByteReader) throws(JournalDamage) {
    number = try reader.index()
    time = try reader.number()
    end = try reader.position()
    do throws(TapeError) { entries = try Tape(decoding: &reader).entries } catch {
      throw JournalDamage()
    }
  }
}

extension JournalRecord.Keyframe {
  func encode(into writer: inout ByteWriter) {
    writer.append(varint: UInt64(number))
    writer.append(varint: UInt64(inputCount))
    encodeJournalMachine(machine, of: Recorded.self, into: &writer)
  }

  init(decoding reader: inout ByteReader, _ program: Program) throws(JournalDamage) {
    number = try reader.index()
    inputCount = try reader.index()
    let machine: Recorded = try reader.machine(program)
    position = machine.position
    self.machine = Recorded.pack(machine.snapshot)
  }
}

extension JournalRecord.Jumps {
  func encode(into writer: inout ByteWriter, in file: UInt64) {
    writer.append(varint: UInt64(doneCount))
    writer.append(varint: UInt64(jumps.count))
    for jump in jumps {
      writer.append(jump.edge.journalCode)
      for place in [jump.from, jump.to] {
        writer.append(place.branch, in: file)
        writer.append(place.position)
      }
    }
  }

  init(decoding reader: inout ByteReader, in file: UInt64) throws(JournalDamage) {
    doneCount = try reader.index()
    let count = try reader.index()
    guard count <= reader.count, doneCount <= count else { throw JournalDamage() }
    var jumps: [(edge: Timeline<Recorded>.Edge, from: JournalRecord.Place, to: JournalRecord.Place)]
    jumps = []
    for _ in 0..<count {
      let edge: Timeline<Recorded>.Edge = try reader.edge()
      var places: [JournalRecord.Place] = []
      for _ in 0..<2 {
        places.append(
          JournalRecord.Place(
            branch: try reader.reference(in: file), position: try reader.position()))
      }
      jumps.append((edge, places[0], places[1]))
    }
    self.jumps = jumps
  }
}

/// A machine and what is held down on it, which is not part of its sections.
private func encodeJournalMachine<M: Machine>(
  _ packed: M.PackedSnapshot, of type: M.Type, into writer: inout ByteWriter
) {
  let machine = M(M.unpack(packed))
  machine.encodeFramed(into: &writer)
  writer.append(UInt8(machine.heldInputs.count))
  for input in machine.heldInputs { input.encode(into: &writer) }
}

extension Timeline.Edge {
  private static var codes: [Timeline.Edge] { [.powerOn, .load, .past, .rewind, .program] }

  fileprivate var journalCode: UInt8 {
    UInt8(Timeline.Edge.codes.firstIndex(of: self) ?? Timeline.Edge.codes.count)
  }

  fileprivate init?(journalCode: UInt8) {
    guard Timeline.Edge.codes.indices.contains(Int(journalCode)) else { return nil }
    self = Timeline.Edge.codes[Int(journalCode)]
  }
}

extension ByteWriter {
  fileprivate mutating func append(_ position: Position) {
    append(varint: position.frame << 1 | (position.isInFrame ? 1 : 0))
    append(varint: position.instruction)
  }

  /// Zero for the file itself.
  fileprivate mutating func append(_ reference: JournalReference, in file: UInt64) {
    append(reference.file == file ? 0 : reference.file)
    append(varint: UInt64(reference.branch))
  }
}

// MARK: - Reading

/// The bytes are not a record.
struct JournalDamage: Error {}

extension JournalRecord {
  /// The next record.
  ///
  /// - Returns: nil at the end.
  init?(
    decoding reader: inout ByteReader, in file: UInt64, _ program: Program
  ) throws(JournalDamage) {
    guard reader.count > 0 else { return nil }
    var contents = ByteReader(try reader.journalFrame())
    switch contents.next(UInt8.self) {
    case 1: self = .branch(try Beginning(decoding: &contents, in: file, program))
    case 2: self = .progress(try Progress(decoding: &contents))
    case 3: self = .keyframe(try Keyframe(decoding: &contents, program))
    case 4: self = .jumps(try Jumps(decoding: &contents, in: file))
    default: throw JournalDamage()
    }
    guard contents.count == 0 else { throw JournalDamage() }
  }
}

extension ByteReader {
  /// The contents of the next record, which are those that were written.
  mutating func journalFrame() throws(JournalDamage) -> ArraySlice<UInt8> {
    guard let count = next(UInt32.self), let contents = take(Int(count)),
      next(UInt32.self) == crc(contents)
    else { throw JournalDamage() }
    return contents
  }

  fileprivate mutating func field<
    Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >() throws(JournalDamage) -> Value {
    guard let value = next(Value.self) else { throw JournalDamage() }
    return value
  }

  fileprivate mutating func number() throws(JournalDamage) -> UInt64 {
    guard let number = nextVarint() else { throw JournalDamage() }
    return number
  }

  fileprivate mutating func index() throws(JournalDamage) -> Int {
    guard let count = Int(exactly: try number()) else { throw JournalDamage() }
    return count
  }

  fileprivate mutating func edge<M: Machine>() throws(JournalDamage) -> Timeline<M>.Edge {
    guard let edge = Timeline<M>.Edge(journalCode: try field()) else { throw JournalDamage() }
    return edge
  }

  fileprivate mutating func position() throws(JournalDamage) -> Position {
    let (frame, instruction) = (try number(), try number())
    return Position(frame: frame >> 1, instruction: instruction, isInFrame: frame & 1 == 1)
  }

  fileprivate mutating func reference(in file: UInt64) throws(JournalDamage) -> JournalReference {
    let other: UInt64 = try field()
    return JournalReference(file: other == 0 ? file : other, branch: try index())
  }

  fileprivate mutating func machine<M: Machine>(_ program: Program) throws(JournalDamage) -> M {
    var machine: M
    do throws(ImageError) {
      machine = try M(program: program, decodingFramed: &self, of: Image.tapeTag)
    } catch { throw JournalDamage() }
    let count: UInt8 = try field()
    for _ in 0..<count {
      do { try machine.apply(M.Input(decoding: &self)) } catch { throw JournalDamage() }
    }
    return machine
  }
}
