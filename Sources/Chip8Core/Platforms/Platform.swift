/// The machines of the CHIP-8 family. Each is a row of the table below; what its
/// quirks do is in `Quirks.swift`. Sources: docs/SOURCES.md.
public enum Platform: String, CaseIterable, Sendable {
  /// CHIP-8 on the COSMAC VIP, 1977.
  case vip
  /// CHIP-8 as today's players run it: the VIP's without VF reset and display wait.
  case chip8
  /// CHIP-48 on the HP 48, 1990.
  case chip48
  /// SUPER-CHIP 1.0 on the HP 48, 1991.
  case schip10
  /// SUPER-CHIP 1.1 on the HP 48, 1991.
  case schip11
  /// SUPER-CHIP as Octo plays it.
  case schip
  /// XO-CHIP, 2014.
  case xochip
  /// CHIP-8 on the COSMAC VIP with two pages of display, 64×64 pixels, 1979.
  case hires
}

// MARK: - The table

extension Platform {
  /// A row of the table. What has a value here is what most machines have.
  private struct Row {
    let title: String
    let fileCode: UInt8
    let extensions: Extensions
    let font: Font
    let instructionsPerFrame: Int
    let maxProgramByteCount: Int
    var entryPoint = Chip8.programStart
    var ramByteCount = 4096
    var maxStackCount = 16
    var flagCount = 0
    var framesPerSecond = 60
    var display = DisplaySize(width: 64, height: 32)
    var planeCount = 1
    var clock: VIPClock?
    var quirks: Quirks = []
    /// Whether people write programs for it today.
    var isTarget = false
    /// How the names of files with programs for it alone end.
    var fileExtension: StaticString?
  }

  private var row: Row {
    switch self {
    case .vip:
      Row(
        title: "COSMAC VIP", fileCode: 0, extensions: [.onePage, .machineCode], font: .vip,
        // The VIP keeps its display and its stack after the program.
        instructionsPerFrame: 15, maxProgramByteCount: 3232, maxStackCount: 12, clock: .vip,
        quirks: [.logic, .vblank, .keyWaitBeeps])
    case .chip8:
      Row(
        title: "CHIP-8", fileCode: 1, extensions: [.onePage, .machineCode], font: .octo,
        instructionsPerFrame: 12, maxProgramByteCount: 3584, isTarget: true)
    case .chip48:
      Row(
        title: "CHIP-48", fileCode: 2, extensions: .onePage, font: .octo,
        instructionsPerFrame: 15, maxProgramByteCount: 3583, framesPerSecond: 64,
        quirks: [
          .shift, .memoryIncrementByX, .jump, .vblank, .indexOverflowFaults, .keyWaitBeeps,
        ])
    case .schip10:
      Row(
        title: "SUPER-CHIP 1.0", fileCode: 3, extensions: [.onePage, .superChip10],
        font: .schip10,
        instructionsPerFrame: 15, maxProgramByteCount: 3583, flagCount: 8, framesPerSecond: 64,
        display: .withHires,
        quirks: [
          .shift, .memoryIncrementByX, .jump, .vblank, .doubledLores, .indexOverflowFaults,
          .keyWaitBeeps,
        ])
    case .schip11:
      Row(
        title: "SUPER-CHIP 1.1", fileCode: 4,
        extensions: [.onePage, .superChip10, .scrolls], font: .schip11,
        instructionsPerFrame: 30, maxProgramByteCount: 3583, flagCount: 8, framesPerSecond: 64,
        display: .withHires,
        quirks: [
          .shift, .memoryLeaveIUnchanged, .jump, .vblank, .rowCollisions, .doubledLores,
          .scrollZeroExits, .indexOverflowFaults, .keyWaitBeeps,
        ])
    case .schip:
      Row(
        title: "SUPER-CHIP", fileCode: 5, extensions: [.onePage, .superChip10, .scrolls],
        font: .octo,
        instructionsPerFrame: 30, maxProgramByteCount: 3583, flagCount: 8, display: .withHires,
        quirks: [
          .shift, .memoryLeaveIUnchanged, .jump, .loresBigSprites, .resolutionClears, .indexWraps,
        ], isTarget: true, fileExtension: "sc8")
    case .xochip:
      Row(
        title: "XO-CHIP", fileCode: 6,
        extensions: [.onePage, .superChip10, .scrolls, .xoChip], font: .octo,
        instructionsPerFrame: 1000, maxProgramByteCount: 65024, ramByteCount: 65536,
        flagCount: Platform.maxFlagCount, display: .withHires, planeCount: 2,
        quirks: [.wrap, .loresBigSprites, .resolutionClears], isTarget: true, fileExtension: "xo8")
    case .hires:
      Row(
        title: "two-page CHIP-8", fileCode: 7, extensions: [.twoPage, .machineCode], font: .vip,
        // The program is loaded on a VIP, which has room for no more.
        instructionsPerFrame: 15, maxProgramByteCount: 3232, entryPoint: TwoPage.entryPoint,
        maxStackCount: 12, display: DisplaySize(width: 64, height: 64), clock: .twoPage,
        quirks: [.logic, .vblank, .keyWaitBeeps])
    }
  }

  /// The pixels of a display: of the largest screen that a machine has.
  package struct DisplaySize {
    package let width: Int
    package let height: Int

    /// Of machines with a screen of 128×64 pixels beside that of 64×32.
    static let withHires = DisplaySize(width: 128, height: 64)
  }
}

// MARK: - The columns

extension Platform {
  /// The names of all platforms, as a sentence lists them.
  package static var nameList: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// A name for people.
  public var title: String { row.title }

  /// The platform's code in images.
  var fileCode: UInt8 { row.fileCode }

  init?(fileCode: UInt8) {
    guard let platform = Platform.allCases.first(where: { $0.fileCode == fileCode }) else {
      return nil
    }
    self = platform
  }

  /// The machines that people write for today, the smallest first.
  static let targets = allCases.filter(\.row.isTarget)

  /// How the names of files with programs for it alone end, after a dot.
  package var fileExtension: String? { row.fileExtension?.description }

  /// The instructions that it has beside those that all machines have.
  public var extensions: Extensions { row.extensions }

  /// The digits in RAM at power-on.
  public var font: Font { row.font }

  /// Default instructions per frame.
  public var instructionsPerFrame: Int { row.instructionsPerFrame }

  /// The largest program, in bytes.
  public var maxProgramByteCount: Int { row.maxProgramByteCount }

  /// The size of the largest program of any platform, in bytes.
  package static let largestProgramByteCount = allCases.map(\.maxProgramByteCount).max() ?? 0

  /// Where programs begin.
  public var entryPoint: Int { row.entryPoint }

  /// Bytes of RAM, a power of two.
  public var ramByteCount: Int { row.ramByteCount }

  /// How many calls deep a program may be.
  public var maxStackCount: Int { row.maxStackCount }

  /// The most that ``flagCount`` is.
  package static let maxFlagCount = 16

  /// How many registers Fx75 and Fx85 can keep.
  public var flagCount: Int { row.flagCount }

  /// Frames in a second.
  public var framesPerSecond: Int { row.framesPerSecond }

  /// What there is to draw on.
  package var display: DisplaySize { row.display }

  /// Whether there is a screen of 128×64 pixels beside that of 64×32.
  public var hasHires: Bool { display.width == 128 }

  /// How many bit planes the display has.
  public var planeCount: Int { row.planeCount }

  /// A bit for each of them, as instructions select them.
  var planeMask: UInt8 { 1 << UInt8(planeCount) - 1 }

  /// How long the machine's instructions take, if it can count that.
  var clock: VIPClock? { row.clock }

  /// Whether the machine can count its time in cycles.
  public var hasCycles: Bool { clock != nil }

  /// The names of those that can, as a sentence has them.
  package static func cycleNames(_ conjunction: String) -> String {
    allCases.filter(\.hasCycles).map(\.rawValue).joined(separator: " \(conjunction) ")
  }

  /// What the machine does where machines differ.
  public var quirks: Quirks { row.quirks }
}
