// The files that RetroArch keeps states in. They may come from anywhere, so nothing in them is trusted.

import Chip8Core
import SaveState

/// A file of a state: what the core has written, by itself or in a container (`RASTATE`) beside what
/// RetroArch adds to it; and each of them as it is, or deflated in pieces (`#RZIP`).
package enum RetroArchFile {
  /// More than any file has that is read.
  package static let maxByteCount = 16 << 20

  private static let deflatedMagic = Array("#RZIPv".utf8) + [1, UInt8(ascii: "#")]
  private static let containerMagic = Array("RASTATE".utf8)
  private static let containerVersion: UInt8 = 1
  private static let coreBlock = Tag("MEM ")

  /// The machine of a file as an image, with all that the program that RetroArch had loaded says beside it.
  ///
  /// - Throws: ``CoreStateError``.
  package static func image(in file: [UInt8], of loaded: LoadedMachine) throws -> Image {
    let machine = try machine(in: file, of: loaded.machine.program)
    return try SavedMoment(
      timeline: Timeline(machine), pastByteLimit: nil, image: loaded.image,
      metadata: loaded.metadata
    ).image()
  }

  /// The machine of a file.
  package static func machine(
    in file: [UInt8], of program: Program
  ) throws(CoreStateError) -> Chip8 {
    let state = try coreState(in: file)
    var codec = CoreStateCodec()
    return try state.withUnsafeBufferPointer { bytes throws(CoreStateError) in
      try codec.machine(UnsafeRawBufferPointer(bytes), of: program)
    }
  }

  /// What the core has written to a file.
  private static func coreState(in file: [UInt8]) throws(CoreStateError) -> [UInt8] {
    guard file.count <= maxByteCount else { throw .notAState }
    let whole = file.starts(with: deflatedMagic) ? try inflated(file) : file
    return whole.starts(with: containerMagic) ? try unpacked(whole) : whole
  }

  /// A deflated file: the size of its pieces and its own, and for each piece how long its zlib
  /// stream is, and that.
  private static func inflated(_ file: [UInt8]) throws(CoreStateError) -> [UInt8] {
    var reader = ByteReader(file.dropFirst(deflatedMagic.count))
    guard
      let pieceByteCount = reader.next(UInt32.self), let byteCount = reader.next(UInt64.self),
      pieceByteCount > 0, byteCount <= UInt64(maxByteCount)
    else { throw .damagedFile }
    var bytes: [UInt8] = []
    while bytes.count < Int(byteCount) {
      guard
        let count = reader.next(UInt32.self), let stored = reader.take(Int(count)),
        let piece = Inflation.zlib.bytes(
          of: stored, count: min(Int(pieceByteCount), Int(byteCount) - bytes.count))
      else { throw .damagedFile }
      bytes += piece
    }
    guard reader.count == 0 else { throw .damagedFile }
    return bytes
  }

  /// The core's block of a container. Each has a tag and a length, and begins at a multiple of eight.
  private static func unpacked(_ container: [UInt8]) throws(CoreStateError) -> [UInt8] {
    var reader = ByteReader(container.dropFirst(containerMagic.count))
    guard let version = reader.next(UInt8.self) else { throw .damagedFile }
    guard version == containerVersion else { throw .unknownVersion(UInt16(version)) }
    while let tag = reader.next(UInt32.self), let count = reader.next(UInt32.self) {
      guard let block = reader.take(Int(count)) else { throw .damagedFile }
      if Tag(rawValue: tag) == coreBlock { return Array(block) }
      _ = reader.take(-Int(count) & 7)
    }
    throw .damagedFile
  }
}
