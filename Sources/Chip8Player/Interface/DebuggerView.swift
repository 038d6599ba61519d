import Chip8Core
import SaveState

/// A key of the debugger.
package enum DebuggerKey: Hashable, Sendable {
  /// A lowercase letter.
  case letter(Character)
  case digit(Int)
  case up, down, left, right, pageUp, pageDown, home
  case enter, escape, nextPanel, erase

  /// Whether it repeats while it is held. Each step takes a press of its own.
  package var repeats: Bool {
    switch self {
    case .up, .down, .left, .right, .pageUp, .pageDown, .erase: true
    default: false
    }
  }
}

/// What the front end is to do for the debugger.
package enum DebuggerAction: Sendable {
  case move(DebugMotion)
  /// Continues at normal speed.
  case resume
  case toggleBreakpoint(UInt16)
  case edit(Expression.Target, Int)
  /// Holds these keys in the next frames.
  case hold(KeySet)
  case close
}

/// An open debugger: its cursors, and what is being typed.
package struct DebuggerView: Sendable {
  /// Where the cursor can be.
  package enum Panel: CaseIterable, Sendable { case code, memory, registers }

  /// The panel that has the cursor keys.
  package private(set) var panel = Panel.code
  /// The addresses of the cursors in code and memory.
  package private(set) var codeCursor = Chip8.programStart
  package private(set) var byteCursor = Chip8.programStart
  /// The cursor in the registers, as an index of `Register.all`.
  package private(set) var registerCursor = 0
  /// Whether source lines are shown, if there are any, and steps are lines.
  package private(set) var showsSource = true
  /// What is being typed.
  package private(set) var entry: Entry?
  /// The registers at the last stop, and at the one before.
  private(set) var registers: [Int] = []
  private(set) var registersBefore: [Int] = []
  private var position: Position?
  /// What the last layout shows first, and how much it has room for.
  var firstAddress = 0
  var firstLine = 1
  var codeRowCount = 1
  var firstByte = 0
  var bytesPerRow = 8
  var memoryRowCount = 1

  /// A hexadecimal number that is being typed.
  package struct Entry: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
      /// Where the cursor goes.
      case address
      case byte(Int)
      case register(Register)
      /// A key of the keypad, to be held or released.
      case key
    }

    package let subject: Subject
    package private(set) var digits = ""

    fileprivate init(_ subject: Subject) { self.subject = subject }

    private var maxDigitCount: Int {
      switch subject {
      case .address: 4
      case .byte: 2
      case .register(let register): register.digitCount
      case .key: 1
      }
    }

    fileprivate mutating func type(_ digit: Int) {
      if digits.count < maxDigitCount { digits += hexadecimal(digit, 1) }
    }

    fileprivate mutating func erase() { digits = String(digits.dropLast()) }

    fileprivate var value: Int? { Int(hexadecimal: digits) }

    /// The prompt with what was typed so far.
    package var text: String {
      switch subject {
      case .address: "Go to 0x\(digits)_"
      case .byte(let address): "[0x\(hexadecimal(address, 4))] = 0x\(digits)_"
      case .register(let register): "\(register.name) = 0x\(digits)_"
      case .key: "Hold or release key 0 … F"
      }
    }
  }

  /// A debugger of a machine where it is.
  package init(_ session: DebugSession) {
    follow(session)
    byteCursor = Int(session.machine.state.i) & (session.machine.state.ram.count - 1)
  }

  /// Moves the cursor to where the machine has stopped.
  package mutating func follow(_ session: DebugSession) {
    guard position != session.position else { return }
    position = session.position
    codeCursor = session.nextAddress
    (registersBefore, registers) = (registers, session.registerValues)
  }

  /// Whether lines are shown instead of instructions.
  func showsLines(_ session: DebugSession) -> Bool {
    showsSource && line(session).flatMap { session.source.text(of: $0) } != nil
  }

  func line(_ session: DebugSession) -> ProgramSource.Line? {
    UInt16(exactly: codeCursor).flatMap { session.source.line(at: $0) }
  }

  // MARK: Keys

  /// Handles a key while the machine is stopped.
  ///
  /// - Returns: what the front end is to do, if anything.
  package mutating func handle(
    _ key: DebuggerKey, isShifted: Bool = false, _ session: DebugSession
  ) -> DebuggerAction? {
    if entry != nil { return type(key, session) }
    switch key {
    case .letter(let letter): return command(letter, isShifted, session)
    case .digit: return nil
    case .enter: beginEditing()
    case .escape: return .close
    case .nextPanel:
      let all = Panel.allCases
      let next = (all.firstIndex(of: panel) ?? 0) + (isShifted ? all.count - 1 : 1)
      panel = all[next % all.count]
    case .up, .down, .left, .right, .pageUp, .pageDown, .home, .erase: moveCursor(key, session)
    }
    return nil
  }

  /// Whether the debugger uses a key, which is then not a command of the window.
  package func uses(_ key: DebuggerKey) -> Bool {
    switch key {
    case .letter(let letter): entry != nil || "snofcubwegdk".contains(letter)
    case .digit, .erase: entry != nil
    default: true
    }
  }

  private mutating func command(
    _ letter: Character, _ isShifted: Bool, _ session: DebugSession
  ) -> DebuggerAction? {
    let direction: DebugSession.Direction = isShifted ? .backwards : .forwards
    func step(_ motion: DebugSession.Motion) -> DebuggerAction {
      .move(.step(motion, by: showsLines(session) ? .line : .instruction, direction))
    }
    switch letter {
    case "s": return step(.into)
    case "n": return step(.over)
    case "o": return step(.out)
    case "f": return step(.frame)
    case "c": return !isShifted && session.isAtEnd ? .resume : step(.run)
    case "u": return UInt16(exactly: codeCursor).map { .move(.run(to: $0, direction)) }
    case "b": return UInt16(exactly: codeCursor).map { .toggleBreakpoint($0) }
    case "w": return watched(session).map { .move(.lastWriter(of: $0)) }
    case "e": beginEditing()
    case "g": entry = Entry(.address)
    case "k": entry = Entry(.key)
    case "d": showsSource.toggle()
    default: break
    }
    return nil
  }

  /// What the cursor is on.
  private func watched(_ session: DebugSession) -> StopPoint.Watched? {
    switch panel {
    case .code:
      let count = session.instruction(at: codeCursor).bytes.count
      return count == 0 ? nil : .bytes(codeCursor..<codeCursor + count)
    case .memory: return .bytes(byteCursor..<byteCursor + 1)
    case .registers:
      let register = Register.all[registerCursor]
      return register.isWatchable ? .register(register) : nil
    }
  }

  // MARK: Typing

  private mutating func beginEditing() {
    switch panel {
    case .code: entry = Entry(.byte(codeCursor))
    case .memory: entry = Entry(.byte(byteCursor))
    case .registers: entry = Entry(.register(Register.all[registerCursor]))
    }
  }

  private mutating func type(_ key: DebuggerKey, _ session: DebugSession) -> DebuggerAction? {
    switch key {
    case .digit(let digit): entry?.type(digit)
    case .letter(let letter): if let digit = letter.hexDigitValue { entry?.type(digit) }
    case .erase: entry?.erase()
    case .enter: return endTyping(session)
    case .escape: entry = nil
    default: break
    }
    return entry?.subject == .key && entry?.value != nil ? endTyping(session) : nil
  }

  private mutating func endTyping(_ session: DebugSession) -> DebuggerAction? {
    guard let entry else { return nil }
    self.entry = nil
    guard let value = entry.value else { return nil }
    switch entry.subject {
    case .address:
      let address = value & (session.machine.state.ram.count - 1)
      if panel == .memory { byteCursor = address } else { codeCursor = address }
      return nil
    case .byte(let address): return .edit(.byte(address), value)
    case .register(let register): return .edit(.register(register), value)
    case .key:
      let held = session.heldKeys ?? session.machine.heldKeys
      return .hold(held.symmetricDifference(KeySet(key: UInt8(value))))
    }
  }

  // MARK: Cursors

  private mutating func moveCursor(_ key: DebuggerKey, _ session: DebugSession) {
    switch panel {
    case .code: moveCodeCursor(key, session)
    case .memory:
      let page = bytesPerRow * max(1, memoryRowCount - 1)
      let distance = [
        .up: -bytesPerRow, .down: bytesPerRow, .left: -1, .right: 1, .pageUp: -page,
        .pageDown: page,
      ][key]
      let target = distance.map { byteCursor + $0 } ?? Int(session.machine.state.i)
      if key == .home || session.machine.state.ram.indices.contains(target) {
        byteCursor = target & (session.machine.state.ram.count - 1)
      }
    case .registers: moveRegisterCursor(key)
    }
  }

  private mutating func moveCodeCursor(_ key: DebuggerKey, _ session: DebugSession) {
    let page = max(1, codeRowCount - 2)
    let distance = [.up: -1, .down: 1, .pageUp: -page, .pageDown: page][key]
    guard let distance else {
      if key == .home { codeCursor = session.nextAddress }
      return
    }
    if showsLines(session), let line = line(session) {
      codeCursor = session.lineStart(distance, from: line) ?? codeCursor
    } else {
      let found = session.disassembly(at: codeCursor, offset: distance, count: 1)
      if let address = found.first?.address, session.machine.state.ram.indices.contains(address) {
        codeCursor = address
      }
    }
  }

  /// The values of the registers, by their indices in `Register.all`.
  static let registerRows = [
    [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15], [16, 17, 18], [19, 20],
  ]

  private mutating func moveRegisterCursor(_ key: DebuggerKey) {
    let rows = DebuggerView.registerRows
    let row = rows.firstIndex { $0.contains(registerCursor) } ?? 0
    let column = rows[row].firstIndex(of: registerCursor) ?? 0
    switch key {
    case .left: registerCursor = max(0, registerCursor - 1)
    case .right: registerCursor = min(Register.all.count - 1, registerCursor + 1)
    case .up where row > 0: registerCursor = rows[row - 1][column]
    case .down where row + 1 < rows.count:
      registerCursor = rows[row + 1][min(column, rows[row + 1].count - 1)]
    case .home: registerCursor = 0
    default: break
    }
  }
}

extension DebugSession {
  /// The address of the next instruction.
  var nextAddress: Int { Int(machine.state.pc) & (machine.state.ram.count - 1) }

  var registerValues: [Int] { Register.all.map { $0.value(in: machine.state) } }

  /// The address of a line with code, this many of them further on, or of the last one on the way.
  fileprivate func lineStart(_ distance: Int, from line: ProgramSource.Line) -> Int? {
    let last = source.files[line.file].lines?.count ?? 0
    let lines =
      distance < 0
      ? Array(stride(from: line.number - 1, through: 1, by: -1))
      : Array(stride(from: line.number + 1, through: last, by: 1))
    let starts = lines.lazy.compactMap { number in
      source.addresses(of: ProgramSource.Line(file: line.file, number: number)).first
    }
    return starts.prefix(abs(distance)).reduce(nil) { _, address in Int(address) }
  }
}
