/// How a machine is shown, played and watched. None of that influences what becomes of it, so it is
/// not part of the state, but beside it in an image. Whatever is nil or empty was not set, and
/// is as the program has it, or as usual.
public struct Settings: Hashable, Sendable {
  /// How fast frames go by, in percent of the platform's own rate: ``speedRange``.
  public var speed: Int?
  /// The colours of the pixel values 0 to 3, as 0xRRGGBB; four, or none.
  public var colors: [UInt32] = []
  /// How far the picture is turned clockwise, in degrees: one of ``rotations``.
  public var rotation: Int?
  /// Keys of the keyboard that are others than usual, by ascending usages, none twice.
  public var keys: [KeyAssignment] = []
  /// Before which instructions the machine stops: addresses in ascending order, none twice.
  public var breakpoints: [UInt16] = []
  /// After what changes the machine stops, in ascending order, none twice.
  public var watchpoints: [Watchpoint] = []

  /// The speeds that there are, in percent.
  public static let speedRange = 10...1000
  /// The ways in which a picture can be turned, in degrees.
  public static let rotations = [0, 90, 180, 270]
  /// How many breakpoints there are at most, and how many watchpoints.
  public static let maxPointCount = 256

  /// Settings that say nothing.
  public init() {}

  /// Whether they say nothing.
  public var isEmpty: Bool { self == Settings() }

  /// These, and what others say of all that these do not.
  public func over(_ others: Settings) -> Settings {
    var all = self
    all.speed = speed ?? others.speed
    if colors.isEmpty { all.colors = others.colors }
    all.rotation = rotation ?? others.rotation
    if keys.isEmpty { all.keys = others.keys }
    if breakpoints.isEmpty { all.breakpoints = others.breakpoints }
    if watchpoints.isEmpty { all.watchpoints = others.watchpoints }
    return all
  }
}

/// What a key of the keyboard is on the keypad.
public struct KeyAssignment: Hashable, Sendable {
  /// The key, by its place on the keyboard: its usage of page 7 in the USB HID usage tables, which is
  /// SDL's scancode too. One for which ``isUsage(_:)`` holds.
  public let usage: UInt8
  /// The key of the keypad, 0 to 15; nil if it is none.
  public let key: UInt8?

  /// An assignment as it is.
  public init(usage: UInt8, key: UInt8?) {
    self.usage = usage
    self.key = key
  }

  /// Whether keys of that usage can be assigned: those that write something, the arrows and the
  /// block above them, and the number pad, but none that commands are given with.
  public static func isUsage(_ usage: UInt8) -> Bool {
    switch usage {
    case 4...40, 42, 44...49, 51...56, 73...82, 84...99: true
    default: false
    }
  }
}

/// Bytes of the RAM whose changes are watched.
public struct Watchpoint: Hashable, Comparable, Sendable {
  /// Where they begin.
  public let address: UInt16
  /// How many they are, at least one.
  public let byteCount: UInt16

  /// These bytes.
  public init(address: UInt16, byteCount: UInt16 = 1) {
    self.address = address
    self.byteCount = byteCount
  }

  /// By addresses first.
  public static func < (a: Watchpoint, b: Watchpoint) -> Bool {
    (a.address, a.byteCount) < (b.address, b.byteCount)
  }

  /// The addresses.
  public var range: Range<Int> { Int(address)..<Int(address) + Int(byteCount) }
}

/// What an address is called.
public struct Label: Hashable, Comparable, Sendable {
  /// The address.
  public let address: UInt16
  /// The name, 1 to 255 bytes of UTF-8.
  public let name: String

  /// A name for an address; nil if it is empty or too long.
  public init?(_ name: String, at address: UInt16) {
    guard (1...255).contains(name.utf8.count) else { return nil }
    self.address = address
    self.name = name
  }

  /// Equal if the bytes are: names are bytes before they are text.
  public static func == (a: Label, b: Label) -> Bool {
    a.address == b.address && a.name.utf8.elementsEqual(b.name.utf8)
  }

  /// By what makes labels equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(address)
    for byte in name.utf8 { hasher.combine(byte) }
  }

  /// By addresses, then by the bytes of the names.
  public static func < (a: Label, b: Label) -> Bool {
    a.address == b.address
      ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.address < b.address
  }
}

/// What the addresses of a program are called: as many names as an image has room for.
public struct Labels: Hashable, Sendable {
  /// In ascending order, none twice.
  public let all: [Label]

  /// The most bytes of names that there can be, with their addresses.
  public static let maxByteCount = 4 << 20

  /// No names.
  public init() { all = [] }

  /// These names; nil if they are too many.
  public init?(_ labels: some Sequence<Label>) {
    let sorted = Set(labels).sorted()
    guard sorted.reduce(0, { $0 + $1.byteCount }) <= Labels.maxByteCount else { return nil }
    all = sorted
  }
}

extension Label {
  /// How many bytes it has in an image.
  fileprivate var byteCount: Int { 3 + name.utf8.count }
}
