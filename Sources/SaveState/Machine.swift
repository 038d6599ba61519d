/// What inputs go into: a machine, or what contains one.
public protocol InputReceiver {
  /// All that can reach a machine from outside once it is switched on.
  associatedtype Input: TapeInput
  /// Why a machine does not take an input.
  associatedtype InputRefusal: Error

  /// Applies an input at the machine's position. Nothing else from outside changes it.
  ///
  /// - Throws: if the machine cannot take it; nothing has changed then.
  mutating func apply(_ input: Input) throws(InputRefusal)
}

extension InputReceiver {
  /// Applies an input that the machine cannot refuse: one of a kind that every machine takes, or one that
  /// an equal machine has taken.
  @inlinable @inline(__always)
  package mutating func applyAccepted(_ input: Input) {
    do throws(InputRefusal) { try apply(input) } catch {
      preconditionFailure("the machine refused an input that it must take: \(error)")
    }
  }
}

/// A deterministic machine: its state as canonical sections, and the way back.
///
/// Whatever can influence the machine's future must be in the sections or be an input; nothing else
/// may be. Then two machines with the same sections and the same inputs behave the same forever, and a
/// digest of the sections stands for the machine.
public protocol Machine: InputReceiver, Sendable {
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

  /// Where the machine is in its course.
  var position: Position { get }

  /// The inputs that recreate the held keys.
  var heldInputs: [Input] { get }

  /// The inputs that let go of all that is held down; none if nothing is. Every machine takes them.
  var releasingInputs: [Input] { get }

  /// Alternative inputs tried when explaining a divergence.
  var otherHeldInputs: [Input] { get }

  /// The field of the state that has what was held down where the frame began.
  static var heldFieldName: String { get }

  /// Continues, with whatever is held down, until it has ended as many frames as `end` says or executed
  /// as many instructions, whichever comes first, or cannot continue. If it is exactly at `end`
  /// then, but between two frames, and `end` is in a frame, that frame begins. It always comes
  /// back.
  mutating func advance(until end: Position)

  /// Continues as ``advance(until:)`` does, and says whether the machine has looked at what is held down
  /// meanwhile.
  mutating func advanceNotingReads(until end: Position) -> Bool

  /// The contents of the first section, which has little but what changes most: of every frame of a movie
  /// there is a checksum of it.
  var head: [UInt8] { get }

  /// What a byte of a section says, in a few words: those of one field have the same name.
  func fieldName(in section: Tag, at offset: Int) -> String

  /// A new machine from untrusted sections: every field is checked.
  init(program: Program, decoding sections: inout StateReader) throws(ImageError)

  /// What its random numbers follow from, if the machine is as it was switched on and nothing has
  /// reached it yet.
  var powerOnSeed: UInt64? { get }

  /// This machine as it was switched on, with the program that it has now.
  func poweredOn(seed: UInt64) -> Self

  /// The machine at a moment, with what is held down and without what it keeps only to be fast.
  associatedtype Snapshot: Sendable

  /// The machine as it is now.
  var snapshot: Snapshot { get }

  /// The machine at a moment.
  init(_ snapshot: Snapshot)

  /// Becomes the machine that it was at a moment.
  mutating func restore(from snapshot: Snapshot)

  /// How many bytes of memory a snapshot takes, about.
  static func byteCount(of snapshot: Snapshot) -> Int

  /// A snapshot in few bytes, for keeping many of them.
  associatedtype PackedSnapshot: Sendable

  /// Packs a snapshot.
  static func pack(_ snapshot: Snapshot) -> PackedSnapshot

  /// The snapshot that was packed.
  static func unpack(_ packed: PackedSnapshot) -> Snapshot

  /// How many bytes of memory a packed snapshot takes, about.
  static func byteCount(of packed: PackedSnapshot) -> Int
}

extension Machine {
  /// Lets go of what is held down from outside, as keys are: a machine that was made from its sections
  /// holds nothing.
  public mutating func releaseHeldInput() {
    for input in releasingInputs { applyAccepted(input) }
  }

  /// The SHA-256 of the canonical encoding: equal digests, equal futures.
  public var stateDigest: Digest {
    Digest.sha256(canonicalState)
  }
}
