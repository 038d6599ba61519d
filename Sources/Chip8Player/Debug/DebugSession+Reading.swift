// What texts mean in a program that is debugged.

import Chip8Core
import SaveState

extension DebugSession {
  /// An expression with the names of the program.
  public func expression(_ text: String) throws(DebugError) -> Expression {
    do { return try Expression(text, source.names) } catch { throw .expression(error) }
  }

  /// A message of a log point with the names of the program.
  public func message(_ text: String) throws(DebugError) -> LogMessage {
    do { return try LogMessage(text, source.names) } catch { throw .expression(error) }
  }

  /// The value of an expression, as the machine is.
  public func value(of text: String) throws(DebugError) -> Int {
    guard let value = try expression(text).value(of: machine) else { throw .divisionByZero }
    return value
  }

  /// The same as a count.
  public func count(_ text: String) throws(DebugError) -> UInt64 {
    guard let count = UInt64(exactly: try value(of: text)) else { throw .notACount(text) }
    return count
  }

  /// How often something is to be done.
  public func repetitions(_ text: String) throws(DebugError) -> UInt64 {
    let count = try count(text)
    guard count > 0 else { throw .zeroCount }
    return count
  }

  /// A moment as `FRAME` or `#INSTRUCTION`.
  public func moment(_ text: String) throws(DebugError) -> Moment {
    guard text.hasPrefix("#") else { return .frame(try count(text)) }
    return .instruction(try count(String(text.dropFirst())))
  }

  /// The number of a stop that there is.
  public func stop(_ text: String) throws(DebugError) -> Int {
    let id = Int(clamping: try count(text))
    guard stops.contains(where: { $0.id == id }) else { throw .noStop(id) }
    return id
  }

  /// A branch by the number of its end.
  public func leaf(_ text: String) throws(DebugError) -> Int {
    guard let branch = Int(decimal: text), leaves.contains(where: { $0.branch == branch }) else {
      throw .noLeaf(text)
    }
    return branch
  }

  /// The two sides of `TARGET = EXPR`; nil if that is not what some words are.
  public static func assignment(_ words: [String]) -> (target: String, value: String)? {
    guard let sign = words.firstIndex(of: "="), sign > 0, sign < words.count - 1 else { return nil }
    return (
      words[..<sign].joined(separator: " "), words[(sign + 1)...].joined(separator: " ")
    )
  }

  // MARK: Addresses

  /// The address of a label, a number, or any other expression.
  public func address(_ text: String) throws(DebugError) -> UInt16 {
    let value = try value(of: text)
    guard machine.state.ram.indices.contains(value) else {
      throw .outsideRAM(text, byteCount: machine.state.ram.count)
    }
    return UInt16(value)
  }

  /// So many bytes from an address, in the RAM or not.
  public func address(_ text: String, offset: Int) throws(DebugError) -> Int {
    let (address, isFar) = try value(of: text).addingReportingOverflow(offset)
    guard !isFar, address.magnitude < 1 << 32 else { throw .offsetOutsideRAM(isFar: true) }
    return address
  }

  /// The addresses where a breakpoint stops that is written as `ADDR`, a label, `LINE` or `FILE:LINE`. A
  /// line without code means the next one with some. Of a number, what is a line of the source is one.
  public func breakpointAddresses(_ text: String) throws(DebugError) -> [UInt16] {
    guard let line = line(text) else { return [try address(text)] }
    guard let stops = source.stops(from: line) else { throw .noCode(text) }
    return stops.addresses
  }

  private func line(_ text: String) -> ProgramSource.Line? {
    guard source.hasLines else { return nil }
    if let number = Int(decimal: text) { return ProgramSource.Line(file: 0, number: number) }
    guard let colon = text.lastIndex(of: ":"),
      let number = Int(decimal: text[text.index(after: colon)...])
    else { return nil }
    let path = text[..<colon]
    let file = source.files.firstIndex { file in
      file.path == path || file.path.hasSuffix("/" + path)
    }
    return file.map { ProgramSource.Line(file: $0, number: number) }
  }

  /// Something in the RAM or a register, as it is written: `ADDR`, `[ADDR]`, `ADDR:BYTES`, a label, `V3`,
  /// `pixel(X, Y)` or `pixels(X, Y, WIDTH, HEIGHT)`.
  public func watched(_ text: String) throws(DebugError) -> StopPoint.Watched {
    let text = text.trimmed
    if let arguments = text.arguments(of: "pixel"), arguments.count == 2 {
      let (x, y) = (try value(of: arguments[0]), try value(of: arguments[1]))
      return try pixels(x, y, 1, 1)
    }
    if let arguments = text.arguments(of: "pixels"), arguments.count == 4 {
      var numbers: [Int] = []
      for argument in arguments { numbers.append(try value(of: argument)) }
      return try pixels(numbers[0], numbers[1], numbers[2], numbers[3])
    }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let first = parts.first else { throw .nothingToWatch }
    let count = parts.count > 1 ? try value(of: parts[1]) : 1
    let start: Int
    switch try expression(first).target(in: machine) {
    case .register(let register)?:
      guard parts.count == 1, register.isWatchable else { throw .notWatchable(register) }
      return .register(register)
    case .byte(let address)?: start = address
    case nil: start = try value(of: first)
    }
    let size = machine.state.ram.count
    guard start >= 0, count > 0, start < size, count <= size - start else {
      throw .outsideRAM(text, byteCount: size)
    }
    return .bytes(start..<start + count)
  }

  private func pixels(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int
  ) throws(DebugError) -> StopPoint.Watched {
    guard (0..<128).contains(x), (0..<64).contains(y), (1...128 - x).contains(width),
      (1...64 - y).contains(height)
    else { throw .outsideScreen }
    return .pixels(x: x..<x + width, y: y..<y + height)
  }

  // MARK: Completions

  /// The last word of what was typed of an expression.
  public static func lastWord(of text: some StringProtocol) -> String {
    String(text.reversed().prefix { !" ([,:+*/%&|^<>=!~".contains($0) }.reversed())
  }

  /// The registers and names of the program that a word may become.
  public func completions(of word: String) -> [(name: String, isRegister: Bool)] {
    let names = (Array(source.names.registers.keys) + Array(source.names.values.keys)).sorted()
    let all = Register.all.map { ($0.name, true) } + names.map { ($0, false) }
    return all.filter { $0.0.lowercased().hasPrefix(word.lowercased()) }
  }
}

extension Register {
  /// Whether an access to it can be noticed.
  var isWatchable: Bool { self != .pc && self != .sp }
}

extension String {
  /// Without blanks around it.
  var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var text = self[...]
    while let first = text.first, isBlank(first) { text.removeFirst() }
    while let last = text.last, isBlank(last) { text.removeLast() }
    return String(text)
  }

  /// The arguments of `name(A, B)`; nil for anything else.
  fileprivate func arguments(of name: String) -> [String]? {
    guard lowercased().hasPrefix(name + "("), hasSuffix(")") else { return nil }
    return dropFirst(name.count + 1).dropLast().split(separator: ",").map(String.init)
  }
}
