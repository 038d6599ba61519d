// Operator.swift: the operators of calculations.

import Glibc

/// The operators, by their number of operands; their raw values are how a source writes them.
enum Operator {
  /// An operator with one operand, which follows it.
  enum Unary: String {
    case negate = "-"
    case complement = "~"
    case not = "!"
    case sine = "sin"
    case cosine = "cos"
    case tangent = "tan"
    case exponential = "exp"
    case logarithm = "log"
    case absolute = "abs"
    case squareRoot = "sqrt"
    case sign
    case ceil
    case floor
    case peek = "@"

    /// The operator's value; `peek` reads the program as assembled so far from `memory`.
    func apply(_ value: Double, memory: [UInt8]) -> Double {
      switch self {
      case .negate: -value
      case .complement: Double(~Number.bits(value))
      case .not: value == 0 || value.isNaN ? 1 : 0
      case .sine: sin(value)
      case .cosine: cos(value)
      case .tangent: tan(value)
      case .exponential: exp(value)
      case .logarithm: log(value)
      case .absolute: value.magnitude
      case .squareRoot: value.squareRoot()
      case .sign: value > 0 ? 1 : value < 0 ? -1 : value
      case .ceil: value.rounded(.up)
      case .floor: value.rounded(.down)
      case .peek:
        memory.indices.contains(Int(Number.bits(value)))
          ? Double(memory[Int(Number.bits(value))]) : 0
      }
    }
  }

  /// An operator between two operands.
  enum Binary: String {
    case subtract = "-"
    case add = "+"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case and = "&"
    case or = "|"
    case xor = "^"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case power = "pow"
    case minimum = "min"
    case maximum = "max"
    case less = "<"
    case greater = ">"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="

    /// The operator's value. Bits are those of signed 32-bit integers, and truth is 1 or 0.
    func apply(_ left: Double, _ right: Double) -> Double {
      switch self {
      case .subtract: left - right
      case .add: left + right
      case .multiply: left * right
      case .divide: left / right
      case .remainder: left.truncatingRemainder(dividingBy: right)
      case .and: Double(Number.bits(left) & Number.bits(right))
      case .or: Double(Number.bits(left) | Number.bits(right))
      case .xor: Double(Number.bits(left) ^ Number.bits(right))
      case .shiftLeft: Double(Number.bits(left) &<< Number.bits(right))
      case .shiftRight: Double(Number.bits(left) &>> Number.bits(right))
      case .power: pow(left, right)
      case .minimum: left.isNaN || right.isNaN ? .nan : Swift.min(left, right)
      case .maximum: left.isNaN || right.isNaN ? .nan : Swift.max(left, right)
      case .less: left < right ? 1 : 0
      case .greater: left > right ? 1 : 0
      case .lessOrEqual: left <= right ? 1 : 0
      case .greaterOrEqual: left >= right ? 1 : 0
      case .equal: left == right ? 1 : 0
      case .notEqual: left != right ? 1 : 0
      }
    }
  }
}
