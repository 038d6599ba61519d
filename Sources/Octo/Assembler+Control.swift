// Assembler+Control.swift: conditions, blocks and loops.

extension Assembler {
  mutating func assembleIf() throws(AssemblyError) {
    let isKeyTest = Keyword(stream.peek(1)) == .key || Keyword(stream.peek(1)) == .notKey
    switch Keyword(stream.peek(isKeyTest ? 2 : 3)) {
    case .then:
      try assembleCondition(negated: false)
      try expect("then")
    case .begin:
      try assembleCondition(negated: true)
      try expect("begin")
      try openBranch()
    default:
      // The condition may be what is wrong, and then says so.
      try assembleCondition(negated: false)
      let token = try next("`then` or `begin`")
      throw error(
        "expected `then` or `begin` after the condition, found \(token.description)", at: token)
    }
  }

  /// Leaves room for the jump around the statements which follow.
  private mutating func openBranch() throws(AssemblyError) {
    branches.append(Branch(jump: image.here, token: stream.last ?? statement))
    try emit(0x0000)
  }

  mutating func assembleElse() throws(AssemblyError) {
    guard let branch = branches.popLast() else {
      return try noteBlock(error("this `else` has no matching `begin`", at: statement))
    }
    let jump = image.here
    try openBranch()
    image.setJump(at: branch.jump, to: jump + 2)
  }

  mutating func assembleEnd() throws(AssemblyError) {
    guard let branch = branches.popLast() else {
      return try noteBlock(error("this `end` has no matching `begin`", at: statement))
    }
    image.setJump(at: branch.jump, to: image.here)
  }

  mutating func assembleWhile() throws(AssemblyError) {
    if loops.isEmpty {
      try noteBlock(error("this `while` is not in a loop", at: statement))
    }
    try assembleCondition(negated: true)
    if !loops.isEmpty { loops[loops.count - 1].exits.append(image.here) }
    try emit(0x1000)
  }

  mutating func assembleAgain() throws(AssemblyError) {
    guard let loop = loops.popLast() else {
      return try noteBlock(error("this `again` has no matching `loop`", at: statement))
    }
    try emit(0x1000 | loop.start & 0xFFF)
    for exit in loop.exits { image.setJump(at: exit, to: image.here) }
  }

  /// Assembles a condition as instructions which skip the next one unless it holds.
  ///
  /// - Parameter negated: Skip where the condition does hold instead.
  private mutating func assembleCondition(negated: Bool) throws(AssemblyError) {
    let x = try register()
    let token = try next("a comparison")
    switch Keyword(token) {
    case .equal: try assembleEquality(x, skipsEqual: negated)
    case .notEqual: try assembleEquality(x, skipsEqual: !negated)
    case .key: try emit(negated ? 0xE09E : 0xE0A1, x)
    case .notKey: try emit(negated ? 0xE0A1 : 0xE09E, x)
    case .greater: try assembleOrder(x, subtract: 0x8F05, skipsZero: negated)
    case .lessOrEqual: try assembleOrder(x, subtract: 0x8F05, skipsZero: !negated)
    case .less: try assembleOrder(x, subtract: 0x8F07, skipsZero: negated)
    case .greaterOrEqual: try assembleOrder(x, subtract: 0x8F07, skipsZero: !negated)
    default:
      throw error("expected a comparison such as `==`, found \(token.description)", at: token)
    }
  }

  private mutating func assembleEquality(
    _ x: Int, skipsEqual: Bool
  ) throws(AssemblyError) {
    if nextIsRegister {
      try emit(skipsEqual ? 0x5000 : 0x9000, x, register())
    } else {
      try emit((skipsEqual ? 0x3000 : 0x4000) | byte() & 0xFF, x)
    }
  }

  /// Assembles a comparison by a subtraction in vF, whose borrow flag then tells the order.
  ///
  /// - Parameter skipsZero: Skip the next instruction where the flag is 0, else where it is not.
  private mutating func assembleOrder(
    _ x: Int, subtract: Int, skipsZero: Bool
  ) throws(AssemblyError) {
    if nextIsRegister {
      try emit(0x8F00, 0, register())
    } else {
      try emit(0x6F00 | byte() & 0xFF)
    }
    try emit(subtract, 0, x)
    try emit(skipsZero ? 0x3F00 : 0x4F00)
  }
}
