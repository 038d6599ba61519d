import Chip8Core
import SaveState

/// A slot as a list shows it.
struct SlotSummary {
  let slot: SlotName
  /// What is in it, nil if it is empty and only has versions.
  let current: StateSummary?
  /// The numbers of its versions, the newest first.
  let versions: [Int]

  init(_ slot: SlotName, of slots: Slots) throws(StorageError) {
    self.slot = slot
    current = StateSummary(slot, of: slots)
    versions = try slots.versions(of: slot)
  }

  /// All slots of a program, those that were saved last first.
  static func all(_ slots: Slots) throws(StorageError) -> [SlotSummary] {
    var all: [SlotSummary] = []
    for slot in try slots.names() { all.append(try SlotSummary(slot, of: slots)) }
    return all.sorted { ($1.time, $0.slot) < ($0.time, $1.slot) }
  }

  /// Those that do not say when they were saved come last.
  private var time: UInt64 { current?.time ?? 0 }
}

/// A state in a slot, or one that was in it, as a list shows it.
struct StateSummary {
  /// What is known of a state that can be used.
  struct Contents {
    let time: UInt64?
    let note: String?
    let program: Program
    let platform: Platform
    /// How long the machine has been on, in its own time.
    let machineTime: String
    let frames: UInt64
    let instructions: UInt64
    let screen: Screen
  }

  let file: Slots.File
  /// The number of an earlier version, nil for what is in the slot.
  let version: Int?
  let contents: Contents?
  /// Why the state cannot be used, if it cannot, without the name of its file.
  let damage: String?

  /// Reads a state; nil if there is none.
  init?(_ slot: SlotName, version: Int? = nil, of slots: Slots) {
    let path = slots.path(slot, version: version)
    self.version = version
    var file: Slots.File?
    var contents: Contents?
    var damage: String?
    do {
      file = try slots.file(slot, version: version)
      contents = try Contents(slots.image(slot, version: version), in: path)
    } catch SlotError.empty, SlotError.noVersion {
      return nil
    } catch let error as SlotError {
      damage = error.reason
    } catch {
      damage = "\(error)"
    }
    self.file = file ?? Slots.File(path: path, byteCount: 0, isLocked: false)
    (self.contents, self.damage) = (contents, damage)
  }

  var time: UInt64? { contents?.time }
}

extension StateSummary.Contents {
  init(_ image: Image, in path: String) throws(SlotError) {
    let machine: Chip8
    do throws(ImageError) {
      machine = try image.machine()
    } catch { throw .file(.image(path, error)) }
    program = machine.program
    platform = machine.state.configuration.platform
    machineTime = machine.machineTime
    (frames, instructions) = (machine.state.frames, machine.state.instructions)
    screen = machine.state.screen
    // What is said beside the state can be damaged without doing it any harm.
    time = try? image.time()
    note = try? image.note()
  }
}

extension SlotError {
  /// The sentence without the name of the file.
  fileprivate var reason: String {
    switch self {
    case .file(.image(_, let error)): error.description
    case .otherProgram(_, let name): "it is of another program, \"\(name)\""
    default: description
    }
  }
}
