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
  ///   - input: the movie or recording that is replayed, if any.
  ///   - path: its file.
  func host(replaying input: InputFile?, from path: String?) throws -> Host {
    let calls = input?.recording?.calls
    if calls != nil || input?.movie != nil, let path, hostCalls != nil {
      throw Failure.usage(
        "--host-calls cannot be combined with \(fileName(path)), which replays all host calls")
    }
    if let calls { return Host(replaying: calls) }
    return try hostCalls.map { try Host(directory: $0) } ?? .none
  }

  func entryCalls(_ names: AddressNames) throws -> [Int] {
    try entryCalls.map { try names.address(of: $0, for: .entryCall) }
  }
}
