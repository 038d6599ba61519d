import Chip8Core
import SaveState

/// A slot as a list shows it.
public struct SlotSummary: Sendable {
  /// The slot.
  public let slot: SlotName
  /// What is in it; nil if it is empty and only has versions.
  public let current: StateSummary?
  /// The numbers of its versions, the newest first.
  public let versions: [Int]

  package init(_ slot: SlotName, of slots: Slots) throws(StorageError) {
    self.slot = slot
    current = StateSummary(slot, of: slots)
    versions = try slots.versions(of: slot)
  }

  /// All slots of a program, the last saved ones first.
  package static func all(_ slots: Slots) throws(StorageError) -> [SlotSummary] {
    var all: [SlotSummary] = []
    for slot in try slots.names() { all.append(try SlotSummary(slot, of: slots)) }
    return all.sorted { ($1.time, $0.slot) < ($0.time, $1.slot) }
  }

  /// The time of saving. States without one come last.
  fileprivate var time: UInt64 { current?.time ?? 0 }
}

/// A state in a slot, or an earlier version, as a list shows it.
public struct StateSummary: Sendable {
  /// The contents of a state that can be used.
  public struct Contents: Sendable {
    /// When it was saved, in seconds since 1970; nil if unknown.
    public let time: UInt64?
    /// The user's note, if there is one.
    public let note: String?
    /// The program in it.
    public let program: Program
    /// The machine's platform.
    public let platform: Platform
    /// How long the machine has been on, in its own time.
    public let machineTime: String
    /// Frames completed since power-on.
    public let frames: UInt64
    /// Instructions executed since power-on.
    public let instructions: UInt64
    /// What the screen shows.
    public let screen: Screen
  }

  /// The file.
  public let file: Slots.File
  /// The number of an earlier version, nil for what is in the slot.
  public let version: Int?
  /// What is in the file; nil if it cannot be used.
  public let contents: Contents?
  /// Why the state cannot be used, if it cannot, without the name of its file.
  public let damage: String?

  /// Reads a state; nil if there is none.
  package init?(_ slot: SlotName, version: Int? = nil, of slots: Slots) {
    let path = slots.path(slot, version: version)
    self.version = version
    var file: Slots.File?
    var contents: Contents?
    var damage: String?
    do throws(StorageError) {
      file = try slots.file(slot, version: version)
      contents = try Contents(slots.image(slot, version: version), in: path)
    } catch {
      switch error.reason {
      case .slot(.empty), .slot(.noVersion): return nil
      case .image(let error): damage = "\(error)"
      case .otherProgram(let name): damage = "it belongs to another program, \"\(name)\""
      default: damage = "\(error)"
      }
    }
    self.file = file ?? Slots.File(path: path, byteCount: 0, isLocked: false)
    (self.contents, self.damage) = (contents, damage)
  }

  package var time: UInt64? { contents?.time }
}

extension StateSummary.Contents {
  init(_ image: Image, in path: String) throws(StorageError) {
    let machine: Chip8 = try image.machine(in: path)
    program = machine.program
    platform = machine.state.configuration.platform
    machineTime = machine.machineTime
    (frames, instructions) = (machine.state.frames, machine.state.instructions)
    screen = machine.state.screen
    // Damage to these sections does no harm to the state.
    time = try? image.time()
    note = try? image.note()
  }
}

extension Chip8 {
  /// How long the machine has been on, in its own time.
  package var machineTime: String {
    state.configuration.platform.time(ofFrames: state.frames)
  }
}

extension Platform {
  /// The duration of frames, in hours, minutes and seconds.
  package func time(ofFrames frames: UInt64) -> String {
    let seconds = frames / UInt64(framesPerSecond)
    func two(_ number: UInt64) -> String { "\(number)".padded(before: 2, with: "0") }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
