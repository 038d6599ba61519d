import ArgumentParser
import Chip8Core
import Chip8Player

struct MachineOptions: ParsableArguments {
  @Option(help: "Platform; auto detects it from the program.")
  var platform: PlatformChoice = .auto

  @Option(
    help: .value("NAME=on|off", "Override one of the platform's quirks."),
    transform: { try QuirkChoice(argument: $0) })
  var quirk: [QuirkChoice] = []

  @Option(parsing: .unconditional, help: .value("N", "Instructions per frame.")) var ipf: Int?

  @Option(help: "Frame timing: instructions or COSMAC VIP cycles (vip and hires only).")
  var timing: Configuration.Timing?

  @Option(parsing: .unconditional, help: .value("N", "Seed of the random number generator."))
  var seed: UInt64?

  @Option(help: .value("ADDR=BYTE[,BYTE...]", "Write to RAM before the first instruction."))
  var poke: [Poke] = []

  @Option(
    help:
      "Execution engine; auto, the default, is the fastest that runs here. Results are the same.")
  var engine: EngineChoice?

  @OptionGroup var dependencies: DependencyOptions

  func validateCombination() throws {
    if let ipf, !Configuration.instructionsPerFrameRange.contains(ipf) {
      throw ValidationError(
        "--ipf takes \(Configuration.instructionsPerFrameText) instructions per frame, not \(ipf).")
    }
    if timing == .cycles, ipf != nil {
      throw ValidationError("--timing cycles and --ipf cannot be combined.")
    }
  }

  /// What is wanted of the machine.
  var request: MachineRequest {
    var request = MachineRequest()
    if case .platform(let platform) = platform { request.platform = platform }
    request.quirks = quirk
    request.instructionsPerFrame = ipf
    request.timing = timing
    request.seed = seed
    request.pokes = poke
    request.engine = (engine ?? .auto).kind
    request.dependencies = dependencies.paths
    return request
  }
}
