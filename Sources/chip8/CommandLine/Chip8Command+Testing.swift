/// What a command line hands to the program in a saved state.
package func programArguments(of commandLine: [String]) throws -> [String] {
  try Chip8Command.parse(commandLine).arguments
}
