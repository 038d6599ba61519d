import Chip8Core
import SaveState

extension Chip8 {
  /// Restores an image in place of the whole running process: re-executes the executable, with the
  /// image and the arguments on its command line as chip8 takes them,
  /// `--restore=PATH OPTION… -- ARGUMENT…`. See `Reexec` for what is left of this process.
  ///
  /// Everything is checked first: whatever is wrong with the image or the arguments, the caller goes
  /// on.
  ///
  /// - Parameters:
  ///   - path: the image's file. The image has to be complete.
  ///   - arguments: what the program in it is handed: at most 20, of 2048 bytes together.
  ///   - options: further options of the new process.
  /// - Throws: `StorageError` for the image, or if the operating system does not begin the process;
  ///   ``Arguments/Refusal``.
  public static func becomeProcess(
    restoring path: String, arguments: [String], options: [String] = []
  ) throws -> Never {
    var machine: Chip8 = try Image(contentsOf: path).machine(in: path)
    do throws(InputError) { try machine.apply(.arguments(arguments)) } catch {
      if case .arguments(let refusal) = error { throw refusal }
      throw error
    }
    try Reexec.execute(commandLine(restoring: path, arguments: arguments, options: options))
  }

  /// The command line of a process that restores an image, without the name in front.
  public static func commandLine(
    restoring path: String, arguments: [String], options: [String]
  ) -> [String] {
    ["--restore=\(path)"] + options + ["--"] + arguments
  }
}
