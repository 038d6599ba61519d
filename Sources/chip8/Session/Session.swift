import Chip8Core
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
  private(set) var slot = 1
  /// What happened last, in a line for the user.
  private(set) var message: String
  /// Counts the messages, so that a front end notices one that repeats the last.
  private(set) var messageCount = 1

  /// How the program is shown.
  private(set) var look: Look

  /// A file that is played again when it changes.
  private struct Watched {
    let path: String
    let keepsState: Bool
    var stamp: Storage.Stamp?
  }

  private var watched: Watched?
  private let options: MachineOptions
  private let slotsRoot: String
  private let saves = SaveQueue()

  init(_ opening: Opening, _ options: MachineOptions, slotsRoot: String) {
    machine = opening.machine
    image = opening.image
    look = opening.look
    self.options = options
    self.slotsRoot = slotsRoot
    message = Session.greeting(opening)
  }

  /// What is known of the program.
  var knownProgram: KnownProgram? { KnownProgram.find(machine.program.sha1) }

  /// What the program is called: its title if it is known.
  var title: String { knownProgram?.title ?? machine.program.name }

  private var slots: Slots { Slots(root: slotsRoot, program: machine.program.sha1) }

  // MARK: Running

  /// Runs to the end of a frame, unless the machine is paused or cannot go on.
  func runFrame(keys: Keypad) {
    guard !isPaused, end == nil else { return }
    switch machine.run(frames: 1, keys: keys) {
    case .done, .halt: end = nil
    case .exit: end = "The program has ended"
    case .fault(let fault):
      end = "The program cannot go on: \(fault)"
      tellOfFailure("The program cannot go on: \(fault)")
    }
  }

  /// Why the machine stands still, if it does.
  var standstill: String? { end ?? (isPaused ? "Paused" : nil) }

  /// The sound of the frame that ended last.
  var tone: Tone? { standstill == nil ? machine.tone : nil }

  // MARK: Commands

  func choose(slot number: Int) {
    slot = number
    tell("Slot \(number)")
  }

  func save() {
    saves.save(machine, carrying: image, to: slot, of: slots)
  }

  /// Resumes what is in the slot; if that cannot be used, the machine goes on as it was.
  func load() {
    saves.finish()
    reportSaves()
    do {
      let image = try slots.image(.key(slot))
      let path = slots.path(.key(slot))
      let machine: Chip8
      do throws(ImageError) {
        machine = try image.machine()
        image.warnOfDrift(machine, in: path)
      } catch { throw FileError.image(path, error) }
      adopt(machine, from: image)
      tell("Loaded slot \(slot)")
    } catch SlotError.empty {
      tell("Slot \(slot) is empty")
    } catch {
      tellOfFailure("Slot \(slot) was not loaded: \(error)")
    }
  }

  func togglePause() {
    isPaused.toggle()
    tell(isPaused ? "Paused" : "On again")
  }

  /// Switches the machine off and on again, with other random numbers unless a seed was given.
  func reset() {
    let seed = options.seed ?? UInt64.random(in: 0...UInt64.max)
    do {
      adopt(try Chip8(machine.program, machine.state.configuration, seed: seed))
      tell("Reset")
    } catch {
      tellOfFailure("Not reset: \(error)")
    }
  }

  /// Plays another program or image; if it cannot be used, the machine goes on as it was.
  func open(_ path: String) {
    do {
      let file = try LoadedFile(path, isRestore: false)
      let opening = try Opening(file, options.forAnotherProgram, isHeadless: false)
      adopt(opening.machine, from: opening.image)
      look = opening.look
      tell(Session.greeting(opening))
    } catch {
      tellOfFailure("Not opened: \(Failure(error)?.message ?? "\(error)")")
    }
  }

  /// From now on, plays a file again whenever it has changed.
  ///
  /// - Parameter keepsState: whether only the program in the machine is changed.
  func watch(_ path: String, keepsState: Bool) {
    watched = Watched(path: path, keepsState: keepsState, stamp: Storage.stamp(of: path))
  }

  /// Looks whether the file that is watched has changed. If it cannot be used, what runs goes on.
  func lookAtWatchedFile() {
    guard let file = watched, let stamp = Storage.stamp(of: file.path), stamp != file.stamp else {
      return
    }
    watched?.stamp = stamp
    do {
      let opening = try Opening(
        LoadedFile(file.path, isRestore: false), options, isHeadless: false)
      let changed = opening.machine
      adopt(file.keepsState ? try machine.replacing(changed.program) : changed)
      look = opening.look
      tell(file.keepsState ? "Changed" : "Started again")
    } catch {
      tellOfFailure(Failure(error)?.message ?? "\(error)")
    }
  }

  /// Says something to the user.
  func tell(_ text: String) {
    message = text
    messageCount += 1
  }

  /// Says what went wrong, on standard error too, for the message in the window goes away. Only
  /// there is room for more than a line.
  private func tellOfFailure(_ text: String) {
    tell(text.split(separator: "\n").first.map(String.init) ?? text)
    printError(text)
  }

  /// Tells of the saves that have ended.
  func reportSaves() {
    for outcome in saves.takeOutcomes() {
      if let error = outcome.error {
        tellOfFailure("Slot \(outcome.slot) was not saved: \(error)")
      } else {
        tell("Saved slot \(outcome.slot)")
      }
    }
  }

  /// Comes back when no save is running any more.
  func close() {
    saves.finish()
    reportSaves()
  }

  /// Goes on with another machine. One that was paused stays so, and shows where it stands.
  private func adopt(_ machine: Chip8, from image: Image? = nil) {
    self.machine = machine
    self.image = image
    end = nil
  }

  private static func greeting(_ opening: Opening) -> String {
    let platform = opening.machine.state.configuration.platform.title
    return opening.image != nil ? "Resumed on \(platform)" : "\(platform) · F1 shows the keys"
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
