import ArgumentParser
import Chip8Core
import SaveState

/// A place in the program: an address, or a label that its symbols tell the address of.
enum Place: ExpressibleByArgument, Equatable {
  case address(Int)
  case label(String)

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    self = number(argument).map(Place.address) ?? .label(argument)
  }
}

struct HostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Let the program keep images of itself in a folder.", valueName: "DIR"))
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
    return try hostCalls.map { try Host(folder: $0) } ?? .none
  }

  /// The addresses of the goals.
  func goals(_ names: AddressNames) throws -> [Int] {
    try goal.map { try names.address(of: $0, for: "--goal") }
  }
}

extension Opening {
  /// Hands the program in an image what it is to do and to know before it goes on.
  mutating func prepare(goals: [Int], arguments: [String], path: String) throws(Failure) {
    try machine.addGoals(goals)
    do throws(Arguments.Refusal) {
      try machine.wake(arguments: arguments)
    } catch {
      if case .notAsleep = error { throw .data(path, error) }
      throw .usage(error.description)
    }
  }
}

extension Chip8 {
  /// Calls subroutines in their order before the program goes on.
  mutating func addGoals(_ goals: [Int]) throws(Failure) {
    for goal in goals {
      do throws(GoalError) {
        try addGoal(goal)
      } catch { throw .usage("--goal: \(error)") }
    }
  }
}
