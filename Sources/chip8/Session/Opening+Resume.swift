import Chip8Core
import SaveState

extension Opening {
  /// The program where its user has left it: as it was saved last without his doing. What had to be
  /// passed over is told of on standard error, and so is that there is nothing to go on from.
  ///
  /// - Parameter file: where the program comes from.
  func resumed(
    _ file: LoadedFile, _ options: MachineOptions, slotsRoot: String
  ) throws -> Opening {
    guard image == nil else {
      throw Failure.usage(
        "\(fileName(file.path)) is a saved state and resumed anyway: leave out --resume")
    }
    let slots = Slots(root: slotsRoot, program: machine.program.sha1)
    let (found, passedOver) = slots.newestResumable(Chip8.self)
    for error in passedOver { printError("passed over: \(error)") }
    guard let found else {
      printError("\(machine.program.name): there is nothing to resume: it starts anew")
      return self
    }
    if let option = options.decidingOption {
      throw Failure.usage("\(option) contradicts --resume, which brings its own machine")
    }
    found.image.warnOfDrift(found.machine, in: found.path)
    var resumed = try resuming(found.machine, from: found.image, options)
    _ = try resumed.inputs.readEnd(found.path, limit: 0, for: .subject)
    return resumed
  }
}
