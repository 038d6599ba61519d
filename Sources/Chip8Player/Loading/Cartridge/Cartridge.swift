import Chip8Core
import JSON
import Octo

/// A program's source in a picture, with how it wants to be run. Format: docs/CARTRIDGES.md.
package struct Cartridge {
  /// The source, in Octo's language.
  package let program: String
  package let options: CartridgeOptions

  package init(program: String, options: CartridgeOptions) {
    self.program = program
    self.options = options
  }

  /// Gets the program out of a picture.
  package init(_ bytes: [UInt8]) throws(ContentsError) {
    guard let picture = GIF(bytes) else { throw .damagedGIF }
    guard
      let payload = picture.hiddenBytes, let members = try? JSONMembers(document: payload),
      let program = try? members.text("program"),
      let options = try? CartridgeOptions(members.object("options") ?? JSONMembers())
    else { throw .noCartridge }
    self.init(program: program, options: options)
  }

  /// The cartridge as a GIF, over a picture of the program's screen.
  package func encoded(label: Screen, appearance: Appearance) throws -> [UInt8] {
    guard
      let picture = GIF(hiding: payload, label: label, appearance),
      let bytes = picture.encoded()
    else { throw ContentsError.tooLargeForCartridge }
    return bytes
  }

  /// The program comes first, as Octo writes it: c-octo does not find it after the options.
  private var payload: [UInt8] {
    Array("{\"program\":\(program.encoded()),\"options\":\(options.json.encoded())}".utf8)
  }
}

// MARK: - Bytes in colours

extension GIF {
  private static let labelScale = 2
  private static let border = 16

  /// The payload, or nil if there is none.
  fileprivate var hiddenBytes: [UInt8]? {
    guard pixels.count >= 8 else { return nil }
    let count = (0..<4).reduce(0) { $0 << 8 | Int(hiddenByte($1)) }
    guard count > 0, (count + 4) * 2 <= pixels.count else { return nil }
    return (4..<4 + count).map(hiddenByte)
  }

  private func hiddenByte(_ index: Int) -> UInt8 {
    hiddenBits(pixels[2 * index]) << 4 | hiddenBits(pixels[2 * index + 1])
  }

  private func hiddenBits(_ color: UInt32) -> UInt8 {
    UInt8(color >> 13 & 8 | color >> 7 & 6 | color & 1)
  }

  /// A picture of a screen, as many frames of it as the payload needs. Nil if that is too much.
  fileprivate init?(hiding payload: [UInt8], label: Screen, _ appearance: Appearance) {
    let scale = GIF.labelScale * 128 / label.width
    let width = label.width * scale + 2 * GIF.border
    let height = label.height * scale + 2 * GIF.border
    let count = UInt32(payload.count)
    let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + payload
    let frameCount = (bytes.count * 2 + width * height - 1) / (width * height)
    guard frameCount * width * height <= GIF.maxPixelCount else { return nil }
    let frame = (0..<width * height).map { point -> UInt32 in
      let x = (point % width - GIF.border) / scale
      let y = (point / width - GIF.border) / scale
      let isInside =
        point % width >= GIF.border && point / width >= GIF.border
        && x < label.width && y < label.height
      return appearance.colors[isInside ? Int(label.pixels[y * label.width + x]) : 0]
    }
    let pixels = (0..<frameCount * frame.count).map { index -> UInt32 in
      let byte = index / 2 < bytes.count ? bytes[index / 2] : 0
      let bits = UInt32(index % 2 == 0 ? byte >> 4 : byte & 0xF)
      return frame[index % frame.count] & 0xFE_FC_FE
        | (bits & 8) << 13 | (bits & 6) << 7 | bits & 1
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}
