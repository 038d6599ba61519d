import Chip8Core
import Chip8Player
import SaveState

/// A run that continues in a new process in place of this one: the same executable with another image,
/// and with the options that are still to be done.
struct NextProcess {
  private let restoration: Restoration
  private let options: [String]

  /// Becomes the new process, which gets the very bytes that were checked, whatever has become of
  /// their file. A signal that comes just now is for that one.
  func execute() throws(Failure) -> Never {
    Interrupt.holdForNextProcess()
    do throws(StorageError) {
      let descriptor = try Reexec.hand(restoration.image.bytes)
      let arguments = Chip8.commandLine(
        restoring: restoration.path, arguments: restoration.arguments,
        options: ["--restore-descriptor=\(descriptor)"] + options)
      // A file that stands alone would take all of this for arguments of its own program.
      guard Standalone.options == nil else {
        try Reexec.execute(arguments, name: Standalone.emulatorName)
      }
      try Reexec.execute(arguments)
    } catch { throw .storage(error) }
  }
}

extension NextProcess {
  /// Continues playing in a window or a terminal.
  ///
  /// - Parameters:
  ///   - config: the configuration that the command line names.
  ///   - recording: the file that is recorded, if one is.
  init(
    playing restoration: Restoration, after session: PlaySession, _ options: PlaySession.Options,
    _ machine: MachineOptions, config: String?, recording: String?
  ) {
    self.init(
      restoration: restoration,
      options: machine.arguments + ["--slots=\(options.slotsRoot)"]
        + session.settings[.options].arguments + (config.map { ["--config=\($0)"] } ?? [])
        + (recording.map { ["--record=\($0)"] } ?? [])
        + NextProcess.common(session.player, restoration, options.keptFlags))
  }

  /// Continues with a headless run.
  init(
    running restoration: Restoration, after run: Run, _ options: HeadlessOptions,
    _ machine: MachineOptions, slotsRoot: String, _ kept: KeptFlags?
  ) {
    self.init(
      restoration: restoration,
      options: machine.arguments + ["--slots=\(slotsRoot)"]
        + NextProcess.common(run.player, restoration, kept)
        + options.arguments(for: run.remainingAfterRestoring()))
  }

  /// What any such process needs to know.
  private static func common(
    _ player: Player, _ restoration: Restoration, _ kept: KeptFlags?
  ) -> [String] {
    player.host.options + player.given(for: restoration.machine).arguments
      + (player.forgetsSaved ? ["--no-settings"] : []) + FlagOptions.arguments(for: kept)
      + PastOptions.arguments(for: player.pastByteLimit) + TimelineOptions.arguments(for: player)
  }
}

extension Host {
  /// The options with which another process has the same host.
  fileprivate var options: [String] { directory.map { ["--host-calls=\($0)"] } ?? [] }
}

extension HeadlessOptions {
  /// These options, for a process that does what is left of a run.
  fileprivate func arguments(for rest: RunRequest) -> [String] {
    let options: [(String, String?)] = [
      ("frames", rest.frames.map(String.init)),
      ("instructions", rest.instructions.map(String.init)),
      ("keys", rest.keys.presses.isEmpty ? nil : rest.keys.text), ("save", save),
      ("save-slot", saveSlot), ("screenshot", screenshot), ("scale", scale.map(String.init)),
      ("with", with), ("base", base),
    ]
    return ["--headless"]
      + options.compactMap { name, value in value.map { "--\(name)=\($0)" } }
      + rest.until.map { "--until=\($0.text)" } + print.map { "--print=\($0.rawValue)" }
      + (json ? ["--json"] : []) + (executable ? ["--executable"] : [])
      + (leavesOutProgram ? ["--no-rom"] : [])
  }
}

extension MachineOptions {
  /// Those of these options that hold for a machine in an image, for another process.
  fileprivate var arguments: [String] {
    dependencies.romPath.map { "--rom-path=\($0)" }
      + dependencies.basePath.map { "--base-path=\($0)" }
      + (engine.map { ["--engine=\($0.rawValue)"] } ?? [])
  }
}

extension FlagOptions {
  /// The option with which another process keeps flags in the same place.
  fileprivate static func arguments(for kept: KeptFlags?) -> [String] {
    guard let kept else { return ["--keep-flags=off"] }
    return kept.isNamed ? ["--keep-flags=\(kept.root)"] : []
  }
}

extension SessionMetadata {
  fileprivate var arguments: [String] {
    var options: [String] = []
    if !colors.isEmpty {
      let digits = colors.map { hexadecimal($0, 6) }
      options.append("--colors=" + digits.joined(separator: ","))
    }
    if let rotation { options.append("--rotate=\(rotation)") }
    if let speed { options.append("--speed=\(speed)") }
    if !keys.isEmpty {
      options.append("--key-map=" + keys.map(\.text).joined(separator: ","))
    }
    return options + breakpoints.map { "--break=\($0)" }
      + watchpoints.map { "--watchpoint=\($0.address):\($0.byteCount)" }
  }
}
