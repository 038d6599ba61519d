import Chip8Core
import Chip8Player
import SaveState

/// A machine that somebody plays with, and the commands that there are: what every front end
/// drives. A front end turns keys into commands and frames into pixels.
final class Session {
  private(set) var machine: Chip8
  /// The image that the machine comes from, if it does: what others have put into it is kept.
  private var image: Image?
  /// Why the program does not go on, if it does not.
  private var end: String?
  private(set) var isPaused = false
  /// The slot that save and load mean.
  private(set) var slot = SlotName.key(1)
  /// What happened last, in a line for the user.
  private(set) var message: String
  /// Counts the messages, so that a front end notices one that repeats the last.
  private(set) var messageCount = 1

  /// What is said beside the machine: by the user, else by its image, else by the program's own file.
  private(set) var setup: Setup
  private var given: Setup
  private var own: Setup
  private var debugger = Debugger()
  /// Where the machine was stopped, until it goes on.
  private var stoppedAt: String?

  /// A file that is played again when it changes, or one that it includes does.
  private struct Watched {
    let path: String
    /// What is on the disk, which may be a zip file that it is in.
    let diskPath: String
    let keepsState: Bool
    /// The stamps of both as they were read.
    var stamps: [(path: String, stamp: Storage.Stamp?)]

    /// Whether one of them is another file now. While one is missing, as it is when an editor puts
    /// another in its place, it has not changed.
    var hasChanged: Bool {
      stamps.contains { file in
        Storage.stamp(of: file.path).map { $0 != file.stamp } ?? false
      }
    }
  }

  private var watched: Watched?
  private let options: MachineOptions
  private let settings: SettingsOptions
  private let slotsRoot: String
  /// Every file that was read for the machine.
  private var inputs: InputFiles { didSet { host.inputs = inputs } }
  private let saves = SaveQueue()
  /// Where the user flags are kept; nil if they are not.
  private let keptFlags: KeptFlags?
  private let flagKeeper = FlagKeeper()
  private var recorder = FlightRecorder()
  /// Who answers the program's calls.
  private var host: Host
  /// The process in which the session goes on, if the program has restored another one in its place.
  private(set) var handOver: HandOver?

  /// The machine that the last load took the place of, until that is undone.
  private var beforeLoad: (machine: Chip8, image: Image?, setup: Setup, end: String?)?
  /// How many seconds lie between two autosaves; nil if there are none.
  private let autosaveSeconds: Int?
  private var autosaveFrame: UInt64

  /// - Parameters:
  ///   - autosaveSeconds: how much of the machine's time lies between two autosaves; 0 for no
  ///     autosaves at all.
  ///   - keptFlags: where the user flags are kept; nil if they are not.
  init(
    _ opening: Opening, _ options: MachineOptions, _ settings: SettingsOptions,
    slotsRoot: String, autosaveSeconds: Int, _ keptFlags: KeptFlags?, _ host: Host
  ) {
    self.host = host
    inputs = opening.inputs
    machine = opening.machine
    image = opening.image
    (setup, given, own) = (opening.setup, opening.given, opening.own)
    self.options = options
    self.settings = settings
    self.slotsRoot = slotsRoot
    self.autosaveSeconds = autosaveSeconds > 0 ? autosaveSeconds : nil
    autosaveFrame = opening.machine.state.frames
    message = Session.greeting(opening)
    debugger = opening.debugger
    self.keptFlags = keptFlags
    if opening.image == nil { machine.userFlags = flags(of: machine) }
    keepFlags()
  }

  /// What is known of the program.
  var knownProgram: KnownProgram? { KnownProgram.find(machine.program) }

  /// How the program is shown.
  var appearance: Appearance { Appearance(for: machine.program, setup.settings) }

  /// What the program is called: its title if it is known.
  var title: String { knownProgram?.title ?? machine.program.name }

  private var slots: Slots {
    Slots(root: slotsRoot, program: machine.program.sha1, apartFrom: inputs)
  }

  // MARK: Running

  /// Runs to the end of a frame, unless the machine is paused or cannot go on.
  func runFrame(keys: Keypad) {
    guard !isPaused, end == nil, handOver == nil else { return }
    recorder.willRun(machine, keys: keys)
    stoppedAt = nil
    switch debugger.run(&machine, frames: 1, keys: keys) {
    case .done, .halt:
      end = nil
      if let pause = debugger.pause { stop(at: pause) }
    case .exit: end = "The program has ended"
    case .hostCall(let call):
      answer(call)
      // Nobody could run that again.
      recorder.forget()
      // A call takes the rest of its frame.
      if end == nil, handOver == nil { _ = machine.run(frames: 1, keys: keys) }
    case .fault(let fault):
      end = "The program cannot go on: \(fault)"
      tellOfFailure("The program cannot go on: \(fault)")
      autosave(.fault)
    }
    flagKeeper.look(at: machine)
    autosaveFromTimeToTime()
  }

  private func answer(_ call: HostCall) {
    // Nothing here is replayed, so there is no recording that could be of another session.
    switch try? host.answer(call, of: machine, carrying: image, setup) {
    case .finished(let status): machine.finish(status)
    case .exits:
      machine = machine.asleep
      end = "The program has ended"
    case .restores(let restoration):
      handOver(
        to: restoration.path, restoration.image.bytes, restoration.arguments,
        with: restoration.machine)
    case nil: machine.finish(.denied)
    }
  }

  /// Leaves the rest of the session to a new process with another machine.
  private func handOver(
    to path: String, _ image: [UInt8], _ arguments: [String], with next: Chip8
  ) {
    let options = ["--slots=\(slotsRoot)", "--autosave=\(autosaveSeconds ?? 0)"]
    handOver = HandOver(
      to: path, image, arguments,
      options: host.options + options + given.carried(to: next, after: machine).arguments
        + settings.forgetting + KeptFlags.arguments(for: keptFlags))
  }

  /// Lets the machine stand where a breakpoint or a watchpoint has stopped it.
  private func stop(at pause: Debugger.Pause) {
    let point = PointReport(pause, setup.names)
    let line = "Stopped \(point.text) · P goes on"
    isPaused = true
    stoppedAt = line
    tell(line)
  }

  /// From now on stops where the settings say, but not where a saved machine stands.
  private func watchPoints() {
    debugger = Debugger(setup.settings)
    if image != nil { debugger.pass(machine) }
  }

  /// Why the machine stands still, if it does.
  var standstill: String? { end ?? (isPaused ? stoppedAt ?? "Paused" : nil) }

  /// The sound of the frame that ended last.
  var tone: Tone? { standstill == nil ? machine.tone : nil }

  // MARK: Commands

  func choose(_ slot: SlotName) {
    self.slot = slot
    tell("Slot \(slot.title)")
  }

  func save() {
    let (image, slots, slot) = (savedImage(), slots, slot)
    saves.begin(failing: "Slot \(slot.title) was not saved") { () throws(SlotError) in
      try slots.save(image(), to: slot)
      return "Saved slot \(slot.title)"
    }
  }

  /// Resumes what is in the slot; if that cannot be used, the machine goes on as it was.
  func load() {
    useSlot { image, loaded, path in
      image.warnOfDrift(loaded, in: path)
      let saved = settings.forgetsSaved ? image.withoutSetup : image
      let setup = given.over(Setup(saved, of: loaded, in: path)).over(own)
      beforeLoad = (machine, self.image, self.setup, end)
      adopt(loaded, from: saved, setup)
      tell("Loaded slot \(slot.title) · Shift+F9 takes that back")
    }
  }

  /// Restores what is in the slot in a new process in place of this one, of which nothing is left but
  /// its autosave; if that cannot be used, the machine goes on as it was.
  func loadAnew() {
    useSlot { image, loaded, path in
      autosaveOnLeaving()
      handOver(to: path, image.bytes, [], with: loaded)
    }
  }

  /// Calls with what is in the slot, when all that was begun has ended, or says why it cannot.
  private func useSlot(_ body: (_ image: Image, _ loaded: Chip8, _ path: String) -> Void) {
    saves.finish()
    reportOutcomes()
    do throws(SlotError) {
      let image = try slots.image(slot)
      let path = slots.path(slot)
      let loaded: Chip8
      do throws(ImageError) {
        loaded = try image.machine()
      } catch { throw .file(.image(path, error)) }
      body(image, loaded, path)
    } catch .empty {
      tell("Slot \(slot.title) is empty")
    } catch {
      tellOfFailure("Slot \(slot.title) was not loaded: \(error)")
    }
  }

  /// Puts back what the last save took the place of; once more, and the save is there again.
  func undoSave() {
    let (slots, slot) = (slots, slot)
    saves.begin(failing: "Nothing was undone") { () throws(SlotError) in
      do throws(SlotError) {
        return try slots.undoSave(slot)
          ? "Slot \(slot.title) is as it was before" : "Slot \(slot.title) is empty again"
      } catch .empty { return "Slot \(slot.title) has no save to undo" }
    }
  }

  /// Goes on with the machine that the last load took the place of; once more, and the load is done
  /// again.
  func undoLoad() {
    guard let before = beforeLoad else { return tell("There is no load to undo") }
    beforeLoad = (machine, image, setup, end)
    adopt(before.machine, from: before.image, before.setup)
    end = before.end
    tell("The load is undone")
  }

  /// Empties a slot; what was in it can be put back.
  func delete(_ slot: SlotName) {
    let slots = slots
    saves.begin(failing: "Slot \(slot.title) was not deleted") { () throws(SlotError) in
      try slots.delete(slot)
      return "Deleted slot \(slot.title) · Shift+F5 takes that back"
    }
  }

  /// The program's slots, those saved last first, when all that was begun has ended.
  func summaries() -> [SlotSummary] {
    saves.finish()
    do throws(StorageError) {
      return try SlotSummary.all(slots)
    } catch {
      tellOfFailure("The slots cannot be listed: \(error)")
      return []
    }
  }

  /// Makes an image of the machine as it is now; the work of that is left to whoever calls.
  private func savedImage() -> @Sendable () -> Image {
    let (moment, older, setup, time) = (machine.snapshot, image, setup, WallClock.now())
    return {
      let machine = Chip8(moment)
      var image = Image(of: machine, carrying: older)
      setup.put(into: &image, of: machine)
      image.setTime(time)
      return image
    }
  }

  // MARK: Autosaves

  private func autosaveFromTimeToTime() {
    guard let seconds = autosaveSeconds, end == nil else { return }
    let frames = UInt64(seconds * machine.state.configuration.platform.framesPerSecond)
    guard machine.state.frames >= autosaveFrame + frames else { return }
    autosave(.minute)
  }

  /// Saves the machine without the user's doing, but not while a program is being written.
  private func autosave(_ autosave: Autosave) {
    guard autosaveSeconds != nil, watched == nil else { return }
    autosaveFrame = machine.state.frames
    let (image, slots) = (savedImage(), slots)
    let (machine, recorder) = (machine, autosave == .fault ? recorder : nil)
    saves.begin(failing: "No autosave was made") { () throws(SlotError) in
      var image = image()
      if let recorder { image.setLastInstructions(recorder, before: machine) }
      try slots.autosave(image, as: autosave)
      return nil
    }
  }

  /// Takes over the machine from another process, or leaves it there. Unless there are no autosaves,
  /// it is in the slot of one before the other process learns that it is here.
  ///
  /// - Parameter arrived: the machine, as the other process has sent it.
  func takeOver(_ arrived: Image, _ mobility: MobilityOptions) throws {
    guard autosaveSeconds != nil else { return try mobility.takeOver(arrived, savedAs: nil) }
    let save = try slots.saveProvisionally(savedImage()(), in: Autosave.minute.slot)
    try mobility.takeOver(arrived, savedAs: save)
  }

  /// What a machine that is left was doing can be resumed, unless it was doing nothing any more.
  private func autosaveOnLeaving() {
    guard end == nil, handOver == nil, machine.state.instructions > 0 else { return }
    autosave(.exit)
  }

  func togglePause() {
    isPaused.toggle()
    tell(isPaused ? "Paused" : "On again")
  }

  /// Switches the machine off and on again, with other random numbers unless a seed was given.
  func reset() {
    let seed = options.seed ?? UInt64.random(in: 0...UInt64.max)
    do {
      var fresh = try Chip8(machine.program, machine.state.configuration, seed: seed)
      fresh.userFlags = watched == nil ? flags(of: fresh) : flagsOfNextVersion
      beforeLoad = (machine, image, setup, end)
      adopt(fresh, setup)
      tell("Reset · Shift+F9 takes that back")
    } catch {
      tellOfFailure("Not reset: \(error)")
    }
  }

  /// Plays another program or image; if it cannot be used, the machine goes on as it was.
  func open(_ path: String) {
    do {
      let file = try LoadedFile(path, isRestore: false)
      var opening = try Opening(file, options.forAnotherProgram, isHeadless: false)
      try opening.apply(settings.forAnotherProgram, from: path)
      autosaveOnLeaving()
      if opening.image == nil { opening.machine.userFlags = flags(of: opening.machine) }
      inputs = opening.inputs
      (given, own) = (opening.given, opening.own)
      adopt(opening.machine, from: opening.image, opening.setup)
      beforeLoad = nil
      tell(Session.greeting(opening))
    } catch {
      tellOfFailure(error, "Not opened: ")
    }
  }

  /// From now on, plays a file again whenever it has changed, or one that it includes.
  ///
  /// - Parameters:
  ///   - path: the file as the user has named it.
  ///   - file: the same as it was read.
  ///   - keepsState: whether only the program in the machine is changed.
  func watch(_ path: String, _ file: LoadedFile, keepsState: Bool) {
    watched = Watched(
      path: path, diskPath: file.diskPath, keepsState: keepsState,
      stamps: [(file.diskPath, Storage.stamp(of: file.diskPath))] + file.included.stamps)
  }

  /// Looks whether a file that is watched has changed. If it cannot be used, what runs goes on.
  func lookAtWatchedFile() {
    guard let file = watched, file.hasChanged else { return }
    let stamp = Storage.stamp(of: file.diskPath)
    let included = IncludedFiles(of: file.path)
    defer { watched?.stamps = [(file.diskPath, stamp)] + included.stamps }
    do {
      var opening = try Opening(
        LoadedFile(file.path, isRestore: false, included), options, isHeadless: false)
      try opening.apply(settings, from: file.path)
      var changed = opening.machine
      changed.userFlags = flagsOfNextVersion
      let next = file.keepsState ? try machine.replacing(changed.program) : changed
      inputs = opening.inputs
      (given, own) = (opening.given, opening.own)
      adopt(next, opening.setup)
      tell(file.keepsState ? "Changed" : "Started again")
    } catch {
      tellOfFailure(error)
    }
  }

  /// Says something to the user.
  func tell(_ text: String) {
    message = text
    messageCount += 1
  }

  /// Says what went wrong, on standard error too, for the message in the window goes away.
  private func tellOfFailure(_ text: String) {
    tell(text)
    printError(text)
  }

  /// The same for an error; only on standard error there is room for more than a line of it.
  private func tellOfFailure(_ error: any Error, _ start: String = "") {
    guard let failure = Failure(error) else { return tellOfFailure("\(start)\(error)") }
    tell(start + failure.message)
    failure.printMessage(after: start)
  }

  /// Tells of what has been done with the slots.
  func reportOutcomes() {
    for outcome in saves.takeOutcomes() {
      if outcome.isFailure { tellOfFailure(outcome.text) } else { tell(outcome.text) }
    }
    for failure in flagKeeper.takeFailures() { tellOfFailure(failure) }
  }

  /// Saves what can be resumed, and comes back when no save is running any more.
  func close() {
    autosaveOnLeaving()
    saves.finish()
    flagKeeper.finish()
    reportOutcomes()
  }

  /// Goes on with another machine. One that was paused stays so, and shows where it stands.
  private func adopt(_ machine: Chip8, from image: Image? = nil, _ setup: Setup) {
    self.machine = machine
    if host.isThere { self.machine.allowHostCalls() }
    self.image = image
    self.setup = setup
    stoppedAt = nil
    watchPoints()
    end = nil
    recorder.forget()
    autosaveFrame = machine.state.frames
    keepFlags()
  }

  // MARK: User flags

  /// What a machine finds when it is switched on.
  private func flags(of machine: Chip8) -> [UInt8] {
    keptFlags.map { flagKeeper.flags(for: machine, in: $0) } ?? []
  }

  /// Each version of a program that is being written is another program: it finds what the one
  /// before has left.
  private var flagsOfNextVersion: [UInt8] { keptFlags == nil ? [] : machine.userFlags }

  /// From now on keeps the flags of this machine. Those of a program that is being written are not
  /// kept, unless the user has said where.
  private func keepFlags() {
    let isKept = watched == nil || keptFlags?.isNamed == true
    flagKeeper.begin(machine, keepingIn: isKept ? keptFlags?.memory(of: machine.program) : nil)
  }

  private static func greeting(_ opening: Opening) -> String {
    let platform = opening.machine.state.configuration.platform.title
    return opening.image != nil ? "Resumed on \(platform)" : "\(platform) · F1 shows the keys"
  }
}

extension SlotName {
  /// The slot as users know it: by its key, or by its name.
  var title: String {
    SlotName.keys.first { SlotName.key($0) == self }.map { "\($0)" } ?? description
  }
}

extension MachineOptions {
  /// What holds for any program: the pokes were for the one on the command line.
  fileprivate var forAnotherProgram: MachineOptions {
    var options = self
    options.poke = []
    return options
  }
}
