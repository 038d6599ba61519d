/// What a deterministic machine owes the engine: its state as canonical sections, and the way back.
///
/// Whatever can influence the machine's future must be in the sections; nothing else may be. Then
/// two machines with the same sections behave the same forever, and a digest of the sections
/// stands for the machine.
public protocol Machine: Sendable {
  /// Names this kind of machine in an image.
  static var kind: Tag { get }

  /// The sections that such machines own, each once. Those beside the state are written in this order.
  /// An image with a critical section that is not registered is refused.
  static var sections: [SectionKind] { get }

  /// What such machines can do, by the names under which images ask for it.
  static var features: Set<String> { get }

  /// The program that the machine was started with.
  var program: Program { get }

  /// Writes the whole state, always the same sections in the same order for the same state.
  func encode(into sections: inout StateWriter)

  /// Goes on without input until it has executed so many instructions, or ended so many frames, or
  /// cannot go on. It always comes back.
  mutating func advance(instructions: Int, frames: Int)

  /// A new machine from sections that nobody vouches for: every field is checked.
  init(program: Program, decoding sections: inout StateReader) throws(ImageError)
}

extension Machine {
  /// The canonical encoding of the whole state.
  public var canonicalState: [UInt8] {
    var writer = StateWriter()
    encode(into: &writer)
    return writer.canonicalBytes
  }

  /// The SHA-256 of the canonical encoding: equal digests, equal futures.
  public var stateDigest: Digest {
    Digest.sha256(canonicalState)
  }
}
