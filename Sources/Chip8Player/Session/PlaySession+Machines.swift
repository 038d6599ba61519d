import Chip8Core
import SaveState

/// Other machines in the place of this one: switched off and on, or of another file.
extension PlaySession {
  /// Switches the machine off and on again, with other random numbers unless a seed was given.
  public func reset() {
    let state = player.machine.state
    let seed = options.machine.seed ?? UInt64.random(in: 0...UInt64.max)
    let fresh: Chip8
    do { fresh = try Chip8(player.machine.program, state.configuration, seed: seed) } catch {
      let name = player.machine.program.name
      return report(.failed(.reset, PlayerError.contents(path: name, error)))
    }
    if isWatching {
      var timeline = Timeline(fresh)
      giveFlagsOfVersionBefore(to: &timeline)
      return adopt(switchedOn: timeline)
    }
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    work.begin {
      var timeline = Timeline(fresh)
      flagKeeper.powerOn(&timeline, kept)
      return { [timeline] in $0.adopt(switchedOn: timeline) }
    }
  }

  private func adopt(switchedOn timeline: Timeline<Chip8>) {
    writeJournal()
    player.adopt(switchedOn: timeline)
    machineChanged()
    report(.reset)
  }

  /// Plays another program or image; if it cannot be used, the machine continues unchanged.
  public func open(_ path: String) {
    let (machine, metadata) = (
      options.machine.forAnotherProgram, options.metadata.forAnotherProgram
    )
    let (kept, flagKeeper) = (options.keptFlags, flagKeeper)
    begin(.open(path: path)) {
      var loaded = try LoadedMachine(path, machine, metadata)
      flagKeeper.powerOn(&loaded, kept)
      return { [loaded] session in
        session.autosaveOnLeaving()
        session.adopt(loaded)
        // They are those of the program before.
        (session.slotList, session.changedSlot) = ([], nil)
        session.slotListCount += 1
        let platform = loaded.machine.state.configuration.platform
        session.report(.began(platform, isRestored: loaded.image != nil))
      }
    }
  }

  /// Plays a machine that was loaded. If it is one of the same program, undo leads back.
  private func adopt(_ loaded: LoadedMachine) {
    let isSame = loaded.machine.program.sha1 == player.machine.program.sha1
    let edge: Timeline<Chip8>.Edge = loaded.image == nil ? .powerOn : .load
    writeJournal()
    if !isSame { halts = [:] }
    player.adopt(loaded, by: isSame ? edge : nil)
    machineChanged()
    if !isSame { beginJournal() }
  }
}
