import ArgumentParser
import Chip8Player

/// Where to look for what an image leaves out, if it is not beside it.
struct DependencyOptions: ParsableArguments {
  @Option(help: .value("DIR|FILE", "Where to look for a program that a saved state leaves out."))
  var romPath: [String] = []

  @Option(help: .value("DIR|FILE", "Where to look for the parent of a saved state."))
  var basePath: [String] = []

  var paths: DependencyPaths { DependencyPaths(programs: romPath, parents: basePath) }
}

/// The saved state that a command is about.
struct ImageArgument: ParsableArguments {
  @Argument(help: "The saved state; - is standard input.") var file: String

  @OptionGroup var dependencies: DependencyOptions

  func opened() throws -> OpenedImage { try OpenedImage(file, dependencies.paths) }
}

/// The movie that a command is about.
struct MovieArgument: ParsableArguments {
  @Argument(help: "The movie or its text form; - is standard input.") var file: String

  @OptionGroup var dependencies: DependencyOptions

  func opened() throws -> MovieFile { try MovieFile(contentsOf: file, dependencies.paths) }
}
