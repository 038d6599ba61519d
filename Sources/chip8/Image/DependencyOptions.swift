import ArgumentParser
import Chip8Core
import SaveState

/// Where to look for what an image leaves out, if it is not beside it.
struct DependencyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the program may be that a saved state leaves out.", valueName: "DIR|FILE"))
  var romPath: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where the saved state may be that another one is the difference from.",
      valueName: "DIR|FILE"))
  var basePath: [String] = []

  /// Looks beside an image's file, and where the user says.
  func files(beside path: String) -> FileDependencies {
    FileDependencies(
      beside: path, programPaths: romPath, basePaths: basePath, programSuffix: ".ch8")
  }

  /// An image with all that it leaves out.
  ///
  /// - Parameter inputs: to what is added where that was found.
  func completed(
    _ image: Image, at path: String, _ inputs: inout InputFiles
  ) throws(ImageError) -> Image {
    var files = files(beside: path)
    defer { inputs.add(files.inputs) }
    return try image.completed(Chip8.self, by: &files)
  }
}
