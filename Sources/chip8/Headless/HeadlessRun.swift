import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// A run without a window: as fast as possible, to a stop, with everything that it leaves.
struct HeadlessRun {
  let options: HeadlessOptions
  var run: Run
  let mobility: MobilityOptions
  private let machineOptions: MachineOptions
  let slotsRoot: String
  let keptFlags: KeptFlags?
  private var flags: FlagProgress
  /// What the image is run with that is saved as a program.
  let runOptions: RunOptions?
  /// The parent of the image that is saved.
  let parent: ParentImage?
  /// The file that a machine on the move is kept in.
  var safeCopy: SafeCopy?
  /// The slot that it is kept in, if there is no such file.
  var slotSave: (any ProvisionalSave)?
  /// What has failed so far without stopping the rest.
  var failures = Failures()

  /// - Parameters:
  ///   - keys: which keys are down, by frames from where the machine is.
  ///   - keptFlags: where the user flags are kept, if they are.
  init(
    _ options: HeadlessOptions, _ mobility: MobilityOptions, _ machineOptions: MachineOptions,
    _ player: Player, _ keys: KeyScript, parent: ParentImage?, slotsRoot: String,
    _ keptFlags: KeptFlags?
  ) throws {
    self.options = options
    self.mobility = mobility
    self.machineOptions = machineOptions
    self.parent = parent
    self.slotsRoot = slotsRoot
    self.keptFlags = keptFlags
    runOptions = options.executable ? try options.with.map(RunOptions.init) ?? .empty : nil
    flags = FlagProgress(
      player.machine, keepingIn: keptFlags?.memory(of: player.machine.program))
    var request = RunRequest()
    (request.frames, request.instructions) = (options.frames, options.instructions)
    (request.until, request.keys) = (options.until, keys)
    run = try Run(player, request)
    try checkFiles()
    try keptFlags?.prepare(for: player.machine)
    run.trace = try options.trace.map { path in
      try Trace(path, player.metadata.names, apartFrom: player.inputs)
    }
    reserveOutputs()
  }

  var machine: Chip8 { run.player.machine }
  var inputs: InputFiles { run.player.inputs }
  /// What executes the machine's instructions, if the user has chosen that.
  var chosenEngine: EngineKind? { machineOptions.engine?.kind }

  /// Runs, saves and reports.
  ///
  /// - Returns: the process that does the rest, if the program has restored another one in its
  ///   place.
  mutating func runToEnd() throws -> NextProcess? {
    do {
      while true {
        switch try run.toStop(isInterrupted: { Interrupt.wasCaught }) {
        case .stop(let stop):
          try end(at: stop)
          return nil
        case .restores(let restoration):
          // Keeping flags changes the run, too, so it cannot happen while the failures are changed in place.
          var failures = failures
          let isKept = failures.attempt { try keepFlags() }
          self.failures = failures
          if !staysInProcess, isKept {
            return NextProcess(
              running: restoration, after: run, options, machineOptions, slotsRoot: slotsRoot,
              keptFlags)
          }
          guard staysInProcess else {
            try end(at: .halt)
            return nil
          }
          adopt(restoration)
          guard isKept else {
            try end(at: .output)
            return nil
          }
        }
      }
    } catch let error as RepetitionError {
      safeCopy?.keep()
      throw Failure.difference(error, in: machine.program)
    } catch let error as ReplayError {
      // As it was when the run began.
      safeCopy?.keep()
      throw Failure.data(options.movie.input ?? "", error)
    }
  }

  /// What belongs together stays together: a recording, a trace, and what is said to the process at
  /// the other end of a pipe.
  private var staysInProcess: Bool {
    options.movie.input != nil || options.movie.record != nil || options.trace != nil
      || mobility.isUsed
  }

  private mutating func adopt(_ restoration: Restoration) {
    run.adopt(restoration)
    flags = FlagProgress(machine, keepingIn: keptFlags?.memory(of: machine.program))
    run.withPlayer(reportWarnings)
  }

  /// Writes the user flags if the machine has changed them.
  mutating func keepFlags() throws(StorageError) {
    flags.observe(machine)
    try flags.takeChange()?.write()
  }
}

extension ParentImage {
  /// Reads a parent from its file, and says which files it needs.
  init(_ path: String, _ dependencies: DependencyOptions, _ inputs: inout InputFiles) throws {
    let bytes = try inputs.readEnd(path, limit: Image.maxByteCount, for: .parent)
    var files = dependencies.paths.files(beside: path)
    defer { inputs.add(files.inputs) }
    self = try inFile(path) {
      try ParentImage(Image(bytes), named: Storage.basename(of: path), Chip8.self, by: &files)
    }
  }
}
