import Chip8Core
import SaveState

/// Answers a program's calls: from the folder that the user has given it, or as a recording says.
/// Everything is checked before anything changes, and whatever is wrong is a status for the program.
struct Host {
  /// Where answers come from.
  private enum Source {
    /// Nobody has given the program a folder.
    case nowhere
    case folder(SealedFolder)
    case recording([RecordedCall].SubSequence, path: String)
  }

  /// What becomes of a call.
  enum Outcome {
    /// The program goes on, and its call comes to this.
    case finished(HostStatus)
    /// The program has saved itself and leaves.
    case exits
    /// Another machine takes the place of this one.
    case restores(Restoration)
  }

  private var source: Source
  /// Every call so far with its answer.
  private(set) var answered: [RecordedCall] = []

  /// The host of programs without a folder.
  static let none = Host(source: .nowhere)

  private init(source: Source) { self.source = source }

  /// A host that keeps images in a folder.
  init(folder path: String) throws(StorageError) {
    source = .folder(try SealedFolder(path))
  }

  /// A host that answers as it did when a session was recorded.
  init(replaying calls: [RecordedCall], from path: String) {
    source = .recording(calls[...], path: path)
  }

  /// Whether programs are to find a host.
  var isThere: Bool {
    if case .nowhere = source { false } else { true }
  }

  /// The option with which another process has the same host.
  var options: [String] {
    if case .folder(let folder) = source { ["--host-calls=\(folder.path)"] } else { [] }
  }

  /// Answers a call at which a machine stands.
  ///
  /// - Parameter older: the image that the machine came from.
  /// - Throws: only if a recording is not one of this session.
  mutating func answer(
    _ call: HostCall, of machine: Chip8, carrying older: Image?
  ) throws(Failure) -> Outcome {
    let reply = try reply(to: call, of: machine, carrying: older)
    answered.append(reply.record(of: call))
    switch (call.operation, reply) {
    case (.save(.exit), .status(.done)): return .exits
    case (_, .status(let status)): return .finished(status)
    case (_, .image(let restoration)): return .restores(restoration)
    }
  }

  private mutating func reply(
    to call: HostCall, of machine: Chip8, carrying older: Image?
  ) throws(Failure) -> Reply {
    switch source {
    case .nowhere: return .status(.denied)
    case .recording(let calls, let path):
      guard let next = calls.first, next.isRecord(of: call) else {
        throw .data(
          path,
          "the program calls its host where this recording does not: it is of another session, or "
            + "ends before")
      }
      source = .recording(calls.dropFirst(), path: path)
      return try next.reply(to: call, from: path)
    case .folder(let folder):
      do throws(HostStatus) {
        switch call.operation {
        case .arguments: return .status(.done)
        case .save:
          let image = Image(of: machine.asleep, carrying: older)
          try folder.replacing(call.name, with: image.bytes)
          return .status(.done)
        case .restore(let arguments):
          return .image(
            try Restoration(
              try folder.reading(call.name), name: call.name, path: "\(folder.path)/\(call.name)",
              arguments: arguments))
        }
      } catch { return .status(error) }
    }
  }
}

/// What a call is answered with.
enum Reply {
  case status(HostStatus)
  case image(Restoration)
}

/// A machine that is to take another one's place.
struct Restoration {
  let name: String
  let path: String
  let bytes: [UInt8]
  let image: Image
  /// With its host, and with its arguments, but not run yet.
  let machine: Chip8
  let arguments: [String]

  /// Makes a machine from an image, or finds out why that cannot be.
  init(
    _ bytes: [UInt8], name: String, path: String, arguments: [String]
  ) throws(HostStatus) {
    var machine: Chip8
    do throws(ImageError) {
      image = try Image(bytes)
      machine = try image.machine()
    } catch { throw HostStatus(refusing: error) }
    machine.allowHostCalls()
    do throws(Arguments.Refusal) {
      try machine.wake(arguments: arguments)
    } catch { throw .notAsleep }
    self.machine = machine
    self.name = name
    self.path = path
    self.bytes = bytes
    self.arguments = arguments
  }
}

extension Restoration {
  /// Tells the user if the machine will not go on as it would have where it was saved. What it was
  /// given here has no part in that.
  func warnOfDrift() {
    guard let machine = try? image.machine() as Chip8 else { return }
    image.warnOfDrift(machine, in: path)
  }
}

extension HostStatus {
  fileprivate init(refusing error: ImageError) {
    self =
      switch error {
      case .unknownRevision, .otherMachine, .unknownSection, .unknownFeature, .unknownVersion,
        .missingProgram, .missingBase:
        .otherImage
      default: .damagedImage
      }
  }

  fileprivate init(_ refusal: SealedFolder.Refusal) {
    self =
      switch refusal {
      case .denied: .denied
      case .noSuchFile: .noSuchFile
      case .notAFile: .notAFile
      case .tooManyFiles: .tooManyFiles
      case .tooManyBytes: .tooManyBytes
      case .notRead: .notRead
      case .notWritten: .notWritten
      }
  }
}

extension SealedFolder {
  fileprivate func reading(_ name: String) throws(HostStatus) -> [UInt8] {
    do throws(Refusal) {
      return try read(name, limit: Image.byteCountMax)
    } catch { throw HostStatus(error) }
  }

  fileprivate func replacing(_ name: String, with bytes: [UInt8]) throws(HostStatus) {
    do throws(Refusal) {
      try replace(name, with: bytes)
    } catch { throw HostStatus(error) }
  }
}
