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
