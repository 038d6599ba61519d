import ArgumentParser
import Chip8Core
import Chip8Player

// Command lines that are read without the parser, which takes longer to get ready than a short run
// takes for all the rest. It stays the authority: what is not plain or not right is left to it.

extension Chip8Command {
  /// Reads a run's command line as the parser would; nil if that is for the parser to do.
  init?(plain arguments: [String]) {
    // Subcommands are words of letters, which come first.
    guard let first = arguments.first, !first.utf8.allSatisfy(\.isLetter) else { return nil }
    self.init()
    setDefaults()
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch PlainWord(word) {
      case .value(let file): files.append(file)
      case .terminator:
        files += rest
        rest = []
      case .option(let name, let value?):
        guard set(name, value) else { return nil }
      case .option(let name, nil):
        if turnOn(name) { continue }
        guard let next = rest.popFirst(), case .value(let value) = PlainWord(next),
          set(name, value)
        else { return nil }
      case .other: return nil
      }
    }
    do { try validate() } catch { return nil }
  }

  /// Options that the parser has not set have no value at all.
  private mutating func setDefaults() {
    (files, restore, restoreDescriptor, slots) = ([], nil, nil, nil)
    (resume, watch, keepState, showsAllHelp) = (false, false, false, false)
    machine = MachineOptions()
    (machine.platform, machine.quirk, machine.ipf) = (.auto, [], nil)
    (machine.timing, machine.seed, machine.poke, machine.engine) = (nil, nil, [], nil)
    machine.dependencies = DependencyOptions()
    (machine.dependencies.romPath, machine.dependencies.basePath) = ([], [])
    host = HostOptions()
    (host.hostCalls, host.entryCalls) = (nil, [])
    flags = FlagOptions()
    flags.keepFlags = nil
    past = PastOptions()
    (past.seek, past.seekInstruction, past.rewind) = (nil, nil, nil)
    (past.leavesOutPast, past.past) = (false, nil)
    timeline = TimelineOptions()
    timeline.isParanoid = false
    settings = SettingsOptions()
    settings.values = SettingsOptions.Values()
    (settings.symbols, settings.forgetsSaved) = (nil, false)
    (settings.breakpoints, settings.watchpoints) = ([], [])
    player = PlayerOptions()
    (player.values, player.config) = (PlayerOptions.Values(), nil)
    headless = HeadlessOptions()
    (headless.isHeadless, headless.frames, headless.instructions) = (false, nil, nil)
    (headless.until, headless.keys) = ([], nil)
    headless.movie = MovieOptions()
    (headless.movie.input, headless.movie.record, headless.movie.isReadOnly) = (nil, nil, false)
    (headless.save, headless.saveSlot, headless.executable, headless.with) = (nil, nil, false, nil)
    (headless.leavesOutProgram, headless.base, headless.screenshot) = (false, nil, nil)
    (headless.scale, headless.print, headless.json, headless.trace) = (nil, [], false, nil)
    mobility = MobilityOptions()
    (mobility.move, mobility.elseSave, mobility.acknowledge, mobility.timeout) = (
      false, nil, false, nil
    )
  }

  /// Sets an option that has no value, if it is one.
  private mutating func turnOn(_ name: Substring) -> Bool {
    switch name {
    case "resume": resume = true
    case "watch": watch = true
    case "keep-state": keepState = true
    case "no-past": past.leavesOutPast = true
    case "paranoid": timeline.isParanoid = true
    case "no-settings": settings.forgetsSaved = true
    case "headless": headless.isHeadless = true
    case "executable": headless.executable = true
    case "no-rom": headless.leavesOutProgram = true
    case "json": headless.json = true
    case "read-only": headless.movie.isReadOnly = true
    case "move": mobility.move = true
    case "acknowledge": mobility.acknowledge = true
    default: return turnOnOrOff(name)
    }
    return true
  }

  /// The same for settings, which options turn on, and off after `no-`.
  private mutating func turnOnOrOff(_ name: Substring) -> Bool {
    let isOn = !name.hasPrefix("no-")
    return take(isOn ? name : name.dropFirst(3), "\(isOn)", isFlag: true)
  }

  /// Sets a setting, if there is one of that name and kind.
  private mutating func take(_ name: Substring, _ value: String, isFlag: Bool) -> Bool {
    guard let setting = Setting(rawValue: String(name)), setting.isFlag == isFlag,
      Setting.configurable.contains(setting), let value = try? setting.value(value)
    else { return false }
    if setting.isMetadata {
      settings.values.given.take(setting, value)
    } else {
      player.values.given.take(setting, value)
    }
    return true
  }

  /// Sets an option to a value, if it is one that has such a value.
  private mutating func set(_ name: Substring, _ value: String) -> Bool {
    switch name {
    case "restore": read(value, &restore)
    case "restore-descriptor": read(value, &restoreDescriptor)
    case "slots": read(value, &slots)
    case "platform": read(value, &machine.platform)
    case "quirk": add(try? QuirkChoice(argument: value), &machine.quirk)
    case "ipf": read(value, &machine.ipf)
    case "timing": read(value, &machine.timing)
    case "seed": read(value, &machine.seed)
    case "poke": add(Poke(argument: value), &machine.poke)
    case "engine": read(value, &machine.engine)
    case "rom-path": add(value, &machine.dependencies.romPath)
    case "base-path": add(value, &machine.dependencies.basePath)
    case "host-calls": read(value, &host.hostCalls)
    case "call", "goal": add(Place(argument: value), &host.entryCalls)
    case "keep-flags": read(value, &flags.keepFlags)
    case "seek": read(value, &past.seek)
    case "seek-instruction": read(value, &past.seekInstruction)
    case "rewind": read(value, &past.rewind)
    case "past": read(value, &past.past)
    case "config": read(value, &player.config)
    case "symbols": read(value, &settings.symbols)
    case "break": add(Place(argument: value), &settings.breakpoints)
    case "watchpoint": add(WatchedPlace(argument: value), &settings.watchpoints)
    default: setHeadless(name, value)
    }
  }

  private mutating func setHeadless(_ name: Substring, _ value: String) -> Bool {
    switch name {
    case "frames": read(value, &headless.frames)
    case "instructions": read(value, &headless.instructions)
    case "until": add(StopCondition(argument: value), &headless.until)
    case "keys": read(value, &headless.keys)
    case "input": read(value, &headless.movie.input)
    case "record": read(value, &headless.movie.record)
    case "save": read(value, &headless.save)
    case "save-slot": read(value, &headless.saveSlot)
    case "with": read(value, &headless.with)
    case "base": read(value, &headless.base)
    case "screenshot": read(value, &headless.screenshot)
    case "scale": read(value, &headless.scale)
    case "print": add(Printed(argument: value), &headless.print)
    case "trace": read(value, &headless.trace)
    case "else-save": read(value, &mobility.elseSave)
    case "timeout": read(value, &mobility.timeout)
    default: take(name, value, isFlag: false)
    }
  }
}

/// A word of a command line that has only one meaning.
private enum PlainWord {
  case value(String)
  /// `--name` or `--name=value`.
  case option(name: Substring, value: String?)
  /// `--`: no options follow.
  case terminator
  case other

  init(_ word: String) {
    let dashes = word.utf8.prefix { $0 == UInt8(ascii: "-") }.count
    switch (dashes, word.utf8.count) {
    case (0, 1...), (1, 1): self = .value(word)
    case (2, 2): self = .terminator
    case (2, _):
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1]) : nil
      self = value == "" ? .other : .option(name: parts[0], value: value)
    default: self = .other
    }
  }
}

/// Each value is made of its text as the parser makes it.
private func read<Value: ExpressibleByArgument>(_ text: String, _ value: inout Value?) -> Bool {
  value = Value(argument: text)
  return value != nil
}

private func read<Value: ExpressibleByArgument>(_ text: String, _ value: inout Value) -> Bool {
  guard let new = Value(argument: text) else { return false }
  value = new
  return true
}

private func add<Value>(_ new: Value?, _ values: inout [Value]) -> Bool {
  guard let new else { return false }
  values.append(new)
  return true
}

extension UInt8 {
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
