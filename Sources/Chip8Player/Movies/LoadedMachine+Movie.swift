import Chip8Core
import SaveState

extension LoadedMachine {
  /// Goes to the start of a movie, or to the moment of it that is wanted. What was loaded says whose movie
  /// it has to be.
  package mutating func begin(
    _ file: MovieFile, _ request: MachineRequest, from path: String
  ) throws {
    let movie = file.movie
    try inFile(path) {
      try movie.check(machine, request)
      if image == nil { try movie.checkInputs(timeline) }
      guard movie.reproduces else { throw MovieError.doesNotReproduce }
    }
    image = movie.past.beginsAtPowerOn ? nil : file.image
    guard let moment = request.moment else {
      timeline = Timeline(movie.past.start)
      timeline.run { $0.engine = request.engine }
      return
    }
    timeline = Timeline(movie.machine, past: movie.past)
    timeline.run { $0.engine = request.engine }
    do throws(SeekError) { try timeline.seek(to: moment) } catch {
      throw PlayerError.contents(path: path, MomentError(error: error, hasPast: true))
    }
  }
}

extension Movie<Chip8> {
  /// Refuses another program, and another machine than the requested one. What is not requested is as
  /// it was recorded.
  fileprivate func check(_ machine: Chip8, _ request: MachineRequest) throws(MovieError) {
    let program = self.machine.program
    guard program.sha1 == machine.program.sha1 else {
      throw .otherProgram(name: program.name, sha1: "\(program.sha1)")
    }
    let recorded = self.machine.state.configuration
    if let platform = request.platform, platform != recorded.platform {
      throw .otherMachine(
        "platform", recorded: recorded.platform.rawValue, wanted: platform.rawValue)
    }
    for choice in request.quirks where recorded.quirks.contains(choice.quirk) != choice.isOn {
      throw .otherMachine(
        "quirk", recorded: QuirkChoice(choice.quirk, isOn: !choice.isOn).text, wanted: choice.text)
    }
    if let speed = request.instructionsPerFrame, speed != recorded.instructionsPerFrame {
      throw .otherMachine(
        "instructions per frame", recorded: "\(recorded.instructionsPerFrame)", wanted: "\(speed)")
    }
    if let timing = request.timing, timing != recorded.timing {
      throw .otherMachine("timing", recorded: recorded.timing.rawValue, wanted: timing.rawValue)
    }
    if let seed = request.seed, seed != past.start.powerOnSeed {
      throw .otherMachine(
        "seed", recorded: past.start.powerOnSeed.map { "\($0)" } ?? "of a saved state",
        wanted: "\(seed)")
    }
  }

  /// What reaches a machine before its first instruction has to be on the tape.
  fileprivate func checkInputs(_ timeline: Timeline<Chip8>) throws(MovieError) {
    let given = timeline.past(byteLimit: Past<Chip8>.maxByteCount)?.tape.entries ?? []
    guard past.tape.entries.starts(with: given) else { throw .otherStart }
  }
}
