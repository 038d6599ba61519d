import Chip8Core
import SaveState

/// The machine that the player chooses for a program: it changes at once, and is kept for next time.
extension PlaySession {
  /// The program's own machine, which it gets unless another one is chosen.
  package var ownConfiguration: Configuration {
    if let configuration = player.ownConfiguration { return configuration }
    let program = player.machine.program
    if let detected = detectedConfiguration, detected.program == program.sha1 {
      return detected.configuration
    }
    let configuration = Configuration(for: program)
    detectedConfiguration = (program.sha1, configuration)
    return configuration
  }

  private var configuration: Configuration { player.machine.state.configuration }

  /// Restarts the program on another platform.
  public func setPlatform(_ platform: Platform) {
    let configuration = ownConfiguration.standard(on: platform)
    powerOn(configuration, .restarted(platform), keeps: true)
  }

  /// Continues with other quirks or another speed.
  public func setMachine(quirks: Quirks? = nil, instructionsPerFrame: Int? = nil) {
    let before = configuration
    let changed = player.machine.reconfigured(
      quirks ?? before.quirks,
      instructionsPerFrame: instructionsPerFrame ?? before.instructionsPerFrame)
    guard restart == nil, changed.state.configuration != before else { return }
    writeJournal()
    player.adopt(reconfigured: changed)
    machineChanged()
    keepMachine()
    report(.reconfigured(configuration, before: before))
  }

  /// Switches to the program's own machine, which restarts the program if it has to.
  package func useOwnMachine() {
    let own = ownConfiguration
    // A saved state can already have it while another one is kept.
    guard configuration != own else { return keepMachine() }
    var changed = configuration
    (changed.quirks, changed.instructionsPerFrame) = (own.quirks, own.instructionsPerFrame)
    if changed == own {
      setMachine(quirks: own.quirks, instructionsPerFrame: own.instructionsPerFrame)
    } else {
      powerOn(own, .restarted(own.platform), keeps: true)
    }
  }

  // MARK: What is kept

  /// Keeps the current machine for the program.
  func keepMachine() {
    let before = settings[.program].machine
    let after = Settings(machine: configuration, of: ownConfiguration)
    machineChoices[player.timeline.branch] = (before, after)
    keepMachine(after)
  }

  private func keepMachine(_ choice: Settings) {
    guard choice != settings[.program].machine else { return }
    settings[.program] = settings[.program].with(machine: choice)
    keep(.program) { $0 = $0.with(machine: choice) }
  }

  /// The changes that began these branches were undone, the last one first.
  func machineChangesUndone(on branches: [Int]) {
    for branch in branches {
      if let change = machineChoices[branch] { keepMachine(change.before) }
    }
  }

  /// The change that began the branch was redone.
  func machineChangeRedone() {
    if let change = machineChoices[player.timeline.branch] { keepMachine(change.after) }
  }
}
