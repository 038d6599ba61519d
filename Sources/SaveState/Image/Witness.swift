/// The machine's digest a little later. A reader that replays that can tell whether a state means to
/// them what it meant to the program that saved it, which no checksum shows. Nothing is held down
/// meanwhile.
public struct Witness: Hashable, Sendable {
  /// How many instructions it runs, at most.
  public let instructions: Int
  /// How many frames it ends, at most.
  public let frames: Int
  /// The state digest of the machine then.
  public let digest: Digest

  static let byteCount = 40

  /// What a machine will be: far enough to see a frame end at any usual speed and to meet many of
  /// its instructions, and near enough not to be felt.
  init(of machine: some Machine) {
    self.init(of: machine, instructions: 1024, frames: 16)
  }

  private init(of machine: some Machine, instructions: Int, frames: Int) {
    var later = machine
    later.releaseHeldInput()
    let start = later.position
    later.advance(
      until: Position(
        frame: start.frame + UInt64(frames), instruction: start.instruction + UInt64(instructions)))
    self.instructions = instructions
    self.frames = frames
    digest = later.stateDigest
  }

  /// Whether a machine becomes what this says.
  public func holds(for machine: some Machine) -> Bool {
    Witness(of: machine, instructions: instructions, frames: frames) == self
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(instructions))
    writer.append(UInt32(frames))
    writer.append(contentsOf: digest.bytes)
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws(ImageError) {
    var reader = ByteReader(bytes)
    guard
      bytes.count == Witness.byteCount,
      let instructions = reader.next(UInt32.self),
      let frames = reader.next(UInt32.self),
      let digest = reader.take(32)
    else { throw .damagedSection(Image.witnessTag) }
    guard instructions <= 65536 else {
      throw .badField("instructions of the witness \(instructions)")
    }
    guard (1...256).contains(frames) else { throw .badField("frames of the witness \(frames)") }
    self.instructions = Int(instructions)
    self.frames = Int(frames)
    self.digest = Digest(bytes: Array(digest))
  }
}

extension Image {
  static let witnessTag = Tag("WITN")

  /// What the machine will be a little later, if the image says so.
  public func witness() throws(ImageError) -> Witness? {
    guard
      let contents = try ancillary(Image.witnessTag, atMost: Witness.byteCount)
    else { return nil }
    return try Witness(decoding: contents)
  }
}
