import ArgumentParser
import Chip8Player

struct HostOptions: ParsableArguments {
  @Option(help: .value("DIR", "Let the program save and restore images in a directory."))
  var hostCalls: String?

  @Option(
    name: [.customLong("call"), .customLong("goal")],
    help: .value(
      "ADDR|LABEL",
      "Call a subroutine before the program continues: in the restored state, or else in the one "
        + "that --save writes."))
  var entryCalls: [Place] = []

  /// The program's host.
  ///
  /// - Parameters:
  ///   - recording: the recording that is replayed, if any.
  ///   - path: the recording's file.
  func host(replaying recording: Recording?, from path: String?) throws -> Host {
    if let calls = recording?.calls, let path {
      guard hostCalls == nil else {
        throw Failure.usage(
          "--host-calls cannot be combined with \(fileName(path)), which replays all host calls")
      }
      return Host(replaying: calls)
    }
    return try hostCalls.map { try Host(directory: $0) } ?? .none
  }

  func entryCalls(_ names: AddressNames) throws -> [Int] {
    try entryCalls.map { try names.address(of: $0, for: .entryCall) }
  }
}
