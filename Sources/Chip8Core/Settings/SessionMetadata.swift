import SaveState

/// How a machine is shown, played and watched, and what its addresses are called. None of that
/// influences what becomes of it, so it is not part of the state, but beside it in an image. Whatever
/// is nil or empty was not set, and is as the program has it, or as usual.
public struct SessionMetadata: Hashable, Sendable {
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
  /// What the addresses are called.
  public var labels = Labels()

  /// The speeds that there are, in percent.
  public static let speedRange = 10...1000
  /// The ways in which a picture can be turned, in degrees.
  public static let rotations = [0, 90, 180, 270]
  /// How many breakpoints there are at most, and how many watchpoints.
  public static let maxPointCount = 256

  /// Metadata that says nothing.
  public init() {}

  /// Whether it says anything but labels, which have a section of their own.
  public var hasSettings: Bool { settings != SessionMetadata() }

  private var settings: SessionMetadata {
    var settings = self
    settings.labels = Labels()
    return settings
  }

  /// This, and what another one says of all that this does not.
  public func over(_ others: SessionMetadata) -> SessionMetadata {
    var all = self
    all.speed = speed ?? others.speed
    if colors.isEmpty { all.colors = others.colors }
    all.rotation = rotation ?? others.rotation
    if keys.isEmpty { all.keys = others.keys }
    if breakpoints.isEmpty { all.breakpoints = others.breakpoints }
    if watchpoints.isEmpty { all.watchpoints = others.watchpoints }
    if labels.all.isEmpty { all.labels = others.labels }
    return all
  }
}

extension SessionMetadata {
  /// What an image says.
  ///
  /// - Throws: why it cannot be read. The machine can be used all the same.
  public init(_ image: Image, of machine: Chip8) throws(ImageError) {
    self = try image.settings(for: machine) ?? SessionMetadata()
    labels = try image.labels()
  }

  /// As much of it as can be read.
  ///
  /// - Parameter isUnreadable: called with the reason why something cannot.
  public init(
    readable image: Image, of machine: Chip8, _ isUnreadable: (ImageError) -> Void = { _ in }
  ) {
    do throws(ImageError) {
      self = try image.settings(for: machine) ?? SessionMetadata()
    } catch {
      self.init()
      isUnreadable(error)
    }
    do throws(ImageError) { labels = try image.labels() } catch { isUnreadable(error) }
  }

  /// Puts it into an image of the machine, which may have carried something else over.
  public func put(into image: inout Image, of machine: Chip8) {
    // What is unchanged stays as it is, also where this version cannot read it.
    let carried = SessionMetadata(readable: image, of: machine)
    if settings != carried { image.setSettings(self) }
    if labels != carried.labels { image.setLabels(labels) }
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
