/// Where the instructions of a program are that its source will have as instructions: of two that
/// share bytes, the first one. All else are bytes.
struct DisassemblyLayout {
  /// What an instruction does with an address in it.
  enum Use: Int, Comparable {
    case data
    case jump
    case call
    /// Nothing leads there but the machine, which begins there.
    case start

    static func < (a: Use, b: Use) -> Bool { a.rawValue < b.rawValue }
  }

  let code: ReachableCode
  /// The length of the instruction that begins at each byte, 0 where none does.
  private(set) var byteCounts: [UInt8]
  /// Whether a byte belongs to an instruction that began before it.
  private(set) var isInside: [Bool]
  /// Where instructions were reached that share bytes with one before them.
  private(set) var overlaps: [Bool]
  /// What instructions use each address for, nil for those that none has in it.
  private(set) var uses: [Use?]

  var program: [UInt8] { code.program }
  /// The address after the program.
  var end: Int { Chip8.programStart + program.count }

  init(_ code: ReachableCode) {
    self.code = code
    let count = code.program.count
    byteCounts = Array(repeating: 0, count: count)
    isInside = Array(repeating: false, count: count)
    overlaps = Array(repeating: false, count: count)
    uses = Array(repeating: nil, count: 0x10000)
    for offset in 0..<count {
      guard let instruction = code.instructions[offset], instruction.kind != .illegal else {
        continue
      }
      let length = instruction.byteCount
      if isInside[offset] {
        overlaps[offset] = true
      } else if offset + length <= count {
        byteCounts[offset] = UInt8(length)
        for inside in offset + 1..<offset + length { isInside[inside] = true }
        use(instruction, at: offset + Chip8.programStart)
      }
    }
    if code.entryPoint != Chip8.programStart { use(UInt16(code.entryPoint), .start) }
  }

  private mutating func use(_ instruction: Instruction, at address: Int) {
    guard let target = instruction.address(next: code.word(address + 2)) else { return }
    switch instruction.form.flow {
    case .jump, .jumpIndexed: use(target, .jump)
    case .call: use(target, .call)
    default: use(target, .data)
    }
  }

  private mutating func use(_ address: UInt16, _ use: Use) {
    uses[Int(address)] = uses[Int(address)].map { max($0, use) } ?? use
  }

  /// Whether a label can be at an address: before an item, or before the second byte of one.
  func canHaveLabel(_ address: Int) -> Bool {
    let offset = address - Chip8.programStart
    guard (0..<program.count).contains(offset) else { return offset == program.count }
    return !isInside[offset] || byteCounts[offset - 1] > 0
  }

  /// Where the program really begins, if it begins with a jump there: an assembler makes that jump
  /// by itself, and gives the place the name `main`. Not where a label is needed at the jump.
  func entryTarget(_ labeled: (Int) -> Bool) -> Int? {
    let start = Chip8.programStart
    guard byteCounts[0] > 0, let first = code[start], first.kind == .jump else { return nil }
    let target = Int(first.nnn)
    guard target > start + 2, target < end, !isInside[target - start] else { return nil }
    let isUsed = [start, start + 1].contains { uses[$0] != nil || labeled($0) }
    return isUsed ? nil : target
  }
}

/// What the addresses of a program are called in its source.
struct DisassemblyNames {
  /// Where `main` is, unless it is the start of the program.
  let entryTarget: Int?
  let constants: [(name: String, address: Int)]
  /// The names of each address, the one that instructions use first.
  private var names: [[String]]

  init(_ layout: DisassemblyLayout, _ labels: [String: Int]) {
    let sorted = labels.filter { $0.key != "main" && (0...0xFFFF).contains($0.value) }
      .sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let labeled = Set(sorted.map(\.value))
    let mainLabel = labels["main"]
    let entryTarget = layout.entryTarget { labeled.contains($0) }
      .flatMap { mainLabel == nil || mainLabel == $0 ? $0 : nil }
    var names = Array(repeating: [String](), count: 0x10001)
    names[entryTarget ?? Chip8.programStart] = ["main"]
    func hasRoom(_ address: Int) -> Bool {
      // The assembler's own jump has no place for a label.
      (entryTarget == nil || address > Chip8.programStart + 1) && layout.canHaveLabel(address)
    }
    var constants: [(name: String, address: Int)] = []
    for (name, address) in sorted {
      if hasRoom(address) {
        names[address].append(name)
      } else if layout.uses[address] != nil, names[address].isEmpty {
        names[address].append(name)
        constants.append((name, address))
      }
    }
    for (address, use) in layout.uses.enumerated() {
      guard let use, names[address].isEmpty, hasRoom(address) else { continue }
      var name = DisassemblyNames.name(of: address, use)
      while labels[name] != nil { name += "-" }
      names[address] = [name]
    }
    self.entryTarget = entryTarget
    self.constants = constants
    self.names = names
  }

  private static func name(of address: Int, _ use: DisassemblyLayout.Use) -> String {
    let kind =
      switch use {
      case .start: "start"
      case .call: "sub"
      case .jump: "code"
      case .data: "data"
      }
    return "\(kind)-\(hexadecimal(address, 3))"
  }

  /// What an instruction calls an address.
  func name(_ address: UInt16) -> String? { names[Int(address)].first }

  func labels(at address: Int) -> [String] { names[address] }
}
