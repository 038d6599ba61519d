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
    func quirk(_ choice: QuirkChoice) -> String {
      QuirkChoice(choice.quirk, isOn: recorded.quirks.contains(choice.quirk)).text
    }
    let parts: [(MachineRequest.Part, recorded: String?, wanted: String?)] =
      [(.platform, recorded.platform.rawValue, request.platform?.rawValue)]
      + request.quirks.map { (.quirk, quirk($0), $0.text) } + [
        (
          .speed, "\(recorded.instructionsPerFrame)",
          request.instructionsPerFrame.map(String.init)
        ),
        (.timing, recorded.timing.rawValue, request.timing?.rawValue),
        (.seed, past.start.powerOnSeed.map(String.init), request.seed.map(String.init)),
      ]
    for case (let part, let recorded, let wanted?) in parts where recorded != wanted {
      throw .otherMachine(part, recorded: recorded, wanted: wanted)
    }
  }

  /// What reaches a machine before its first instruction has to be on the tape.
  fileprivate func checkInputs(_ timeline: Timeline<Chip8>) throws(MovieError) {
    let given = timeline.past(byteLimit: Past<Chip8>.maxByteCount)?.tape.entries ?? []
    guard past.tape.entries.starts(with: given) else { throw .otherStart }
  }
}
