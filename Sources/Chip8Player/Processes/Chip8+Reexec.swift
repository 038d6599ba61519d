import Chip8Core
import SaveState

extension Chip8 {
  /// Restores an image in place of the whole running process: the executable begins anew, with the
  /// image and the arguments on its command line as chip8 takes them,
  /// `--restore=PATH OPTION… -- ARGUMENT…`. See `Reexec` for what is left of this process.
  ///
  /// Everything is checked first: whatever is wrong with the image or the arguments, the caller goes
  /// on.
  ///
  /// - Parameters:
  ///   - path: the image's file. The image has to be complete.
  ///   - arguments: what the program in it is handed: at most 20, of 2048 bytes together.
  ///   - options: what else the new process is told.
  /// - Throws: `FileError` for the image, ``Arguments/Refusal``, or `StorageError` if the operating
  ///   system does not begin the process.
  public static func becomeProcess(
    restoring path: String, arguments: [String], options: [String] = []
  ) throws -> Never {
    let image = try Image(contentsOf: path)
    do {
      var machine: Chip8 = try image.machine()
      try machine.apply(.arguments(arguments))
    } catch let error as ImageError {
      throw FileError.image(path, error)
    } catch InputError.arguments(let refusal) { throw refusal }
    try Reexec.execute(commandLine(restoring: path, arguments: arguments, options: options))
  }

  /// The command line of a process that restores an image, without the name in front.
  public static func commandLine(
    restoring path: String, arguments: [String], options: [String]
  ) -> [String] {
    ["--restore=\(path)"] + options + ["--"] + arguments
  }
}
