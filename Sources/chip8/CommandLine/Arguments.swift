// The values that options take, each parsed in one place.

import ArgumentParser
import Chip8Core

extension Platform: ExpressibleByArgument {}
extension Configuration.Timing: ExpressibleByArgument {}

/// `--keys`.
extension KeyScript: ExpressibleByArgument {
  /// What stands behind the option.
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

/// `--quirk NAME=on|off`.
struct QuirkSetting {
  let quirk: Quirks
  let isOn: Bool

  init(_ argument: String) throws(ValidationError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let quirk = Quirks(named: String(parts[0])) else {
      throw ValidationError(
        "the quirks are \(Quirks.named.map(\.name).joined(separator: ", ")).")
    }
    guard parts.count == 2, ["on", "off"].contains(parts[1]) else {
      throw ValidationError("a quirk is on or off, as in \(parts[0])=on.")
    }
    self.quirk = quirk
    isOn = parts[1] == "on"
  }

  func apply(to quirks: inout Quirks) {
    if isOn { quirks.insert(quirk) } else { quirks.remove(quirk) }
  }
}

/// `--poke ADDR=BYTE[,BYTE…]`.
struct Poke: ExpressibleByArgument {
  let address: Int
  let bytes: [UInt8]

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = number(parts[0]) else { return nil }
    let bytes = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      .map { number($0).flatMap(UInt8.init(exactly:)) }
    let known = bytes.compactMap { $0 }
    guard !known.isEmpty, known.count == bytes.count else { return nil }
    self.address = address
    self.bytes = known
  }
}

/// `--until`: what ends a headless run.
enum StopCondition: ExpressibleByArgument, Equatable {
  case halt
  case keyWait
  case pc(UInt16)
  /// An address by its name, which the symbols of the program tell.
  case label(String)
  case screen(String)

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("halt", 1): self = .halt
    case ("key-wait", 1): self = .keyWait
    case ("pc", 2):
      // What is all digits is a number and no label, and then has to be an address.
      if let number = number(parts[1]) {
        guard let address = UInt16(exactly: number) else { return nil }
        self = .pc(address)
      } else {
        guard !parts[1].isEmpty else { return nil }
        self = .label(String(parts[1]))
      }
    case ("screen", 2):
      let digest = parts[1].lowercased()
      guard digest.count == 40, digest.allSatisfy(\.isHexDigit) else { return nil }
      self = .screen(digest)
    default: return nil
    }
  }
}

/// `--print`.
enum Printed: String, CaseIterable, ExpressibleByArgument {
  case screen
  case registers
  case hashes
}
