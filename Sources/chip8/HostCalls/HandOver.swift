import Chip8Core
import Glibc

/// A run that goes on in a new process in place of this one: the same executable with another image,
/// and with the options that are still to be done.
struct HandOver {
  /// The command line of the new process.
  let arguments: [String]

  /// - Parameter options: what is left of this run's options.
  init(_ restoration: Restoration, options: [String]) {
    arguments = ["--restore=\(restoration.path)"] + options + ["--"] + restoration.arguments
  }

  /// Becomes the new process. Every file that this one has open is closed by that.
  func execute() throws(Failure) -> Never {
    // A file that stands alone would take all of this for arguments of its own program.
    let name = Standalone.options == nil ? CommandLine.arguments[0] : Standalone.emulatorName
    var pointers = ([name] + arguments).map { strdup($0) } + [nil]
    execv("/proc/self/exe", &pointers)
    throw Failure(
      message: "the program cannot be restored in a new process: "
        + String(cString: strerror(errno)).lowercased(), code: EX_OSERR)
  }
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
