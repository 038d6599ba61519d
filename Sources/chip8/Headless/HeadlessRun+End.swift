// What a run leaves: the machine first, so that nothing can lose it, then everything else. What is
// promised of a machine that moves: docs/SYSTEM-IMAGES.md.

import Chip8Core
import Chip8Player
import Glibc
import SaveState

extension LoadedMachine {
  /// Ensures that `--no-rom` does not lose the program: one that only the loaded image holds stays
  /// there.
  mutating func keepProgram(
    _ parent: ParentImage?, _ options: HeadlessOptions, _ mobility: MobilityOptions
  ) throws(Failure) {
    guard
      options.leavesOutProgram, isHoldingProgram, parent?.holds(machine.program) != true
    else { return }
    guard !mobility.acknowledge || mobility.move else {
      throw .usage(
        "--no-rom would lose the program of the arriving machine: leave it out, or let the other "
          + "side send the machine without its program")
    }
    inputs.protectSubject()
  }
}

extension HeadlessRun {
  // MARK: Before the run

  /// Refuses files that may not be written, before anything is done.
  func checkFiles() throws {
    if mobility.isUsed, let path = machineFile, try !Storage.canBeFile(path) {
      throw Failure(
        message: "\(path): not a regular file; choose a file that can keep the machine",
        code: EX_CANTCREAT)
    }
    var outputs = try [keptFlags?.output(for: machine)].compactMap { $0 }
    outputs += options.outputs(apartFrom: inputs)
    if let refuge = mobility.elseSave {
      outputs.append(Output(refuge, .wholeState, apartFrom: inputs))
    }
    if let slot = try options.slot() {
      try slots.checkChange(of: slot)
      outputs.append(Output(slots.path(slot), .slot, apartFrom: inputs))
    }
    try Output.check(outputs)
  }

  /// Keeps the program from replacing the run's other outputs.
  mutating func reserveOutputs() {
    let flags = keptFlags?.memory(of: machine.program).path
    let outputs = [options.trace, options.movie.record, options.screenshot, flags]
    run.withPlayer { player in for path in outputs.compactMap(\.self) { player.reserve(path) } }
  }

  /// Does what could fail later and lose a machine that moves. If this throws, nothing has changed.
  mutating func prepare() throws {
    Interrupt.catchSignals(second: isKept ? .waits : .kills)
    guard mobility.isUsed else { return }
    if mobility.acknowledge { try checkOutputs() }
    if let path = machineFile {
      var copy = try SafeCopy(at: path)
      do { try copy.update { try saveMachine() } } catch {
        copy.withdraw(orElse: warnOfRemains)
        throw error
      }
      safeCopy = copy
    } else if let slot = try options.slot() {
      slotSave = try slots.saveProvisionally(slotImage(), in: slot)
    }
  }

  /// Takes over the machine from the other side, or leaves it there.
  ///
  /// - Parameter image: the machine, as the other side has sent it.
  mutating func takeOver(_ image: Image) throws {
    let save: (any ProvisionalSave)? = if let safeCopy { safeCopy } else { slotSave }
    try mobility.takeOver(image, savedAs: save)
    if !mobility.move { safeCopy = nil }
  }

  /// Where the machine is saved as it stops.
  private var machineFile: String? { mobility.move ? mobility.elseSave : options.save }

  /// Whether the machine gets into a file, for which a second signal has to wait. The reader of a
  /// pipe may never come.
  private var isKept: Bool {
    let isFile = machineFile.map { $0 != "-" && (try? Storage.canBeFile($0)) == true }
    return options.saveSlot != nil || isFile == true
  }

  /// Whether all that is written beside the machine could be written now.
  private func checkOutputs() throws {
    if let slot = try options.slot() { try slots.checkSaving(run.savedImage(), to: slot) }
    try run.trace?.check()
    for (path, content, bytes) in files {
      try Storage.checkReplacing(path, with: bytes(), as: content, apartFrom: inputs)
    }
  }

  // MARK: After the run

  /// Saves, writes and reports. A failure does not stop the rest.
  mutating func end(at stop: RunStop) throws {
    var failures = failures
    var copy = safeCopy
    let isSaved = failures.attempt {
      if copy == nil { try saveMachine() } else { try copy?.update { try saveMachine() } }
    }
    if !mobility.isUsed { Interrupt.catchSignals(second: .kills) }
    failures.attempt {
      if let slot = try options.slot() { try slots.save(slotImage(), to: slot) }
    }
    failures.attempt { try keepFlags() }
    if let error = run.traceError { failures.append(.storage(error)) }
    failures.attempt { try run.trace?.finish() }
    for (path, content, bytes) in files {
      failures.attempt {
        try Storage.writeAtomically(path, with: bytes(), as: content, apartFrom: inputs)
      }
    }
    if let copy { return try move(stop, from: copy, isSaved: isSaved, &failures) }
    // Standard output may belong to the machine's sender.
    if failures.isEmpty, !mobility.acknowledge {
      failures.attempt { try report(stop).print(options) }
    }
    if let fault = run.fault { failures.append(.fault(fault, in: machine.program)) }
    if stop == .interrupt { failures.append(.interrupted) }
    try failures.end()
  }

  /// Sends the machine to the other side, unless its program cannot continue, its user has ended the
  /// run, or anything has failed: the user then finds it in its file.
  private func move(
    _ stop: RunStop, from copy: SafeCopy, isSaved: Bool, _ failures: inout Failures
  ) throws {
    var (reason, code) = ("", EX_TEMPFAIL)
    if let fault = run.fault {
      failures.append(.fault(fault, in: machine.program))
      code = EX_SOFTWARE
    } else if stop == .interrupt {
      (reason, code) = (": interrupted", 130)
    } else if failures.isEmpty {
      let (machine, image) = (try run.player.savedMachine(), try sentImage())
      do throws(MoveError) {
        try mobility.channel.move(machine, as: image)
        return copy.withdraw(orElse: warnOfRemains)
      } catch { (reason, code) = (": \(error)", error == .interrupted ? 130 : EX_TEMPFAIL) }
    }
    copy.keep()
    let place =
      isSaved ? "it is in \(copy.path)" : "\(copy.path) has it as it was last saved"
    failures.append(Failure(message: "the machine has not moved, \(place)\(reason)", code: code))
    try failures.end(code: isSaved ? code : nil)
  }

  // MARK: What is written

  private var slots: Slots { run.player.slots(in: slotsRoot) }

  private var files: [(path: String, content: Content, bytes: () throws -> [UInt8])] {
    let all: [(String?, Content, () throws -> [UInt8])] = [
      (
        options.movie.record, options.movie.recordedContent,
        { try options.movie.bytes(of: run.player) }
      ),
      (
        options.screenshot, .other,
        {
          var player = run.player
          player.lookAhead()
          return try Screenshot.png(
            Bitmap(player.output.screen), player.appearance, scale: options.scale ?? 8)
        }
      ),
    ]
    return all.compactMap { path, content, bytes in path.map { ($0, content, bytes) } }
  }

  private func report(_ stop: RunStop) -> Report {
    Report(RunReport(of: run, at: stop), engine: chosenEngine)
  }

  private func saveMachine() throws {
    guard let path = machineFile else { return }
    // One that stays here needs no other file: this one may be what it was based on.
    if mobility.move { return try run.savedImage().save(to: path, apartFrom: inputs) }
    try sentImage().save(to: path, executable: runOptions, apartFrom: inputs)
  }

  /// The machine as it is now, as it is saved in a slot.
  private func slotImage() throws -> Image {
    try run.savedImage(time: WallClock.now())
  }

  /// An image of the machine as it is now, as `--save` writes it.
  private func sentImage() throws -> Image {
    try run.savedImage(embedsProgram: !options.leavesOutProgram, parent: parent)
  }
}
