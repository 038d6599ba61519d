// A tape as bytes: docs/STATE-FORMAT.md, "Events".

/// What can be on a tape: an input that can be written, and read from a file that is not to be trusted.
public protocol TapeInput: Hashable, Sendable {
  /// Appends the input, the same bytes for the same input.
  func encode(into writer: inout ByteWriter)

  /// The next input. It has no other encoding than the one that was read.
  ///
  /// - Throws: ``TapeError``. No more is allocated than there are bytes.
  init(decoding reader: inout ByteReader) throws(TapeError)
}

/// Why bytes are not a tape.
public enum TapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// They end in the middle of an event, or a number is malformed.
  case truncated
  /// Something follows the last event.
  case trailingBytes
  /// An event comes before the one that precedes it, or later than can be counted.
  case outOfOrder
  /// An input has a code that this version does not know.
  case unknownInput(UInt8)
  /// An input has a field out of its range.
  case badInput(String)

  /// What is wrong, after the name of what it is wrong with.
  public var description: String {
    switch self {
    case .truncated: "the tape is truncated or malformed"
    case .trailingBytes: "bytes follow the last event of the tape"
    case .outOfOrder: "the events of the tape are out of order"
    case .unknownInput(let code): "the tape has an event of the unknown kind \(code)"
    case .badInput(let field): "the tape has an event with an invalid value: \(field)"
    }
  }
}

extension Tape where Input: TapeInput {
  /// The number of events, then for each of them how far it is from the one before, and its input.
  func encode(into writer: inout ByteWriter) {
    writer.append(varint: UInt64(entries.count))
    var last = Position()
    for entry in entries { last = entry.encode(into: &writer, after: last) }
  }

  /// How many bytes each event takes.
  var encodedByteCounts: [Int] {
    var last = Position()
    return entries.map { entry in
      var writer = ByteWriter()
      last = entry.encode(into: &writer, after: last)
      return writer.bytes.count
    }
  }

  /// The tape as bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  /// A tape of untrusted bytes, and nothing but that.
  public init(decoding bytes: [UInt8]) throws(TapeError) {
    var reader = ByteReader(bytes)
    try self.init(decoding: &reader)
    guard reader.count == 0 else { throw .trailingBytes }
  }

  init(decoding reader: inout ByteReader) throws(TapeError) {
    guard let count = reader.nextVarint() else { throw .truncated }
    // An event takes two bytes or more, so a count alone allocates nothing.
    guard count <= reader.count / 2 else { throw .truncated }
    var last = Position()
    for _ in 0..<count {
      last = try Position(decoding: &reader, after: last)
      append(try Input(decoding: &reader), at: last)
    }
  }
}

extension Tape.Entry where Input: TapeInput {
  /// - Parameter last: the frame of the event before, and the instructions before the last event
  ///   that counts them.
  /// - Returns: the same for the next event.
  fileprivate func encode(into writer: inout ByteWriter, after last: Position) -> Position {
    // Machines count far fewer than that many frames, so nothing is lost.
    writer.append(varint: (position.frame - last.frame) << 1 | (position.isInFrame ? 1 : 0))
    if position.isInFrame {
      writer.append(varint: position.instruction - last.instruction)
    }
    input.encode(into: &writer)
    return Position(
      frame: position.frame,
      instruction: position.isInFrame ? position.instruction : last.instruction,
      isInFrame: position.isInFrame)
  }
}

extension Position {
  /// Reads how far an event is from the one before, as it was written: the position of an event, but
  /// for the instructions, which are those of the last event that counts them.
  fileprivate init(decoding reader: inout ByteReader, after last: Position) throws(TapeError) {
    guard let step = reader.nextVarint() else { throw .truncated }
    let (frame, isTooLate) = last.frame.addingReportingOverflow(step >> 1)
    let isInFrame = step & 1 == 1
    guard !isTooLate, isInFrame || frame > last.frame || !last.isInFrame else { throw .outOfOrder }
    var instruction = last.instruction
    if isInFrame {
      guard let instructions = reader.nextVarint() else { throw .truncated }
      let (sum, overflows) = instruction.addingReportingOverflow(instructions)
      guard !overflows else { throw .outOfOrder }
      instruction = sum
    }
    self.init(frame: frame, instruction: instruction, isInFrame: isInFrame)
  }
}
