import Chip8Player

/// What a command line hands to the program in a saved state.
package func programArguments(of commandLine: [String]) throws -> [String] {
  try Chip8Command.parse(commandLine).arguments
}

/// What the parser makes of a run's command line, and what is made of it without the parser: every value,
/// as text; nil where there is none.
package func commandLineValues(
  of commandLine: [String]
) -> (parsed: String?, plain: String?) {
  let plain = Chip8Command(plain: commandLine)
  let parsed = try? Chip8Command.parse(commandLine)
  return (parsed.map(text(of:)), plain.map(text(of:)))
}

/// Whether a run's command line is read without the parser.
package func isPlainCommandLine(_ commandLine: [String]) -> Bool {
  Chip8Command(plain: commandLine) != nil
}

/// A value with all that it consists of. What wraps an option's value says more about itself than that:
/// how it is to be parsed.
private func text(of value: Any) -> String {
  if let options = value as? any SettingOptions {
    return "\(Setting.allCases.map { "\($0): \(options.given[$0] ?? "")" })"
  }
  let children = Mirror(reflecting: value).children
  if let wrapped = children.first(where: { $0.label == "_parsedValue" }) {
    return text(of: wrapped.value)
  }
  guard !children.isEmpty else { return String(reflecting: value) }
  let parts = children.map { "\($0.label ?? ""): \(text(of: $0.value))" }
  return "\(type(of: value))(\(parts.joined(separator: ", ")))"
}
