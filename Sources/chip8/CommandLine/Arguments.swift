// The values that options take, each parsed in one place.

import ArgumentParser
import Chip8Core
import Chip8Player

extension ArgumentHelp {
  /// Help for an option or argument whose value has a name.
  static func value(_ name: String, _ abstract: String) -> ArgumentHelp {
    ArgumentHelp(abstract, valueName: name)
  }
}

extension Platform: ExpressibleByArgument {}
extension Configuration.Timing: ExpressibleByArgument {}

/// `--keys`.
extension KeyScript: ExpressibleByArgument {
  /// The value of the option.
  public init?(argument: String) { self.init(argument) }
}

/// `--platform`: a platform, or none to find out.
enum PlatformChoice: ExpressibleByArgument {
  case auto
  case platform(Platform)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let platform = Platform(rawValue: argument) {
      self = .platform(platform)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { ["auto"] + Platform.allCases.map(\.rawValue) }

  var defaultValueDescription: String { "auto" }
}

/// `--engine`.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case reference, fast, auto

  var kind: EngineKind {
    switch self {
    case .reference: .reference
    case .fast, .auto: .fast
    }
  }
}

/// `--quirk NAME=on|off`.
extension QuirkChoice {
  /// The value of the option.
  init(argument: String) throws(ValidationError) {
    do throws(Problem) { try self.init(argument) } catch {
      switch error {
      case .unknownName: throw ValidationError("the quirks are \(Quirks.nameList).")
      case .neitherOnNorOff(let name, _):
        throw ValidationError("a quirk is on or off, as in \(name)=on.")
      }
    }
  }
}

/// `--poke ADDR=BYTE[,BYTE…]`.
extension Poke: ExpressibleByArgument {
  /// The value of the option.
  public init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = Int(number: parts[0]) else { return nil }
    let bytes = parts[1].split(separator: ",", omittingEmptySubsequences: false)
    let known = bytes.compactMap { UInt8(number: $0) }
    guard !known.isEmpty, known.count == bytes.count else { return nil }
    self.init(address, known)
  }
}

/// `ADDR|LABEL`.
extension Place: ExpressibleByArgument {
  /// The value of the option.
  public init?(argument: String) { self.init(argument) }
}

/// `--watchpoint ADDR|LABEL[:BYTES]`.
extension WatchedPlace: ExpressibleByArgument {
  /// The value of the option.
  public init?(argument: String) {
    // A label may have colons too: only a number after the last one is a length.
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let length = parts.count > 1 ? parts.last.flatMap { Int(number: $0) } : nil
    let name = length == nil ? argument : parts.dropLast().joined(separator: ":")
    guard let place = Place(argument: name), length != 0 else { return nil }
    self.init(place, byteCount: length ?? 1)
  }
}

/// `--until`.
extension StopCondition: ExpressibleByArgument {
  /// The value of the option.
  public init?(argument: String) { self.init(argument) }
}

/// Refuses a number that an option does not take.
///
/// - Parameter unit: what follows the numbers that it takes.
func checkNumber(
  _ option: String, _ number: Int?, in range: ClosedRange<Int>, _ unit: String = ""
) throws(ValidationError) {
  guard let number, !range.contains(number) else { return }
  throw ValidationError(
    "\(option) takes \(range.lowerBound) to \(range.upperBound)\(unit), not \(number).")
}

/// Refuses files of which more than one is standard input.
func checkStandardInput(_ paths: [String?]) throws(ValidationError) {
  guard paths.count(where: { $0 == "-" }) > 1 else { return }
  throw ValidationError("Only one thing can be read from standard input.")
}

/// Refuses files of which more than one is standard output, or one where text is written there too.
func checkStandardOutput(
  _ paths: [String?], andText hasText: Bool = false, remedy: String = ""
) throws(ValidationError) {
  guard paths.count(where: { $0 == "-" }) + (hasText ? 1 : 0) > 1 else { return }
  throw ValidationError("Only one thing can be written to standard output\(remedy).")
}

/// `--print`.
enum Printed: String, CaseIterable, ExpressibleByArgument {
  case screen
  case registers
  case hashes
}
