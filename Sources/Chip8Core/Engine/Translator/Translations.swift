/// When instructions are translated, and how many.
struct TranslationLimits: Sendable {
  /// The fewest instructions for which it pays to begin.
  var instructions = 100
  /// Bytes of machine code.
  var codeByteCount = 1 << 19

  /// For the interpreter.
  static let never = TranslationLimits(instructions: .max)
}

extension Core {
  /// Executes at most so many instructions from an address in the RAM, by translations where there are
  /// or can be some, and says how many it were.
  mutating func translate(_ count: Int, at pc: UInt16) -> Int {
    if let others = translations, others.isShared { translations = nil }
    if translations == nil, isTranslatable {
      translations = Translations(for: self)
      isTranslatable = translations != nil
    }
    let paused = translations?.pause(count) ?? count
    guard paused == 0, let translations else { return execute(min(paused, Core.maxSlice), at: pc) }
    guard Int(pc) < Translator.reach(mask) else {
      return execute(min(count, Block.maxStepCount), at: pc)
    }
    (self.pc, end) = (pc, .limit)
    idleLoops.begin(count)
    remaining = UInt(bitPattern: count)
    watch.isDisplayChanged = true
    enter()
    withUnsafeMutablePointer(to: &self) { translations.run($0) }
    let executed = count &- Int(bitPattern: remaining)
    if executed == 0, case .limit = end { return execute(min(count, Block.maxStepCount), at: pc) }
    leave()
    state.pointee.instructions &+= UInt64(truncatingIfNeeded: executed)
    return executed
  }
}

/// The blocks of a machine that were translated, and how they are run.
final class Translations: @unchecked Sendable {
  private let memory: CodeMemory
  private var translator: Translator
  private let mask: Int
  /// How many addresses blocks may begin at.
  private let reach: Int
  /// What translations are entered by.
  private let entry: Translator.Entry
  /// Where the translation of the block at each address begins, or the code for there being none. They
  /// are at the beginning of the memory, where translations find them.
  private let entries: UnsafeMutablePointer<UInt>
  /// How many bytes of the RAM each was made from, 0 if there is none.
  private let byteCounts: UnsafeMutablePointer<UInt8>
  private var pauses = Pauses()

  /// Nil where nothing can be translated.
  init?(for core: borrowing Core) {
    mask = core.mask
    reach = Translator.reach(mask)
    let tableByteCount = reach * MemoryLayout<UInt>.stride
    guard let memory = CodeMemory(byteCount: tableByteCount + core.translationLimits.codeByteCount)
    else {
      return nil
    }
    translator = Translator(memory, at: tableByteCount, for: core)
    entry = unsafeBitCast(memory.executable + tableByteCount, to: Translator.Entry.self)
    entries = memory.writable.bindMemory(to: UInt.self, capacity: reach)
    byteCounts = .allocate(capacity: reach)
    self.memory = memory
    clear()
  }

  deinit { byteCounts.deallocate() }

  /// Whether they are those of another process, which has split off this one.
  var isShared: Bool { memory.isShared }

  /// How many blocks there are.
  var count: Int { (0..<reach).count { byteCounts[$0] > 0 } }

  private func place(_ offset: Int) -> UInt { UInt(bitPattern: memory.executable + offset) }

  /// Forgets all of them.
  private func clear() {
    translator.clear()
    entries.initialize(repeating: place(translator.untranslated), count: reach)
    byteCounts.initialize(repeating: 0, count: reach)
  }

  /// Forgets those that were made from a byte of the RAM.
  func forget(_ address: Int) {
    guard !isShared else { return }
    var wasTranslated = false
    for distance in 0..<Block.maxByteCount {
      let start = (address &- distance) & mask
      guard start < reach, byteCounts[start] > distance else { continue }
      entries[start] = place(translator.untranslated)
      byteCounts[start] = 0
      wasTranslated = true
    }
    if wasTranslated { pauses.begin() }
  }

  private func translate(_ address: Int, _ core: UnsafeMutablePointer<Core>) {
    if memory.byteCount - translator.code.position < Translator.maxBlockByteCount { clear() }
    let block = Block(at: address, in: core.pointee)
    entries[address] = place(translator.translate(block))
    byteCounts[address] = UInt8(truncatingIfNeeded: block.end - block.start)
    core.pointee.mark(block.start..<block.end, Mark.translated)
  }

  /// Runs translations from where a core is, until its ``Core/end`` says why, or fewer instructions
  /// are left than the next block has.
  func run(_ core: UnsafeMutablePointer<Core>) {
    let count = core.pointee.remaining
    defer { pauses.count(Int(bitPattern: count &- core.pointee.remaining)) }
    while core.pointee.remaining > 0 {
      let pc = Int(core.pointee.pc)
      guard pc < reach else { return }
      if byteCounts[pc] == 0 { translate(pc, core) }
      let exit = entry(
        core, entries[pc], core.pointee.index, core.pointee.remaining,
        core.pointee.stackCount)
      core.pointee.pc = UInt16(truncatingIfNeeded: exit)
      switch TranslationExit(rawValue: exit >> 16) {
      case .untranslated: continue
      case .slow: core.pointee.end = .slow
      case .frameOver: core.pointee.end = .frameOver
      case .halted: core.pointee.end = .halted
      case .limit, nil: break
      }
      return
    }
  }

  /// How many of so many instructions are to be interpreted before translations continue.
  func pause(_ count: Int) -> Int { pauses.take(min(count, Core.maxSlice)) }
}

/// Programs that change themselves all the time would be translated all the time. So they are
/// interpreted for a while after each change, twice as long each time, until one has rested long enough.
private struct Pauses {
  private static let least = 2000
  private static let most = 1 << 20

  /// How many instructions are to be interpreted.
  private var left = 0
  private var length = Pauses.least
  /// How many were executed by translations since the last pause.
  private var translated = 0

  mutating func begin() {
    guard left == 0 else { return }
    length = translated > 16 * length ? Pauses.least : min(2 * length, Pauses.most)
    (left, translated) = (length, 0)
  }

  mutating func count(_ instructions: Int) { translated &+= instructions }

  mutating func take(_ count: Int) -> Int {
    let taken = min(left, count)
    left -= taken
    return taken
  }
}
