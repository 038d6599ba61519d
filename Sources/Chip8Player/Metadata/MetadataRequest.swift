import Chip8Core
import Octo
import SaveState

/// How a machine is to be shown, played and watched. It is saved in every image of the
/// machine, and takes precedence over what an image says.
public struct MetadataRequest: Sendable {
  /// The colours of the pixel values from 0 on, as 0xRRGGBB: two to four, or none.
  public var colors: [UInt32] = []
  /// How far the picture is turned clockwise, in degrees: one of ``SessionMetadata/rotations``.
  public var rotation: Int?
  /// How fast frames go by, in percent: ``SessionMetadata/speedRange``.
  public var speed: Int?
  /// Keys of the keyboard that are others than usual, by ascending usages, none twice.
  public var keys: [KeyAssignment] = []
  /// More of them. Where ``keys`` replace all that an image says, these are added to it.
  public var moreKeys: [KeyAssignment] = []
  /// The file with the names of the program's addresses.
  public var symbolsPath: String?
  /// Before which instructions the machine stops.
  public var breakpoints: [Place] = []
  /// After what changes the machine stops.
  public var watchpoints: [WatchedPlace] = []
  /// Whether what images say of all that is not wanted.
  public var forgetsSaved = false

  /// Wants nothing in particular.
  public init() {}

  /// What this says, with addresses for labels.
  ///
  /// - Parameters:
  ///   - beneath: what holds where it says nothing.
  ///   - inputs: to what is added which files it names.
  package func given(
    for machine: Chip8, over beneath: SessionMetadata, _ inputs: inout InputFiles
  ) throws -> SessionMetadata {
    var given = SessionMetadata()
    if let symbolsPath {
      let file = try Symbols(contentsOf: symbolsPath, for: machine.program, &inputs)
      given.labels = try Labels(file, symbolsPath)
    }
    given.speed = speed
    given.rotation = rotation
    given.keys = keys.over(moreKeys)
    if keys.isEmpty, !moreKeys.isEmpty { given.keys = moreKeys.over(beneath.keys) }
    if !colors.isEmpty {
      let others = Appearance(for: machine.program, beneath).colors
      given.colors = colors + others.dropFirst(colors.count)
    }
    let names = given.over(beneath).names
    let ramByteCount = machine.state.ram.count
    given.breakpoints = Set(
      try breakpoints.map {
        try names.range(of: $0, byteCount: 1, within: ramByteCount, for: .breakpoint).address
      }
    ).sorted()
    given.watchpoints = Set(
      try watchpoints.map {
        try names.range(
          of: $0.place, byteCount: $0.byteCount, within: ramByteCount, for: .watchpoint)
      }
    ).sorted()
    return given
  }

  /// What holds for any program: points and names were for one.
  public var forAnotherProgram: MetadataRequest {
    var request = self
    request.symbolsPath = nil
    request.breakpoints = []
    request.watchpoints = []
    return request
  }
}

/// Bytes of the RAM whose changes are watched.
public struct WatchedPlace: Hashable, Sendable {
  /// Where they begin.
  public let place: Place
  /// How many they are, at least one.
  public let byteCount: Int

  /// These bytes.
  public init(_ place: Place, byteCount: Int = 1) {
    (self.place, self.byteCount) = (place, byteCount)
  }
}

extension Labels {
  /// The labels of a program, without those past the end of the memory and those of more than 255
  /// bytes.
  ///
  /// - Parameter path: the file that they come from.
  package init(_ symbols: Symbols, _ path: String) throws {
    let labels = symbols.labels.compactMap { name, address in
      UInt16(exactly: address).flatMap { Label(name, at: $0) }
    }
    guard let all = Labels(labels) else {
      throw PlayerError.contents(path: path, ContentsError.tooManyLabels)
    }
    self = all
  }
}
