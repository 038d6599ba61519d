// What can be asked of a machine that is debugged, and of its past.

import Chip8Core
import SaveState

extension DebugSession {
  /// A subroutine that is at work.
  public struct Frame: Hashable, Sendable {
    /// Its name: that of the address that was called, or of the last label before it.
    public let name: String?
    /// Where it is: the next instruction, or the call of the frame before this one.
    public let address: UInt16
    /// That instruction's line.
    public let line: ProgramSource.Line?
    /// The uses of macros that have made the instruction, the innermost first.
    public let macroCalls: [ProgramSource.MacroCall]
  }

  /// The subroutines that are at work, the innermost first.
  public var frames: [Frame] {
    let state = machine.state
    let returns = state.returnAddresses
    let places = [state.pc] + returns.reversed().map { $0 &- 2 }
    let entryPoint = UInt16(state.configuration.platform.entryPoint)
    return places.enumerated().map { index, address in
      let call = index < returns.count ? places[index + 1] : nil
      let called = call.map { state.word(at: $0) }.flatMap { $0 >> 12 == 2 ? $0 & 0xFFF : nil }
      let start = called ?? (index < returns.count ? nil : entryPoint)
      return Frame(
        name: start.flatMap(source.labels.name) ?? source.labels.lastName(upTo: address),
        address: address, line: source.line(at: address),
        macroCalls: source.macroCalls(at: address))
    }
  }

  /// An instruction as it is in RAM now.
  public struct Instruction: Hashable, Sendable {
    /// Where it is.
    public let address: Int
    /// Its bytes; none where there is no RAM.
    public let bytes: [UInt8]
    /// It in Octo's language, with labels for addresses.
    public let text: String
    /// What the address is called.
    public let label: String?
    /// The line that has made it.
    public let line: ProgramSource.Line?
    /// Whether it is not what the line has made, because the program has changed it.
    public let isModified: Bool
  }

  /// The line of an instruction. The assembler may begin a program with a jump to `main` that no line has made;
  /// it is shown where it leads.
  public func shownLine(at address: UInt16) -> ProgramSource.Line? {
    let word = machine.state.word(at: address)
    let isFirstJump = Int(address) == Chip8.programStart && word >> 12 == 1
    return source.line(at: address) ?? (isFirstJump ? source.line(at: word & 0xFFF) : nil)
  }

  /// The instruction at an address, whatever is there.
  public func instruction(at address: Int) -> Instruction {
    let state = machine.state
    guard state.ram.indices.contains(address), let place = UInt16(exactly: address) else {
      return Instruction(
        address: address, bytes: [], text: "(no memory)", label: nil, line: nil, isModified: false)
    }
    let instruction = Chip8Core.Instruction(
      opcode: state.word(at: place), for: state.configuration.platform.extensions)
    let count = min(instruction.byteCount, state.ram.count - address)
    let text = instruction.octo(next: state.word(at: place &+ 2), naming: source.labels.name)
    return Instruction(
      address: address, bytes: Array(state.ram[address..<address + count]), text: text,
      label: source.labels.name(place), line: source.line(at: place),
      isModified: isModified(address..<address + count))
  }

  /// Whether the program has changed some of its own bytes.
  func isModified(_ addresses: Range<Int>) -> Bool {
    let (program, ram) = (machine.program.bytes, machine.state.ram)
    return addresses.contains { address in
      let offset = address - Chip8.programStart
      return program.indices.contains(offset) && ram.indices.contains(address)
        && program[offset] != ram[address]
    }
  }

  /// Exactly so many instructions in a row.
  ///
  /// - Parameter offset: the first one's distance in instructions from the one at the address, which may
  ///   be before it. Backwards, an instruction has two bytes unless it is known to have four.
  public func disassembly(at address: Int, offset: Int = 0, count: Int) -> [Instruction] {
    var start = address
    for _ in 0..<max(0, -offset) {
      let isLong = start >= 4 && instruction(at: start - 4).bytes.count == 4
      // What a line begins with is not the second half of an instruction.
      start -= isLong && !source.isLineStart(start - 2) ? 4 : 2
    }
    for _ in 0..<max(0, offset) { start += max(2, instruction(at: start).bytes.count) }
    var instructions: [Instruction] = []
    for _ in 0..<max(0, count) {
      let next = instruction(at: start)
      instructions.append(next)
      start += max(2, next.bytes.count)
    }
    return instructions
  }

  // MARK: The past

  /// Goes to the instruction that has written something last: it is the next one then.
  ///
  /// - Throws: why it cannot be answered; the machine has not moved.
  public mutating func goToLastWriter(
    of watched: StopPoint.Watched, isInterrupted: @escaping () -> Bool = { false }
  ) throws(History.Failure) -> History.Writer {
    var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
    let writer = try history.lastWriter(of: watched)
    switch writer {
    case .instruction(_, let before): try seek(to: before)
    case .input(_, let position): try seek(to: position)
    case .beginning: break
    }
    return writer
  }

  /// The ends of all branches.
  public var leaves: [Timeline<Chip8>.Leaf] { player.timeline.leaves }

  /// The branch that the machine is on.
  public var branch: Int { player.timeline.branch }

  /// Where the course of the machine and that of another branch part; nil if one is the beginning of the
  /// other.
  public mutating func firstDifference(
    from branch: Int, isInterrupted: @escaping () -> Bool = { false }
  ) throws(History.Failure) -> CourseDifference? {
    do throws(SeekError) {
      return try player.timeline.firstDifference(from: branch, isInterrupted: isInterrupted)
    } catch { throw .seek(error) }
  }

  /// Goes to the end of a branch.
  public mutating func go(toEndOf branch: Int) throws(SeekError) {
    try player.seek(toEndOf: branch)
    followProgram()
  }

  /// What the machine did in its last frames: all of those that are known, unless it is said how many.
  public mutating func survey(
    frames: UInt64? = nil, isInterrupted: @escaping () -> Bool = { false }
  ) throws(History.Failure) -> Survey {
    var history = try History(of: &player.timeline, isInterrupted: isInterrupted)
    let first = frames.map { position.frame - min($0, position.frame) } ?? 0
    let from = max(Position(frame: first), history.course.start)
    return try history.survey(from: from, until: position)
  }

  // MARK: Changing

  /// Changes a register or a byte of the RAM. That begins a branch: ``undo()`` leads back.
  public mutating func set(
    _ target: Expression.Target, to value: Int
  ) throws(InputError) {
    switch target {
    case .register(let register): try player.edit(.register(register, value))
    case .byte(let address):
      try player.edit(.poke(address, [UInt8(truncatingIfNeeded: value)]))
    }
  }

  /// Changes what is named, a register or `[ADDR]`, to the value of an expression.
  ///
  /// - Throws: ``DebugError``, or `InputError` for a value that the machine does not take.
  public mutating func assign(_ value: String, to name: String) throws {
    guard let target = try expression(name).target(in: machine) else {
      throw DebugError.notATarget(name)
    }
    let value = try self.value(of: value)
    if case .byte = target, !(0...255).contains(value) { throw DebugError.notAByte(value) }
    try set(target, to: value)
  }

  /// Bytes of the RAM, as many as there are; none from an address outside of it.
  public func bytes(at address: Int, count: Int) -> [UInt8] {
    let ram = machine.state.ram
    guard ram.indices.contains(address) else { return [] }
    return Array(ram[address...].prefix(max(0, count)))
  }

  /// Changes bytes of the RAM.
  ///
  /// - Parameter allowsPart: whether as many of them are enough as there is room for.
  /// - Returns: how many were written.
  /// - Throws: ``DebugError`` or `InputError`.
  public mutating func write(
    _ bytes: [UInt8], at address: Int, allowsPart: Bool = false
  ) throws -> Int {
    let size = machine.state.ram.count
    guard (0..<size).contains(address) else {
      throw DebugError.outsideRAM(nil, byteCount: size)
    }
    guard allowsPart || bytes.count <= size - address else {
      throw DebugError.tooManyBytes(bytes.count)
    }
    let bytes = Array(bytes.prefix(size - address))
    if !bytes.isEmpty { try player.edit(.poke(address, bytes)) }
    return bytes.count
  }

  /// Undoes the last change or jump, and says whether there was one.
  public mutating func undo() throws(SeekError) -> Bool {
    guard !player.timeline.undoableEdges.isEmpty else { return false }
    try player.undo()
    followProgram()
    return true
  }

  /// Does again what was undone last, and says whether there was anything.
  public mutating func redo() throws(SeekError) -> Bool {
    guard !player.timeline.redoableEdges.isEmpty else { return false }
    try player.redo()
    followProgram()
    return true
  }

  /// Holds keys from now on, in the frames that are run for the first time; nil for those of the script.
  public mutating func hold(_ keys: KeySet?) { heldKeys = keys }

  /// Continues with another version of the program in the machine as it is: ``undo()`` leads back. Stops
  /// are where their lines and labels are now, and what cannot be found any more is disabled.
  public mutating func replaceProgram(with loaded: LoadedMachine) throws(InputError) {
    try player.adoptProgram(of: loaded)
    player.debugger = Debugger()
    sources.append((loaded.machine.program, loaded.source))
    followProgram()
  }

  /// Takes the source of the program that is in the machine now.
  private mutating func followProgram() {
    guard let found = sources.last(where: { $0.program == machine.program }) else { return }
    (source, unfinished) = (found.source, nil)
    resolveStops()
  }

  func resolve(_ stop: inout StopPoint) {
    do throws(DebugError) {
      if let place = stop.place, case .execution = stop.event,
        let address = try breakpointAddresses(place).first
      {
        stop.event = .execution(address)
      }
      if let place = stop.place, case .access(_, let kind) = stop.event {
        stop.event = .access(try watched(place), kind)
      }
      if let condition = stop.condition { stop.condition = try expression(condition.text) }
      if let message = stop.message { stop.message = try self.message(message.text) }
    } catch { stop.isEnabled = false }
  }

  /// An image of the machine with its past.
  public func savedImage() throws -> Image { try player.savedImage() }
}

extension ProgramSource {
  /// Whether a byte is the first that a line has made.
  func isLineStart(_ address: Int) -> Bool {
    UInt16(exactly: address).flatMap { table.run(at: $0) }.map { $0.address == address } ?? false
  }
}

extension AddressNames {
  /// The name of the last label up to an address.
  func lastName(upTo address: UInt16) -> String? {
    place(of: address).map { place in
      place.lastIndex(of: "+").map { String(place[..<$0]) } ?? place
    }
  }
}
