import ArgumentParser
import Chip8Player

struct HostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Let the program keep images of itself in a directory.", valueName: "DIR"))
  var hostCalls: String?

  @Option(
    help: ArgumentHelp(
      "Call a subroutine before the program goes on: of a state that is restored, or else of the "
        + "one that --save writes.", valueName: "ADDR|LABEL"))
  var goal: [Place] = []

  /// The host that the program finds.
  ///
  /// - Parameters:
  ///   - recording: what is replayed, if anything.
  ///   - path: the recording's file.
  func host(replaying recording: Recording?, from path: String?) throws -> Host {
    if let calls = recording?.calls, let path {
      guard hostCalls == nil else {
        throw Failure.usage(
          "--host-calls contradicts \(fileName(path)), which brings the answers to all calls")
      }
      return Host(replaying: calls)
    }
    return try hostCalls.map { try Host(directory: $0) } ?? .none
  }

  /// The addresses of the goals.
  func goals(_ names: AddressNames) throws(PlayerError) -> [Int] {
    try goal.map { place throws(PlayerError) in try names.address(of: place, for: .entryCall) }
  }
}
