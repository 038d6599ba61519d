// The machine's state as the sections of an image, and back. Layout: docs/STATE-FORMAT.md.

import SaveState

extension Chip8: Machine {
  /// What images of these machines are marked with.
  public static let kind = Tag("CH-8")

  /// The state is `CORE`, `RAM ` and `DISP`, and of some machines `HOST` and `GOAL`. Beside it are
  /// what was executed last, how the machine is shown, and what its addresses are called.
  public static let sections: [SectionKind] = [
    .state(coreTag), .state(ramTag), .state(displayTag), .state(hostTag), .state(entryCallTag),
    lastSection, settingsSection, labelsSection,
  ]

  /// What images of these machines may ask for.
  public static let features = Set(Quirks.features.map(\.name)).union([
    "cycles", "goals", "host-calls", "superchip", "two-page", "xochip", "xochip-audio",
  ])

  static let coreTag = Tag("CORE")
  package static let ramTag = Tag("RAM ")
  static let displayTag = Tag("DISP")
  static let lastSection = SectionKind.ancillary(Tag("LAST"))
  static let settingsSection = SectionKind.ancillary(Tag("SETT"), isSafeToCopy: true)
  static let labelsSection = SectionKind.ancillary(Tag("LABL"), isSafeToCopy: true)
  static let coreByteCount = 152

  /// Writes the sections `CORE`, `RAM ` and `DISP`, and `HOST` and `GOAL` where there is something
  /// in them.
  public func encode(into sections: inout StateWriter) {
    sections.requireFeatures(state.features)
    sections.append(Chip8.coreTag, state.encodedCore)
    sections.append(
      Chip8.ramTag, state.shownRAM,
      differenceFrom: state.configuration.powerOnRAM(program.bytes))
    sections.append(Chip8.displayTag, state.encodedDisplay)
    if let hostCalls = state.hostCalls { sections.append(Chip8.hostTag, hostCalls.encoded) }
    if let entryCalls = state.entryCalls { sections.append(Chip8.entryCallTag, entryCalls.encoded) }
  }

  /// A machine from the sections of an image, every field checked.
  public init(program: Program, decoding sections: inout StateReader) throws(ImageError) {
    var core = CoreReader(try sections.section(Chip8.coreTag, count: Chip8.coreByteCount))
    let configuration = try core.configuration()
    let platform = configuration.platform
    // The memories have sections of their own. The state is decoded in its place: it is large to be copied.
    self.init(program, State(configuration, ram: [], seed: 0))
    try state.decode(&core)
    guard (1...platform.maxProgramByteCount).contains(program.bytes.count) else {
      throw .badField("a program of \(program.bytes.count) bytes on \(platform.title)")
    }
    state.ram = try sections.section(
      Chip8.ramTag, count: platform.ramByteCount,
      differenceFrom: configuration.powerOnRAM(program.bytes))
    try state.decodeDisplay(
      sections.section(Chip8.displayTag, count: platform.displayByteCount))
    guard state.shownRAM == state.ram else {
      throw .badField("registers, stack or display differ from the RAM")
    }
    state.hostCalls = try sections.sectionIfPresent(Chip8.hostTag, atMost: HostCalls.maxByteCount)
      .map { bytes throws(ImageError) in try HostCalls(decoding: bytes) }
    state.entryCalls = try sections.sectionIfPresent(
      Chip8.entryCallTag, atMost: EntryCalls.maxByteCount
    )
    .map { bytes throws(ImageError) in try EntryCalls(decoding: bytes, for: state) }
  }

  /// The state of the random generator, of a machine that nothing has happened to.
  public var powerOnSeed: UInt64? {
    guard state.frames == 0, state.instructions == 0, heldKeys.isEmpty else { return nil }
    let seed = state.random.state
    return poweredOn(seed: seed).canonicalState == canonicalState ? seed : nil
  }

  /// The same machine as it was switched on; its program may call its host if it may now.
  public func poweredOn(seed: UInt64) -> Chip8 {
    let configuration = state.configuration
    var machine = Chip8(program, State(configuration, program: program.bytes, seed: seed))
    if state.hostCalls != nil { machine.allowHostCalls() }
    return machine
  }
}

extension State {
  /// The features that a reader needs for this state.
  fileprivate var features: [String] {
    var features: [String] = []
    if configuration.timing == .cycles { features.append("cycles") }
    let extensions = configuration.platform.extensions
    if extensions.contains(.twoPage) { features.append("two-page") }
    if extensions.contains(.xoChip) {
      features.append("xochip")
    } else if extensions.contains(.superChip10) {
      features.append("superchip")
    }
    features += Quirks.features.filter { configuration.quirks.contains($0.quirk) }.map(\.name)
    if hostCalls != nil { features.append("host-calls") }
    if entryCalls != nil { features.append("goals") }
    if audio.pattern != nil { features.append("xochip-audio") }
    return features
  }
}

extension Platform {
  /// How many bytes the display has in an image.
  fileprivate var displayByteCount: Int { planeCount * display.width * display.height / 8 }
}

// MARK: - Encoding

let absentByte: UInt8 = 0xFF
let absentWord: UInt32 = 0xFFFF_FFFF

extension State {
  var encodedCore: [UInt8] {
    var writer = ByteWriter(reserving: Chip8.coreByteCount)
    write(configuration, to: &writer)
    writer.append(pc)
    writer.append(i)
    withUnsafeBytes(of: v) { writer.append($0) }
    writer.append(delay)
    writer.append(sound)
    writer.append(stackCount)
    // What was popped off the stack has no future, and so no place in the state.
    var used = InlineArray<16, UInt16>(repeating: 0)
    for k in 0..<Int(stackCount) { used[k] = stack[k].littleEndian }
    withUnsafeBytes(of: used) { writer.append($0) }
    withUnsafeBytes(of: flags) { writer.append($0) }
    writer.append(random.state)
    writer.append(keys.rawValue)
    writer.append(keyWait?.register ?? absentByte)
    writer.append(keyWait?.pressed.rawValue ?? 0)
    writer.append(instructionsLeftInFrame ?? absentWord)
    writer.append(frames)
    writer.append(instructions)
    writer.append(cycles)
    writer.append(UInt8(display.isHires ? 1 : 0))
    writer.append(display.selectedPlanes)
    writer.append(UInt8(audio.pattern == nil ? 0 : 1))
    writer.append((audio.pattern ?? 0).byteSwapped)
    writer.append(audio.pitch)
    writer.append(audio.phase)
    writer.append(drawWait ?? absentWord)
    return writer.bytes
  }

  private func write(_ configuration: Configuration, to writer: inout ByteWriter) {
    writer.append(configuration.platform.fileCode)
    writer.append(UInt8(configuration.timing == .cycles ? 1 : 0))
    writer.append(configuration.font.rawValue)
    writer.append(UInt8(0))
    writer.append(configuration.quirks.rawValue)
    writer.append(UInt32(configuration.instructionsPerFrame))
  }

  /// Row by row, the leftmost pixel in the highest bit of the first byte.
  fileprivate var encodedDisplay: [UInt8] {
    let platform = configuration.platform
    let (byteCount, halfCount) = (platform.displayByteCount, platform.hasHires ? 2 : 1)
    let (planeCount, height) = (platform.planeCount, platform.display.height)
    // As memory, for a word of an array costs a copy of the array: of each plane 64 left halves of rows and
    // 64 right ones.
    return withUnsafeBytes(of: display.planes) { planes in
      let words = planes.bindMemory(to: UInt64.self)
      return [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
        guard var place = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
        for plane in 0..<planeCount {
          for row in 0..<height {
            for half in 0..<halfCount {
              let word = words[128 * plane + 64 * half + row]
              place.storeBytes(of: word.bigEndian, as: UInt64.self)
              place += 8
            }
          }
        }
        count = byteCount
      }
    }
  }
}

// MARK: - Decoding

extension State {
  /// Everything but the configuration and the memories, each field checked.
  fileprivate mutating func decode(_ fields: inout CoreReader) throws(ImageError) {
    let configuration = configuration
    let platform = configuration.platform
    pc = fields.next()
    i = fields.next()
    for k in 0..<16 { v[k] = fields.next() }
    delay = fields.next()
    sound = fields.next()
    stackCount = try fields.next("stack depth", in: 0...UInt8(platform.maxStackCount))
    for k in 0..<16 {
      stack[k] = try fields.next("stack", in: k < Int(stackCount) ? 0...UInt16.max : 0...0)
    }
    for k in 0..<16 {
      flags[k] = try fields.next("flags", in: k < platform.flagCount ? 0...UInt8.max : 0...0)
    }
    random = SplitMix64(state: fields.next())
    keys = KeySet(rawValue: fields.next())
    keyWait = try fields.keyWait()
    instructionsLeftInFrame = try fields.optional(
      "frame position",
      in: configuration.timing == .cycles ? 0...0 : 1...UInt32(configuration.instructionsPerFrame))
    frames = try fields.next("frames", in: 0...State.maxFrames)
    instructions = try fields.next("instructions", in: 0...State.maxInstructions)
    cycles = try fields.next(
      "cycles", in: configuration.timing == .cycles ? 0...UInt64.max >> 2 : 0...0)
    guard
      configuration.timing != .cycles
        || configuration.clock.range(afterFrames: frames).contains(cycles)
    else { throw .badField("cycles \(cycles) after \(frames) frames") }
    display.isHires = try fields.flag("resolution", isAllowed: platform.hasHires)
    display.selectedPlanes = try fields.next(
      "selected planes", in: platform.planeCount > 1 ? 0...platform.planeMask : 1...1)
    audio = try fields.audio(on: platform)
    drawWait = try fields.drawWait(configuration)
  }

  /// - Parameter bytes: as many as the platform's display has.
  fileprivate mutating func decodeDisplay(_ bytes: [UInt8]) {
    let platform = configuration.platform
    let (height, wordCount) = (platform.display.height, platform.hasHires ? 2 : 1)
    bytes.withUnsafeBytes { bytes in
      func word(_ index: Int) -> UInt128 {
        UInt128(UInt64(bigEndian: bytes.load(fromByteOffset: 8 * index, as: UInt64.self)))
      }
      for plane in 0..<platform.planeCount {
        for row in 0..<height {
          let first = (plane * height + row) * wordCount
          display.planes[plane][row] = word(first) << 64 | (wordCount > 1 ? word(first + 1) : 0)
        }
      }
    }
  }
}

/// Reads fields that are known to be there, for the section's length was checked.
struct CoreReader {
  private var reader: ByteReader

  init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

  mutating func next<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>() -> Value {
    reader.next() ?? 0
  }

  mutating func next<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ field: String, in range: ClosedRange<Value>
  ) throws(ImageError) -> Value {
    let value: Value = next()
    guard range.contains(value) else { throw .badField("\(field) \(value)") }
    return value
  }

  mutating func flag(_ field: String, isAllowed: Bool) throws(ImageError) -> Bool {
    let value: UInt8 = try next(field, in: 0...(isAllowed ? 1 : 0))
    return value == 1
  }

  mutating func optional(
    _ field: String, in range: ClosedRange<UInt32>
  ) throws(ImageError) -> UInt32? {
    let value: UInt32 = next()
    guard value != absentWord else { return nil }
    guard range.contains(value) else { throw .badField("\(field) \(value)") }
    return value
  }

  mutating func configuration() throws(ImageError) -> Configuration {
    let code: UInt8 = next()
    guard let platform = Platform(fileCode: code) else { throw .badField("platform \(code)") }
    var configuration = Configuration(platform)
    configuration.timing = try flag("timing", isAllowed: platform.hasCycles) ? .cycles : .ipf
    let font: UInt8 = next()
    guard let font = Font(rawValue: font) else { throw .badField("font \(font)") }
    configuration.font = font
    _ = try next("reserved", in: UInt8(0)...0)
    let quirks: UInt32 = next()
    guard Quirks.all.rawValue & quirks == quirks else { throw .badField("quirks \(quirks)") }
    configuration.quirks = Quirks(rawValue: quirks)
    let range = Configuration.instructionsPerFrameRange
    configuration.instructionsPerFrame = Int(
      try next(
        "instructions per frame", in: UInt32(range.lowerBound)...UInt32(range.upperBound)))
    return configuration
  }

  mutating func drawWait(_ configuration: Configuration) throws(ImageError) -> UInt32? {
    let drawWait = try optional("display wait", in: 0...configuration.clock.maxDrawWait)
    guard drawWait == nil || configuration.timing == .cycles else {
      throw .badField("a display wait that is not counted in cycles")
    }
    return drawWait
  }

  mutating func keyWait() throws(ImageError) -> KeyWait? {
    let register: UInt8 = next()
    let pressed = KeySet(rawValue: next())
    switch register {
    case 0...15: return KeyWait(register: register, pressed: pressed)
    case absentByte where pressed.isEmpty: return nil
    default: throw .badField("key wait \(register)")
    }
  }

  mutating func audio(on platform: Platform) throws(ImageError) -> Audio {
    let hasPattern = try flag("pattern", isAllowed: platform.extensions.contains(.xoChip))
    // In halves: a build without optimization aligns a UInt128 wrongly here, and crashes.
    let (high, low) = ((next() as UInt64).byteSwapped, (next() as UInt64).byteSwapped)
    let pattern = UInt128(high) << 64 | UInt128(low)
    guard hasPattern || pattern == 0 else { throw .badField("a pattern that was never loaded") }
    return Audio(pattern: hasPattern ? pattern : nil, pitch: next(), phase: next())
  }
}
