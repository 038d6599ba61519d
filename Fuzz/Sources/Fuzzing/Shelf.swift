import SaveState

/// Has what images leave out: some images, and one program.
public struct Shelf: Dependencies {
  /// The program that images may leave out: a jump to itself.
  static let program: [UInt8] = [0x12, 0x00]

  private let images: [[UInt8]]

  /// A shelf with images.
  public init(_ images: [[UInt8]]) { self.images = images }

  /// The one program, whatever is looked for.
  public func find(_ program: Program.Identity) -> LookupResult {
    .found(Shelf.program, path: "program.ch8")
  }

  /// The image of that digest, else any image.
  public func find(_ parent: Image.Parent) -> LookupResult {
    let image = images.first { Array($0.suffix(32)) == parent.digest.bytes } ?? images.last
    return image.map { .found($0, path: "base.state") } ?? .missing(Search())
  }
}
