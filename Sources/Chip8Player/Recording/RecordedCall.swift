import Chip8Core

/// A call and its answer. With the keys and the machine to begin with, that is all that a session
/// depends on.
public struct RecordedCall: Sendable {
  /// What was requested.
  public enum Operation: String, Sendable {
    /// An image of the machine.
    case save
    /// Another image in place of the machine.
    case restore

    /// Nil for what the machine answers itself.
    package init?(_ operation: HostCall.Operation) {
      switch operation {
      case .save: self = .save
      case .restore: self = .restore
      case .arguments: return nil
      }
    }
  }

  /// What was requested.
  public let operation: Operation
  /// The file.
  public let name: String
  /// What it came to: ``HostStatus/restored`` if an image was restored.
  public let status: HostStatus
  /// The file that was restored, if one was.
  public let image: [UInt8]?

  /// A call and its answer, or nil if they do not go together.
  public init?(_ operation: Operation, _ name: String, _ status: HostStatus, image: [UInt8]?) {
    // An image is what a call is answered with if and only if it restores one.
    guard
      HostCall.isName(name.utf8),
      (image != nil) == (operation == .restore && status == .restored)
    else { return nil }
    (self.operation, self.name, self.status, self.image) = (operation, name, status, image)
  }

  func isRecord(of call: HostCall) -> Bool {
    operation == Operation(call.operation) && name == call.name
  }

  func reply(to call: HostCall) throws(ReplayError) -> Host.Outcome {
    guard let image, case .restore(let arguments) = call.operation else { return .finished(status) }
    do throws(HostStatus) {
      return .restores(try Restoration(image, path: name, arguments: arguments))
    } catch { throw .unusableImage(name) }
  }
}

/// Why a recording cannot be replayed.
public enum ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The program makes a call that was not recorded here.
  case otherSession
  /// The image that was restored cannot be used.
  case unusableImage(String)

  /// One sentence for the user, without the recording's name.
  public var description: String {
    switch self {
    case .otherSession:
      "the program makes a host call that is not in the recording, which is of another session"
    case .unusableImage(let name):
      "the recorded image \(name) cannot be used"
    }
  }
}
