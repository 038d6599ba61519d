/// What machines of the family do differently, a switch each.
///
/// The first seven have the names of the community's database (chip-8/chip-8-database); the others
/// are ours, in kebab-case.
public struct Quirks: OptionSet, Hashable, Sendable {
  /// A bit for each quirk, as in docs/STATE-FORMAT.md.
  public let rawValue: UInt32

  /// Quirks from their bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// 8xy1, 8xy2 and 8xy3 set VF to 0.
  public static let logic = Quirks(rawValue: 1 << 0)
  /// 8xy6 and 8xyE shift Vx and not Vy.
  public static let shift = Quirks(rawValue: 1 << 1)
  /// Fx55 and Fx65 add x to I and not x + 1.
  public static let memoryIncrementByX = Quirks(rawValue: 1 << 2)
  /// Fx55 and Fx65 leave I alone.
  public static let memoryLeaveIUnchanged = Quirks(rawValue: 1 << 3)
  /// Bnnn adds Vx, where x is the first digit of nnn, and not V0.
  public static let jump = Quirks(rawValue: 1 << 4)
  /// Dxyn waits for the display interrupt: the frame ends after it.
  public static let vblank = Quirks(rawValue: 1 << 5)
  /// With `vblank`, Dxyn waits in hires too.
  public static let vblankInHires = Quirks(rawValue: 1 << 6)
  /// Sprites wrap around the edges of the screen instead of being clipped.
  public static let wrap = Quirks(rawValue: 1 << 7)
  /// Dxy0 in lores draws 16×16 pixels and not 8×16.
  public static let loresBigSprites = Quirks(rawValue: 1 << 8)
  /// In hires, VF counts the rows that collide and those clipped at the bottom.
  public static let rowCollisions = Quirks(rawValue: 1 << 9)
  /// 00FE and 00FF clear the screen.
  public static let resolutionClears = Quirks(rawValue: 1 << 10)
  /// Lores is drawn as doubled pixels on the hires screen, so that scrolls move half pixels.
  public static let doubledLores = Quirks(rawValue: 1 << 11)
  /// 00C0 ends the program.
  public static let scrollZeroExits = Quirks(rawValue: 1 << 12)
  /// Fx1E past the address space is a fault.
  public static let indexOverflowFaults = Quirks(rawValue: 1 << 13)
  /// Fx1E wraps at the end of the address space.
  public static let indexWraps = Quirks(rawValue: 1 << 14)
  /// Fx1E sets VF to whether I passes 0xFFF.
  public static let indexOverflowFlag = Quirks(rawValue: 1 << 15)
  /// The buzzer sounds while a key is held in Fx0A.
  public static let keyWaitBeeps = Quirks(rawValue: 1 << 16)
  /// 0nnn that the machine has no instruction for does nothing.
  public static let skipMachineCode = Quirks(rawValue: 1 << 17)
  /// 8xy4 to 8xyE write VF before Vx, so that with F for x the result stays.
  public static let vfOrder = Quirks(rawValue: 1 << 18)

  /// Every quirk with its name, in the order of the bits.
  public static let named: [(name: String, quirk: Quirks)] = table.map { ($0.name, $0.quirk) }

  /// The same, and what each does, to help choosing.
  private static let table: [(name: String, quirk: Quirks, effect: String)] = [
    ("logic", .logic, "8xy1, 8xy2 and 8xy3 set VF to 0"),
    ("shift", .shift, "8xy6 and 8xyE shift Vx, not Vy"),
    ("memoryIncrementByX", .memoryIncrementByX, "Fx55 and Fx65 add x to I, not x + 1"),
    ("memoryLeaveIUnchanged", .memoryLeaveIUnchanged, "Fx55 and Fx65 leave I alone"),
    ("jump", .jump, "Bnnn adds Vx, not V0"),
    ("vblank", .vblank, "Dxyn waits for the display, which ends the frame"),
    ("vblank-in-hires", .vblankInHires, "with vblank: in hires too"),
    ("wrap", .wrap, "sprites wrap around the edges instead of being clipped"),
    ("lores-big-sprites", .loresBigSprites, "Dxy0 in lores draws 16×16 pixels, not 8×16"),
    ("row-collisions", .rowCollisions, "in hires, VF counts the rows that collide or are clipped"),
    ("resolution-clears", .resolutionClears, "00FE and 00FF clear the screen"),
    ("doubled-lores", .doubledLores, "lores is drawn as doubled pixels; scrolls move half pixels"),
    ("scroll-zero-exits", .scrollZeroExits, "00C0 ends the program"),
    ("index-overflow-faults", .indexOverflowFaults, "Fx1E past the end of memory faults"),
    ("index-wraps", .indexWraps, "Fx1E wraps at the end of memory"),
    ("index-overflow-flag", .indexOverflowFlag, "Fx1E sets VF to whether I passes FFF"),
    ("key-wait-beeps", .keyWaitBeeps, "the buzzer sounds while a key is held in Fx0A"),
    ("skip-machine-code", .skipMachineCode, "unknown 0nnn do nothing instead of faulting"),
    ("vf-order", .vfOrder, "8xy4 to 8xyE write VF before Vx"),
  ]

  /// What this quirk does, as a clause.
  package var effect: String { Quirks.table.first { $0.quirk == self }?.effect ?? "" }

  /// The quirks that not every reader of images knows: those added since the format's first
  /// version. An image of a machine with one of them on names it among the features it needs.
  static let features = named.dropFirst(17)

  /// All of them.
  static let all = named.reduce(into: Quirks()) { $0.formUnion($1.quirk) }

  /// The names of all quirks, as a sentence lists them.
  package static var nameList: String { named.map(\.name).joined(separator: ", ") }

  /// The quirk of that name.
  public init?(named name: String) {
    guard let quirk = Quirks.named.first(where: { $0.name == name })?.quirk else { return nil }
    self = quirk
  }
}

extension Quirks {
  /// How far Fx55 and Fx65 move I.
  func indexStep(past x: UInt8) -> UInt16 {
    if contains(.memoryLeaveIUnchanged) { return 0 }
    return UInt16(x) + (contains(.memoryIncrementByX) ? 0 : 1)
  }
}
