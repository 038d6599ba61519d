import Chip8Core
import SaveState

/// A moment of a machine's past.
public enum Moment: Hashable, Sendable {
  /// Where a frame begins, counted from power-on.
  case frame(UInt64)
  /// Right after an instruction, counted from power-on.
  case instruction(UInt64)
  /// So many frames ago.
  case framesAgo(UInt64)
}

/// Why a machine does not begin with a moment of its past.
public struct MomentError: Error, Hashable, Sendable, CustomStringConvertible {
  let error: SeekError
  /// Whether the image says anything of the past.
  let hasPast: Bool

  /// A moment of a past that there is, or is none.
  package init(error: SeekError, hasPast: Bool) { (self.error, self.hasPast) = (error, hasPast) }

  /// One sentence for the user, without the file's name.
  public var description: String {
    switch error {
    case .beforeStart where !hasPast:
      "the saved state carries no past, so it cannot be rewound; save it with its past"
    case .beforeStart(let start):
      "the saved state's past does not go back that far: it begins at frame \(start.frame), "
        + "instruction \(start.instruction)"
    case .afterEnd(let end):
      "the saved state ends earlier: at frame \(end.frame), instruction "
        + "\(end.instruction)"
    case .nowhere: "the saved state's past does not contain that moment"
    case .unproven: "the saved state's past is not verified yet"
    case .falsePast:
      "the saved state's past does not lead to its machine, so it cannot be rewound; use it as it is"
    }
  }
}

extension Timeline<Chip8> {
  /// A machine from an image, with its past as far as the image says it.
  ///
  /// - Parameters:
  ///   - path: the image's file.
  ///   - warnings: gets another one if the past cannot be read.
  init(_ machine: Chip8, from image: Image, in path: String, _ warnings: inout [Warning]) {
    self.init(machine, past: image.readablePast(of: machine, in: path, &warnings))
  }

  mutating func seek(to moment: Moment) throws(SeekError) {
    switch moment {
    case .frame(let frame): try seek(to: Position(frame: frame))
    case .instruction(let instruction): try seek(toInstruction: instruction)
    case .framesAgo(let frames):
      if frames > 0 { try rewind(frames: frames) }
    }
  }
}

extension Image {
  /// What the image says of a machine's past; nil, with a warning, if that cannot be read.
  func readablePast(
    of machine: Chip8, in path: String, _ warnings: inout [Warning]
  ) -> Past<Chip8>? {
    do throws(ImageError) { return try past(of: machine) } catch {
      warnings.append(.unreadable(path: path, error))
      return nil
    }
  }
}
