// Input as bytes: docs/STATE-FORMAT.md, "Events".

import SaveState

extension InputEvent: TapeInput {
  private enum Code {
    static let keys: UInt8 = 0
    static let poke: UInt8 = 1
    static let hostAnswer: UInt8 = 2
    static let entryCall: UInt8 = 3
    static let arguments: UInt8 = 4
    static let program: UInt8 = 5
    static let userFlags: UInt8 = 6
    static let register: UInt8 = 7
  }

  /// As much as the largest RAM has.
  private static let maxByteCount = 1 << 16
  private static let maxFlagCount = 16

  /// Appends the event, which a machine has taken.
  public func encode(into writer: inout ByteWriter) {
    switch self {
    case .keys(let keys):
      writer.append(Code.keys)
      writer.append(keys.rawValue)
    case .poke(let address, let bytes):
      writer.append(Code.poke)
      writer.append(varint: UInt64(address))
      writer.append(counted: bytes)
    case .hostAnswer(let status):
      writer.append(Code.hostAnswer)
      writer.append(status.rawValue)
    case .entryCall(let address):
      writer.append(Code.entryCall)
      writer.append(varint: UInt64(address))
    case .arguments(let arguments):
      writer.append(Code.arguments)
      writer.append(UInt8(arguments.count))
      for argument in arguments { writer.append(counted: Array(argument.utf8)) }
    case .program(let program):
      writer.append(Code.program)
      writer.append(counted: Array(program.name.utf8))
      writer.append(counted: program.bytes)
    case .userFlags(let flags):
      writer.append(Code.userFlags)
      // No machine has more, and it has ignored them.
      writer.append(counted: Array(flags.prefix(InputEvent.maxFlagCount)))
    case .register(let register, let value):
      writer.append(Code.register)
      writer.append(register.code)
      writer.append(varint: UInt64(value))
    }
  }

  /// An event of untrusted bytes. Whether a machine takes it is for the machine to say.
  public init(decoding reader: inout ByteReader) throws(TapeError) {
    switch try reader.byte() {
    case Code.keys:
      guard let keys = reader.next(UInt16.self) else { throw .truncated }
      self = .keys(KeySet(rawValue: keys))
    case Code.poke:
      self = .poke(try reader.address(), try reader.counted(atMost: InputEvent.maxByteCount))
    case Code.hostAnswer:
      let byte = try reader.byte()
      guard let status = HostStatus(rawValue: byte) else { throw .badInput("status \(byte)") }
      self = .hostAnswer(status)
    case Code.entryCall: self = .entryCall(try reader.address())
    case Code.arguments: self = .arguments(try reader.arguments())
    case Code.program:
      let name = try reader.text(atMost: 255)
      let bytes = try reader.counted(atMost: InputEvent.maxByteCount)
      self = .program(Program(name: name, bytes: bytes))
    case Code.userFlags:
      self = .userFlags(try reader.counted(atMost: InputEvent.maxFlagCount))
    case Code.register:
      let code = try reader.byte()
      guard let register = Register(code: code) else { throw .badInput("register \(code)") }
      self = .register(register, try reader.number("value", atMost: register.maxValue))
    case let code: throw .unknownInput(code)
    }
  }
}

extension Register {
  private static let others: [Register] = [.i, .pc, .dt, .st]

  /// V0 to VF by their numbers, then those that others can change.
  fileprivate init?(code: UInt8) {
    guard code >= 16 else {
      self = .v(code)
      return
    }
    guard let register = Register.others.dropFirst(Int(code) - 16).first else { return nil }
    self = register
  }

  fileprivate var code: UInt8 {
    if case .v(let number) = self { return number }
    guard let index = Register.others.firstIndex(of: self) else {
      preconditionFailure("no machine has taken it")
    }
    return 16 + UInt8(index)
  }
}

extension ByteWriter {
  fileprivate mutating func append(counted bytes: [UInt8]) {
    append(varint: UInt64(bytes.count))
    append(contentsOf: bytes)
  }
}

extension ByteReader {
  fileprivate mutating func byte() throws(TapeError) -> UInt8 {
    guard let byte = next(UInt8.self) else { throw .truncated }
    return byte
  }

  fileprivate mutating func number(_ name: String, atMost limit: Int) throws(TapeError) -> Int {
    guard let number = nextVarint() else { throw .truncated }
    guard number <= limit else { throw .badInput("\(name) \(number)") }
    return Int(number)
  }

  /// In the largest RAM, or where it ends.
  fileprivate mutating func address() throws(TapeError) -> Int {
    try number("address", atMost: 1 << 16)
  }

  fileprivate mutating func counted(atMost limit: Int) throws(TapeError) -> [UInt8] {
    let count = try number("length", atMost: limit)
    guard let bytes = take(count) else { throw .truncated }
    return Array(bytes)
  }

  fileprivate mutating func text(atMost limit: Int) throws(TapeError) -> String {
    guard let text = String(validating: try counted(atMost: limit), as: UTF8.self) else {
      throw .badInput("text that is not UTF-8")
    }
    return text
  }

  fileprivate mutating func arguments() throws(TapeError) -> [String] {
    let count = try number("number of arguments", atMost: Arguments.maxCount)
    var arguments: [String] = []
    for _ in 0..<count { arguments.append(try text(atMost: Arguments.maxByteCount)) }
    guard Arguments.areAllowed(arguments) else { throw .badInput("arguments") }
    return arguments
  }
}
