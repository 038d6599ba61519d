// Host calls and entry calls in an image. Layout: docs/STATE-FORMAT.md.

import SaveState

extension Chip8 {
  static let hostTag = Tag("HOST")
  static let entryCallTag = Tag("GOAL")
}

extension HostCalls {
  static let maxByteCount = 3 + Arguments.maxByteCount + Arguments.maxCount

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(HostCalls.version)
    writer.append(answer?.rawValue ?? 0)
    writer.append(UInt8(arguments.count))
    writer.append(contentsOf: Arguments.bytes(arguments))
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws(ImageError) {
    guard bytes.count >= 3 else { throw .damagedSection(Chip8.hostTag) }
    guard bytes[0] == HostCalls.version else { throw .badField("host calls \(bytes[0])") }
    answer = try HostStatus(ifAny: bytes[1])
    let texts = bytes.dropFirst(3).split(separator: 0, omittingEmptySubsequences: false)
    // Nothing follows the last zero.
    guard texts.last?.isEmpty == true, texts.count == Int(bytes[2]) + 1 else {
      throw .damagedSection(Chip8.hostTag)
    }
    let arguments = texts.dropLast().compactMap { String(validating: $0, as: UTF8.self) }
    guard arguments.count == Int(bytes[2]), Arguments.areAllowed(arguments) else {
      throw .badField("arguments of the program")
    }
    self.arguments = arguments
  }
}

extension HostStatus {
  /// The status of a call, if any.
  fileprivate init?(ifAny byte: UInt8) throws(ImageError) {
    guard byte != 0 else { return nil }
    guard let status = HostStatus(rawValue: byte) else {
      throw .badField("answer to a host call \(byte)")
    }
    self = status
  }
}

extension EntryCalls {
  private static let byteCount = 72
  static let maxByteCount = byteCount + 2 * (maxCount - 1)

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(address)
    writer.append(start)
    writer.append(interrupted.pc)
    writer.append(interrupted.i)
    for k in 0..<16 { writer.append(interrupted.v[k]) }
    writer.append(interrupted.stackCount)
    for k in 0..<16 {
      writer.append(k < Int(interrupted.stackCount) ? interrupted.stack[k] : 0)
    }
    writer.append(interrupted.keyWait?.register ?? absentByte)
    writer.append(interrupted.keyWait?.pressed.rawValue ?? 0)
    writer.append(interrupted.drawWait ?? absentWord)
    writer.append(interrupted.answer?.rawValue ?? 0)
    writer.append(UInt8(waiting.count))
    for address in waiting { writer.append(address) }
    return writer.bytes
  }

  /// - Parameter state: all else of the machine.
  init(decoding bytes: [UInt8], for state: State) throws(ImageError) {
    guard bytes.count >= EntryCalls.byteCount,
      bytes.count == EntryCalls.byteCount + 2 * Int(bytes[EntryCalls.byteCount - 1])
    else { throw .damagedSection(Chip8.entryCallTag) }
    let configuration = state.configuration
    let addresses = 0...UInt16(configuration.platform.ramByteCount - 2)
    var fields = CoreReader(bytes)
    address = try fields.next("entry call", in: addresses)
    start = try fields.next("start of the entry call", in: 0...state.frames)
    interrupted = try Interrupted(from: &fields, configuration)
    let count = try fields.next("number of entry calls", in: 0...UInt8(EntryCalls.maxCount - 1))
    waiting = []
    for _ in 0..<count { waiting.append(try fields.next("entry call", in: addresses)) }
    guard state.stackCount > 0 else { throw .badField("an entry call that has returned") }
    guard interrupted.answer == nil || state.hostCalls != nil else {
      throw .badField("an answer without a host call")
    }
  }
}

extension EntryCalls.Interrupted {
  fileprivate init(from fields: inout CoreReader, _ configuration: Configuration) throws(ImageError)
  {
    pc = fields.next()
    i = fields.next()
    v = InlineArray(repeating: 0)
    for k in 0..<16 { v[k] = fields.next() }
    stackCount = try fields.next(
      "stack depth", in: 0...UInt8(configuration.platform.maxStackCount))
    stack = InlineArray(repeating: 0)
    for k in 0..<16 {
      stack[k] = try fields.next("stack", in: k < Int(stackCount) ? 0...UInt16.max : 0...0)
    }
    keyWait = try fields.keyWait()
    drawWait = try fields.drawWait(configuration)
    answer = try HostStatus(ifAny: fields.next())
  }
}
