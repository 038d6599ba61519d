import Chip8Core

/// What ends a run.
public enum StopCondition: Hashable, Sendable {
  /// The program jumps to itself, or leaves.
  case halt
  /// The program waits for a key, and none will be pressed.
  case keyWait
  /// The instruction at an address is the next to be executed.
  case pc(Place)
  /// The screen has this SHA-1, a byte a pixel, in hexadecimal digits.
  case screen(String)
}

extension StopCondition {
  /// A condition as users write it: `halt`, `key-wait`, `pc=ADDR|LABEL`, `screen=SHA1`; nil for
  /// anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("halt", 1): self = .halt
    case ("key-wait", 1): self = .keyWait
    case ("pc", 2):
      // What is all digits is a number and not a label, and then has to be an address.
      guard let place = Place(String(parts[1])) else { return nil }
      if case .address(let address) = place, address > 0xFFFF { return nil }
      self = .pc(place)
    case ("screen", 2):
      let digest = parts[1].lowercased()
      guard digest.count == 40, digest.allSatisfy(\.isHexDigit) else { return nil }
      self = .screen(digest)
    default: return nil
    }
  }

  /// The same, as it is written.
  public var text: String {
    switch self {
    case .halt: "halt"
    case .keyWait: "key-wait"
    case .pc(.address(let address)): "pc=\(address)"
    case .pc(.label(let name)): "pc=\(name)"
    case .screen(let digest): "screen=\(digest)"
    }
  }
}

extension Place {
  /// `ADDR|LABEL`, as users write it; nil for nothing.
  public init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    self = Int(number: text).map(Place.address) ?? .label(text)
  }
}
