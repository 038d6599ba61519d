import Chip8Core
import SaveState

/// Answers a program's calls: from the directory that the user has given it, or as a recording says.
/// Everything is checked before anything changes, and whatever is wrong is a status for the program:
/// docs/HOST-CALLS.md.
public struct Host: Sendable {
  /// Where answers come from.
  private enum Source {
    /// The program was given no directory.
    case nowhere
    case directory(SandboxedDirectory)
    case recording([RecordedCall].SubSequence)
  }

  /// What becomes of a call.
  public enum Outcome: Sendable {
    /// The program continues, and its call comes to this: apply ``InputEvent/hostAnswer(_:)``.
    case finished(HostStatus)
    /// The program has saved itself and leaves: it is ``Chip8/suspended`` now.
    case exits
    /// Another machine replaces this one.
    case restores(Restoration)
  }

  private var source: Source
  /// Files that are needed: the program may not replace them.
  public var inputs = InputFiles()

  /// The host of programs without a directory.
  public static let none = Host(source: .nowhere)

  private init(source: Source) { self.source = source }

  /// A host that keeps images in a directory, which has to be there.
  public init(directory path: String) throws(StorageError) {
    source = .directory(try SandboxedDirectory(path))
  }

  /// A host that answers as it did when a session was recorded.
  public init(replaying calls: [RecordedCall]) { source = .recording(calls[...]) }

  /// Whether programs have a host. Their machines then need ``Chip8/allowHostCalls()``.
  public var isAvailable: Bool {
    if case .nowhere = source { false } else { true }
  }

  /// The directory, if there is one.
  public var directory: String? {
    if case .directory(let directory) = source { directory.path } else { nil }
  }

  /// Answers a machine's pending call.
  ///
  /// - Parameters:
  ///   - older: the image that the machine came from.
  ///   - metadata: the metadata of a saved image; nil for that of the older one.
  ///   - past: how the suspended machine has come where it is, if that is known.
  /// - Throws: only if a recording is not one of this session.
  public mutating func answer(
    _ call: HostCall, of machine: Chip8, preservingUnknownSectionsOf older: Image? = nil,
    _ metadata: SessionMetadata? = nil, past: () -> Past<Chip8>? = { nil }
  ) throws(ReplayError) -> Outcome {
    let reply = try reply(to: call, of: machine, preservingUnknownSectionsOf: older, metadata, past)
    if case .save(.exit) = call.operation, case .finished(.done) = reply { return .exits }
    return reply
  }

  private mutating func reply(
    to call: HostCall, of machine: Chip8, preservingUnknownSectionsOf older: Image?,
    _ metadata: SessionMetadata?, _ past: () -> Past<Chip8>?
  ) throws(ReplayError) -> Outcome {
    switch source {
    case .nowhere: return .finished(.denied)
    case .recording(let calls):
      guard let next = calls.first, next.isRecord(of: call) else { throw .otherSession }
      source = .recording(calls.dropFirst())
      return try next.reply(to: call)
    case .directory(let directory):
      do throws(HostStatus) {
        return try directory.reply(
          to: call, of: machine, older, metadata, past, apartFrom: inputs)
      } catch { return .finished(error) }
    }
  }
}

/// A machine that is to take another one's place.
public struct Restoration: Sendable {
  /// The file's path, for messages only.
  public let path: String
  /// What the file holds.
  public let image: Image
  /// With its host, and with its arguments, but not run yet.
  public let machine: Chip8
  /// What the program in it is handed.
  public let arguments: [String]

  /// A machine that was made from an image, and whose program is handed nothing.
  init(_ image: Image, _ machine: Chip8, path: String) {
    (self.image, self.machine, self.path, arguments) = (image, machine, path, [])
  }

  /// Makes a machine from an image, or finds out why that cannot be.
  init(
    _ bytes: [UInt8], path: String, arguments: [String]
  ) throws(HostStatus) {
    var machine: Chip8
    do throws(ImageError) {
      image = try Image(bytes)
      machine = try image.machine()
    } catch { throw HostStatus(refusing: error) }
    machine.allowHostCalls()
    do throws(InputError) { try machine.apply(.arguments(arguments)) } catch {
      throw .notSuspended
    }
    self.machine = machine
    self.path = path
    self.arguments = arguments
  }
}

extension HostStatus {
  fileprivate init(refusing error: ImageError) {
    self =
      switch error {
      case .unknownRevision, .otherMachine, .unknownSection, .unknownFeature, .unknownVersion,
        .missingProgram, .missingParent:
        .otherImage
      default: .damagedImage
      }
  }

  fileprivate init(_ refusal: SandboxedDirectory.Refusal) {
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

extension SandboxedDirectory {
  fileprivate func reply(
    to call: HostCall, of machine: Chip8, _ older: Image?, _ metadata: SessionMetadata?,
    _ past: () -> Past<Chip8>?, apartFrom inputs: InputFiles
  ) throws(HostStatus) -> Host.Outcome {
    switch call.operation {
    case .arguments: return .finished(.done)
    case .save:
      var image = Image(of: machine.suspended, preservingUnknownSectionsOf: older)
      metadata?.put(into: &image, of: machine)
      image.setPast(past())
      do throws(Refusal) { try replace(call.name, with: image, apartFrom: inputs) } catch {
        throw HostStatus(error)
      }
      return .finished(.done)
    case .restore(let arguments):
      let bytes: [UInt8]
      do throws(Refusal) { bytes = try read(call.name, limit: Image.maxByteCount) } catch {
        throw HostStatus(error)
      }
      return .restores(
        try Restoration(bytes, path: "\(path)/\(call.name)", arguments: arguments))
    }
  }
}
