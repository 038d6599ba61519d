// The expressions of conditions, log points and prompts: docs/DEBUGGING.md.

/// A register that can be read, watched or changed.
public enum Register: Hashable, Sendable {
  /// V0 to VF.
  case v(UInt8)
  case i, pc, sp
  /// The timers.
  case dt, st

  /// A register by its name, in any case.
  public init?(_ name: String) {
    switch name.lowercased() {
    case "i": self = .i
    case "pc": self = .pc
    case "sp": self = .sp
    case "dt": self = .dt
    case "st": self = .st
    case let name:
      guard name.hasPrefix("v"), let number = UInt8(hexadecimal: name.dropFirst(), digitCount: 1)
      else { return nil }
      self = .v(number)
    }
  }

  /// All of them, as they are listed.
  public static let all: [Register] =
    (0..<16 as Range<UInt8>).map(Register.v) + [.i, .pc, .sp, .dt, .st]

  /// What it is called.
  public var name: String {
    switch self {
    case .v(let number): "V" + hexadecimal(number, 1)
    case .i: "I"
    case .pc: "PC"
    case .sp: "SP"
    case .dt: "DT"
    case .st: "ST"
    }
  }

  /// How many hexadecimal digits its value has.
  public var digitCount: Int {
    switch self {
    case .i, .pc: 4
    default: 2
    }
  }

  /// The largest value that it can have.
  public var maxValue: Int { digitCount == 4 ? 0xFFFF : 0xFF }

  /// What is in it.
  public func value(in state: borrowing State) -> Int {
    switch self {
    case .v(let number): Int(state.v[Int(number)])
    case .i: Int(state.i)
    case .pc: Int(state.pc)
    case .sp: Int(state.stackCount)
    case .dt: Int(state.delay)
    case .st: Int(state.sound)
    }
  }
}

/// What the names of a program stand for, beside the machine's own.
public struct DebugNames: Sendable {
  /// The registers of `:alias`.
  public var registers: [String: UInt8]
  /// The addresses of labels and the values of constants.
  public var values: [String: Int]
  private let folded: [String: String]

  /// These names.
  public init(registers: [String: UInt8] = [:], values: [String: Int] = [:]) {
    (self.registers, self.values) = (registers, values)
    let names = Array(registers.keys) + Array(values.keys)
    // Of names that differ in case only, the first one in the alphabet, so that it is always the same.
    folded = Dictionary(names.sorted().map { ($0.lowercased(), $0) }) { first, _ in first }
  }

  /// A name as the program has it; case counts only where another name differs in nothing else.
  func known(_ name: String) -> String? {
    if registers[name] != nil || values[name] != nil { return name }
    return folded[name.lowercased()]
  }
}

/// A number that is computed from a machine.
public struct Expression: Sendable {
  /// As it was written.
  public let text: String
  let node: Node

  indirect enum Node: Hashable, Sendable {
    case number(Int)
    case register(Register)
    case byte(Node)
    case frame, instruction, keys, key
    case isDown(Node)
    case pixel(Node, Node)
    case unary(Unary, Node)
    case binary(Binary, Node, Node)
  }

  enum Unary: Hashable, Sendable { case minus, complement, not }

  enum Binary: String, Hashable, Sendable {
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case and = "&"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case add = "+"
    case subtract = "-"
    case or = "|"
    case xor = "^"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case both = "&&"
    case either = "||"
  }

  /// Its value; nil if it divides by zero.
  public func value(in machine: inout Chip8) -> Int? {
    withUnsafePointer(to: &machine.state) { node.value($0) }
  }

  /// Its value; nil if it divides by zero.
  public func value(of machine: Chip8) -> Int? {
    var machine = machine
    return value(in: &machine)
  }

  /// Whether a condition holds: what cannot be computed does, so that it is noticed.
  func holds(in machine: inout Chip8) -> Bool { value(in: &machine) != 0 }

  /// The register or byte, if the expression is nothing but its name.
  public func target(in machine: Chip8) -> Target? {
    switch node {
    case .register(let register): .register(register)
    case .byte(let address):
      withUnsafePointer(to: machine.state) { address.value($0) }
        .map { .byte($0 & (machine.state.ram.count - 1)) }
    default: nil
    }
  }

  /// What can be changed.
  public enum Target: Hashable, Sendable {
    case register(Register)
    /// A byte of the RAM.
    case byte(Int)
  }
}

extension Expression.Node {
  func value(_ state: UnsafePointer<State>) -> Int? {
    switch self {
    case .number(let number): return number
    case .register(let register): return register.value(in: state.pointee)
    case .byte(let address):
      guard let address = address.value(state) else { return nil }
      return Int(state.pointee.ram[address & (state.pointee.ram.count - 1)])
    case .frame: return Int(clamping: state.pointee.frames)
    case .instruction: return Int(clamping: state.pointee.instructions)
    case .keys: return Int(state.pointee.keys.rawValue)
    case .key: return state.pointee.keys.lowest.map { Int($0) } ?? -1
    case .isDown(let key):
      guard let key = key.value(state) else { return nil }
      return state.pointee.keys.contains(KeySet(key: UInt8(truncatingIfNeeded: key))) ? 1 : 0
    case .pixel(let x, let y):
      guard let x = x.value(state), let y = y.value(state) else { return nil }
      return state.pointee.pixel(x, y)
    case .unary(let operation, let operand):
      guard let operand = operand.value(state) else { return nil }
      switch operation {
      case .minus: return 0 &- operand
      case .complement: return ~operand
      case .not: return operand == 0 ? 1 : 0
      }
    case .binary(let operation, let left, let right):
      guard let a = left.value(state) else { return nil }
      if operation == .both, a == 0 { return 0 }
      if operation == .either, a != 0 { return 1 }
      return right.value(state).flatMap { operation.value(a, $0) }
    }
  }
}

extension Expression.Binary {
  fileprivate func value(_ a: Int, _ b: Int) -> Int? {
    switch self {
    case .multiply: a &* b
    case .divide: b == 0 ? nil : a.dividedReportingOverflow(by: b).partialValue
    case .remainder: b == 0 ? nil : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .and: a & b
    case .shiftLeft: a << b
    case .shiftRight: a >> b
    case .add: a &+ b
    case .subtract: a &- b
    case .or: a | b
    case .xor: a ^ b
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .less: a < b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .both, .either: b != 0 ? 1 : 0
    }
  }
}

extension State {
  /// The value of a pixel at the logical resolution, 0 outside of the screen.
  public func pixel(_ x: Int, _ y: Int) -> Int {
    let size = screenSize
    guard (0..<size.width).contains(x), (0..<size.height).contains(y) else { return 0 }
    let step = size.step
    return (0..<configuration.platform.planeCount).reduce(0) { value, plane in
      let row = display.planes[plane][y * step]
      return value | Int(truncatingIfNeeded: row >> UInt128(127 - x * step) & 1) << plane
    }
  }

  /// The logical resolution, and how many pixels of the display one of it has in a row.
  var screenSize: (width: Int, height: Int, step: Int) {
    let isDoubled = !display.isHires && configuration.effectiveQuirks.contains(.doubledLores)
    let whole = configuration.platform.display
    let isLores = configuration.platform.hasHires && !display.isHires
    return isLores ? (64, 32, isDoubled ? 2 : 1) : (whole.width, whole.height, 1)
  }
}
