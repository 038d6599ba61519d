// From a checksum to the field and the instruction: what a machine would have to have done otherwise for a
// frame to end with the head of which only the checksum is known.

/// A field of a machine's head, and in what it differs from another one's.
struct FieldDifference {
  let name: String
  let bytes: Range<Int>
  let difference: [UInt8]
}

extension Machine {
  /// The fields of the head, each with its bytes.
  var headFields: [(name: String, bytes: Range<Int>)] {
    var writer = StateWriter()
    encode(into: &writer)
    guard let section = writer.sections.first else { return [] }
    var fields: [(name: String, bytes: Range<Int>)] = []
    for offset in section.bytes.indices {
      let name = fieldName(in: section.tag, at: offset)
      if let last = fields.last, last.name == name {
        fields[fields.count - 1].bytes = last.bytes.lowerBound..<offset + 1
      } else {
        fields.append((name, offset..<offset + 1))
      }
    }
    return fields
  }

  /// The only field of one or two bytes in which a head can differ from one of which the checksum is known;
  /// nil if there is none, or more than one. A checksum is linear: what two of them differ in follows from
  /// what the heads differ in. It has 32 bits, so that a longer field could nearly always be the one.
  func difference(of head: [UInt8], from check: UInt32) -> FieldDifference? {
    let wanted = crc(head[...]) ^ check
    let zero = crc([UInt8](repeating: 0, count: head.count)[...])
    let found = headFields.compactMap { field -> FieldDifference? in
      guard field.bytes.count <= 2, field.bytes.upperBound <= head.count else { return nil }
      let difference = solved(field.bytes, of: head.count, wanted, without: zero)
      return difference.map {
        FieldDifference(name: field.name, bytes: field.bytes, difference: $0)
      }
    }
    return found.count == 1 ? found[0] : nil
  }

  /// This machine with other bytes in its head; nil if there is no such machine.
  fileprivate func replacing(_ bytes: Range<Int>, with new: [UInt8]) -> Self? {
    var writer = StateWriter()
    encode(into: &writer)
    var sections = writer.sections.map { Image.Section(plain: $0.tag, $0.bytes) }
    guard let first = writer.sections.first, bytes.upperBound <= first.bytes.count else {
      return nil
    }
    var head = first.bytes
    head.replaceSubrange(bytes, with: new)
    sections[0] = Image.Section(plain: first.tag, head)
    var reader = StateReader(sections)
    guard var machine = try? Self(program: program, decoding: &reader) else { return nil }
    for input in heldInputs { machine.applyAccepted(input) }
    return machine
  }
}

/// Which bits of some bytes have to differ for two checksums to differ so; nil if none can.
private func solved(
  _ bytes: Range<Int>, of count: Int, _ wanted: UInt32, without zero: UInt32
) -> [UInt8]? {
  var rows: [(check: UInt32, bits: UInt32)] = []
  for bit in 0..<bytes.count * 8 {
    var message = [UInt8](repeating: 0, count: count)
    message[bytes.lowerBound + bit / 8] = 1 << UInt8(bit % 8)
    var row = (check: crc(message[...]) ^ zero, bits: UInt32(1) << UInt32(bit))
    for other in rows where row.check ^ other.check < row.check {
      row = (row.check ^ other.check, row.bits ^ other.bits)
    }
    if row.check != 0 { rows.append(row) }
    rows.sort { $0.check > $1.check }
  }
  var rest = (check: wanted, bits: UInt32(0))
  for row in rows where rest.check ^ row.check < rest.check {
    rest = (rest.check ^ row.check, rest.bits ^ row.bits)
  }
  guard rest.check == 0, rest.bits != 0 else { return nil }
  return (0..<bytes.count).map { UInt8(truncatingIfNeeded: rest.bits >> UInt32(8 * $0)) }
}

/// The only byte in which some bytes can differ from others of which the checksum is known, and in which bits;
/// nil if there is none, or more than one. Each byte that follows shifts what a difference does to a checksum,
/// so from the last byte to the first that is undone step by step.
func differingByte(of bytes: [UInt8], from check: UInt32) -> (offset: Int, difference: UInt8)? {
  let zero = crc([0])
  let table = (0...255).map { crc([UInt8($0)]) ^ zero }
  var index = [Int](repeating: 0, count: 256)
  for (byte, entry) in table.enumerated() { index[Int(entry >> 24)] = byte }
  var difference = crc(bytes[...]) ^ check
  var found: [(offset: Int, difference: UInt8)] = []
  for offset in bytes.indices.reversed() {
    let byte = index[Int(difference >> 24)]
    if byte > 0, table[byte] == difference { found.append((offset, UInt8(byte))) }
    difference = (difference ^ table[byte]) << 8 | UInt32(byte)
  }
  return found.count == 1 ? found[0] : nil
}

extension MovieRun {
  /// What would explain that a frame has ended otherwise.
  struct Explanation {
    let instruction: UInt64
    let field: String
    let found: [UInt8]
    let recorded: [UInt8]
  }

  /// What else may have been held down, or the first instruction with the field that it changes, of which
  /// another value would have led to a head with that checksum; nil if there is none, or if there are too
  /// many instructions to try.
  ///
  /// - Parameter frame: where the frame ends.
  func explanation(of check: UInt32, atFrame frame: UInt64) -> Explanation? {
    explanationByInput(of: check, atFrame: frame)
      ?? explanationByInstruction(of: check, atFrame: frame)
  }

  /// The most instructions that are executed to find one, where to try another value costs as much as many: a
  /// movie is untrusted, and may have frames of millions.
  private static var maxExplanationWork: UInt64 { 1 << 24 }
  private static var workOfTrial: UInt64 { 512 }

  private func explanationByInput(of check: UInt32, atFrame frame: UInt64) -> Explanation? {
    let end = Position(frame: frame, instruction: .max)
    let field = machine.headFields.first { $0.name == Recorded.heldFieldName }
    var (start, run) = (self, self)
    guard
      let field, !machine.position.isInFrame, start.applyInputs(), run.advance(until: end)
    else { return nil }
    var remaining = MovieRun.maxExplanationWork
    for input in start.machine.otherHeldInputs {
      var other = start
      guard (try? other.machine.apply(input)) != nil else { continue }
      let isReached = other.advance(until: end) && other.machine.position.frame == frame
      let work = other.machine.position.instruction &- machine.position.instruction
      guard remaining > MovieRun.workOfTrial &+ work else { return nil }
      remaining -= MovieRun.workOfTrial + work
      guard isReached, crc(other.machine.head[...]) == check else { continue }
      return Explanation(
        instruction: machine.position.instruction + 1, field: field.name,
        found: Array(run.machine.head[field.bytes]),
        recorded: Array(other.machine.head[field.bytes]))
    }
    return nil
  }

  private func explanationByInstruction(
    of check: UInt32, atFrame frame: UInt64
  ) -> Explanation? {
    let end = Position(frame: frame, instruction: .max)
    let fields = machine.headFields.filter { $0.bytes.count <= 2 }
    var (run, before, count) = (self, machine.head, 0)
    var remaining = MovieRun.maxExplanationWork
    guard run.beginFrame() else { return nil }
    while run.machine.position < end, count < 256 {
      let head = run.machine.head
      for (name, bytes) in fields where head[bytes] != before[bytes] {
        let found = Array(head[bytes])
        for value in candidates(found, before: Array(before[bytes])) {
          var other = run
          guard let machine = run.machine.replacing(bytes, with: value) else { continue }
          other.machine = machine
          let isReached = other.advance(until: end) && other.machine.position.frame == frame
          let work = other.machine.position.instruction &- machine.position.instruction
          guard remaining > MovieRun.workOfTrial &+ work else { return nil }
          remaining -= MovieRun.workOfTrial + work
          guard isReached, crc(other.machine.head[...]) == check else { continue }
          let instruction = max(run.machine.position.instruction, machine.position.instruction)
          return Explanation(
            instruction: count == 0 ? instruction + 1 : instruction, field: name, found: found,
            recorded: value)
        }
      }
      before = head
      let position = run.machine.position
      guard
        run.advance(until: Position(frame: frame, instruction: position.instruction + 1)),
        run.machine.position > position
      else { return nil }
      count += 1
    }
    return nil
  }

  /// Lets the frame begin that is next, if none has begun.
  private mutating func beginFrame() -> Bool {
    var position = machine.position
    guard !position.isInFrame else { return true }
    guard applyInputs() else { return false }
    position.isInFrame = true
    machine.advance(until: position)
    return true
  }

  /// Applies the inputs that come where the machine is.
  private mutating func applyInputs() -> Bool {
    while let next = remaining.first, next.position <= machine.position.mark {
      guard (try? machine.apply(next.input)) != nil else { return false }
      remaining = remaining.dropFirst()
    }
    return true
  }

  /// Other values that a field can have had: all of one byte, and of two bytes those that are near.
  private func candidates(_ found: [UInt8], before: [UInt8]) -> [[UInt8]] {
    if found.count == 1 { return (0...255).filter { $0 != found[0] }.map { [$0] } }
    let value = UInt16(found[0]) | UInt16(found[1]) << 8
    let near =
      (0..<16).map { value ^ (1 << UInt16($0)) } + [2, 4].flatMap { [value &+ $0, value &- $0] }
    let values = near + [0, UInt16(before[0]) | UInt16(before[1]) << 8]
    return values.filter { $0 != value }.map {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
  }
}
