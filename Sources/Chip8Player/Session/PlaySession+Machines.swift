import Chip8Core
import SaveState

/// Replacing the machine: by a reset, or by that of another file.
extension PlaySession {
  /// Resets the machine, with other random numbers unless a seed was given.
  public func reset() {
    powerOn(player.machine.state.configuration, .reset)
  }

  /// - Parameters:
  ///   - notice: what to report.
  ///   - keeps: whether to keep the configuration for the program.
  func powerOn(_ configuration: Configuration, _ notice: Notice, keeps: Bool = false) {
    let seed = options.machine.seed ?? UInt64.random(in: 0...UInt64.max)
    let fresh: Chip8
    do { fresh = try Chip8(player.machine.program, configuration, seed: seed) } catch {
      let name = player.machine.program.name
      return report(.failed(.reset, PlayerError.contents(path: name, error)))
    }
    if isWatching {
      var timeline = Timeline(fresh)
      inheritUserFlags(to: &timeline)
      return adopt(poweredOn: timeline, notice, keeps: keeps)
    }
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    work.begin {
      var timeline = Timeline(fresh)
      flagKeeper.powerOn(&timeline, kept)
      return { [timeline] in $0.adopt(poweredOn: timeline, notice, keeps: keeps) }
    }
  }

  private func adopt(poweredOn timeline: Timeline<Chip8>, _ notice: Notice, keeps: Bool) {
    writeJournal()
    player.adopt(poweredOn: timeline)
    machineChanged()
    if keeps { keepMachine() }
    report(notice)
  }

  /// Plays another program or image; if it cannot be used, the machine continues unchanged.
  public func open(_ path: String) { open(path) { try LoadedFile(path) } }

  /// The same for contents that are not in a file.
  ///
  /// - Parameter name: stands for the file's name.
  package func open(_ name: String, contents: [UInt8]) {
    open(name) { try LoadedFile(name, contents: contents) }
  }

  private func open(_ path: String, _ file: @escaping @Sendable () throws -> LoadedFile) {
    let (machine, metadata) = (
      options.machine.forAnotherProgram, options.metadata.forAnotherProgram
    )
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    let (keptSettings, settings) = (options.keptSettings, settings)
    begin(.open(path: path)) {
      var loaded = try LoadedMachine(file(), machine)
      var settings = settings
      let problem = settings.readProgram(loaded.machine.program.sha1, keptSettings)
      try loaded.choose(settings[.program], under: machine, from: path)
      try loaded.apply(metadata.asking(for: settings), from: path)
      flagKeeper.powerOn(&loaded, kept)
      return { [loaded, settings] session in
        session.autosaveOnLeaving()
        session.adopt(loaded)
        session.settings[.program] = settings[.program]
        problem.map { session.report(.settingsFailed(isReading: true, $0)) }
        // These belong to the last program.
        (session.slotList, session.changedSlot, session.resumable) = ([], nil, nil)
        session.slotListCount += 1
        let platform = loaded.machine.state.configuration.platform
        session.report(.began(platform, isRestored: loaded.image != nil))
        if loaded.image == nil { session.findResumable() }
      }
    }
  }

  /// Plays a loaded machine. If it has the same program, undo leads back.
  private func adopt(_ loaded: LoadedMachine) {
    let isSame = loaded.machine.program.sha1 == player.machine.program.sha1
    let edge: Timeline<Chip8>.Edge = loaded.image == nil ? .powerOn : .load
    writeJournal()
    if !isSame {
      endClip()
      (halts, previews, machineChoices) = ([:], [:], [:])
    }
    player.adopt(loaded, by: isSame ? edge : nil)
    machineChanged()
    if !isSame { beginJournal() }
  }

  // MARK: Where the user left

  /// The machine time of the state that can be resumed; nil if there is none.
  public var resumableMachineTime: String? { resumable?.machine.machineTime }

  /// Looks for a state to resume.
  func findResumable() {
    guard options.autosaveSeconds != nil, !isWatching else { return }
    let (slots, machine) = (self.slots, machineCount)
    work.begin {
      let found = slots.newestResumable(Chip8.self, in: Autosave.resumable).found
      return { session in
        guard let found, session.machineCount == machine, !session.isWatching else { return }
        session.resumable = found
        session.report(.canContinue(machineTime: found.machine.machineTime))
      }
    }
  }

  /// Resumes the program where the user left it.
  public func resumeLastSession() {
    guard let left = resumable.take() else { return }
    writeJournal()
    player.adopt(left.machine, from: left.image, in: left.path)
    player.add(left.image.driftWarnings(left.machine, in: left.path))
    machineChanged()
    report(.began(left.machine.state.configuration.platform, isRestored: true))
  }
}
