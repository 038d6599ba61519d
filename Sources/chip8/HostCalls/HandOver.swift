import Chip8Core
import SaveState

/// A run that goes on in a new process in place of this one: the same executable with another image,
/// and with the options that are still to be done.
struct HandOver {
  private let path: String
  private let image: [UInt8]
  private let arguments: [String]
  private let options: [String]

  /// - Parameters:
  ///   - path: what the image's file is called.
  ///   - image: its bytes, which were found to be those of an image that can be restored.
  ///   - arguments: what the program in it is handed.
  ///   - options: what is left of this run's options.
  init(to path: String, _ image: [UInt8], _ arguments: [String], options: [String]) {
    (self.path, self.image) = (path, image)
    (self.arguments, self.options) = (arguments, options)
  }

  /// Becomes the new process, which gets the very bytes that were checked, whatever has become of
  /// their file. A signal that comes just now is for that one.
  func execute() throws(Failure) -> Never {
    Interrupt.holdForNextProcess()
    do throws(StorageError) {
      let descriptor = try CleanProcess.hand(image)
      let arguments = Chip8.commandLine(
        restoring: path, arguments: arguments,
        options: ["--restore-descriptor=\(descriptor)"] + options)
      // A file that stands alone would take all of this for arguments of its own program.
      guard Standalone.options == nil else {
        try CleanProcess.execute(arguments, name: Standalone.emulatorName)
      }
      try CleanProcess.execute(arguments)
    } catch { throw .storage(error) }
  }
}

extension Restoration {
  /// Tells the user if the machine will not go on as it would have where it was saved. What it was
  /// given here has no part in that.
  func warnOfDrift() {
    guard let machine = try? image.machine() as Chip8 else { return }
    image.warnOfDrift(machine, in: path)
  }
}

extension Host {
  /// The options with which another process has the same host.
  var options: [String] { folder.map { ["--host-calls=\($0)"] } ?? [] }
}

extension HeadlessOptions {
  /// What is left of a run.
  ///
  /// - Parameters:
  ///   - frames: those that are left, nil without a limit.
  ///   - instructions: those that are left, nil without a limit.
  ///   - until: what ends the run, with addresses for labels.
  ///   - keys: what will still be pressed.
  func rest(
    frames: Int?, instructions: Int?, until: [StopCondition], keys: String?
  ) -> [String] {
    let options: [(String, String?)] = [
      ("frames", frames.map(String.init)), ("instructions", instructions.map(String.init)),
      ("keys", keys), ("save", save), ("save-slot", saveSlot), ("screenshot", screenshot),
      ("scale", scale.map(String.init)), ("with", with), ("base", base),
    ]
    return ["--headless"]
      + options.compactMap { name, value in value.map { "--\(name)=\($0)" } }
      + until.map { "--until=\($0.text)" } + print.map { "--print=\($0.rawValue)" }
      + (json ? ["--json"] : []) + (executable ? ["--executable"] : [])
      + (leavesOutProgram ? ["--no-rom"] : [])
  }
}

extension DependencyOptions {
  /// These options, for another process.
  var arguments: [String] {
    romPath.map { "--rom-path=\($0)" } + basePath.map { "--base-path=\($0)" }
  }
}

extension StopCondition {
  fileprivate var text: String {
    switch self {
    case .halt: "halt"
    case .keyWait: "key-wait"
    case .pc(let address): "pc=\(address)"
    case .label(let name): "pc=\(name)"
    case .screen(let digest): "screen=\(digest)"
    }
  }
}
