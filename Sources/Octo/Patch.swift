// Patch.swift: a reference to a label which is not defined yet.

/// A place in memory which waits for the address of a label.
struct Patch {
  /// How the address is written there.
  enum Form {
    /// The low 12 bits of an instruction.
    case address
    /// Two bytes, the high one first.
    case pointer
    /// The immediate bytes of two instructions: a nibble already there and 12 bits.
    case unpack
    /// The immediate bytes of two instructions: 16 bits.
    case unpackLong

    var bits: Int {
      switch self {
      case .address, .unpack: 12
      case .pointer, .unpackLong: 16
      }
    }
  }

  let address: Int
  let form: Form
}
