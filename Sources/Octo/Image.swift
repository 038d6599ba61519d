// Image.swift: the memory the program is assembled into.

/// All 64 KiB of memory, with what is known of every byte.
struct Image {
  /// Where programs are loaded.
  static let origin = 0x200
  static let size = 0x10000

  private(set) var bytes = [UInt8](repeating: 0, count: size)
  private var isDefined = [Bool](repeating: false, count: size)
  private var lines = [Int32](repeating: 0, count: size)
  /// The expansion of a macro or string mode which made each byte that one has made.
  private(set) var expansions: [Int: Int] = [:]
  /// Where the next byte goes.
  var here = origin
  /// The address after the highest byte of the program.
  private(set) var end = origin

  /// Why a byte cannot be appended.
  enum Obstacle {
    case full
    case overlap
  }

  /// Appends a byte made by a token of the source, or says why it cannot.
  ///
  /// Bytes below the origin are not part of the program, and may be overwritten.
  mutating func append(_ byte: UInt8, from token: Token) -> Obstacle? {
    guard here < Self.size else { return .full }
    if here >= Self.origin {
      guard !isDefined[here] else { return .overlap }
      isDefined[here] = true
      end = max(end, here + 1)
    }
    bytes[here] = byte
    lines[here] = token.codeLine
    if token.expansion >= 0 { expansions[here] = Int(token.expansion) }
    here += 1
    return nil
  }

  /// Writes the jump to `target` at `address`, where room was left for it.
  mutating func setJump(at address: Int, to target: Int) {
    fill(address, with: 0x10 | target >> 8 & 0xF)
    fill(address + 1, with: target)
  }

  /// Fills in a reference to a label which came to be at `target`.
  mutating func resolve(_ patch: Patch, to target: Int) {
    let high = target >> 8
    let address = patch.address
    switch patch.form {
    case .address:
      add(high & 0xF, at: address)
      fill(address + 1, with: target)
    case .pointer:
      fill(address, with: high)
      fill(address + 1, with: target)
    case .unpack:
      add(high & 0xF, at: address + 1)
      fill(address + 3, with: target)
    case .unpackLong:
      fill(address + 1, with: high)
      fill(address + 3, with: target)
    }
  }

  /// Writes the low eight bits of `value` where room was left for them.
  ///
  /// Room past the end of memory does not exist: that is an error which was reported when the room
  /// was left, and the program is not used.
  private mutating func fill(_ address: Int, with value: Int) {
    guard bytes.indices.contains(address) else { return }
    bytes[address] = UInt8(truncatingIfNeeded: value)
  }

  /// Sets bits of the byte at `address`, on the same terms.
  private mutating func add(_ bits: Int, at address: Int) {
    guard bytes.indices.contains(address) else { return }
    bytes[address] |= UInt8(truncatingIfNeeded: bits)
  }

  /// Gives the two bytes kept for the jump to `main` to the program, which starts with `main`.
  mutating func releaseEntry() {
    here = Self.origin
    if end == Self.origin + 2 { end = Self.origin }
    for address in here..<here + 2 {
      bytes[address] = 0
      isDefined[address] = false
    }
  }

  /// The address after the program, which keeps the room of its jump if it has no byte at all.
  private var programEnd: Int {
    end == Self.origin ? Self.origin + 2 : end
  }

  /// The bytes of the program, from the origin to its end.
  var program: [UInt8] {
    Array(bytes[Self.origin..<programEnd])
  }

  /// The line of the source which made each byte of the program; 0 for a gap.
  var programLines: [Int] {
    lines[Self.origin..<programEnd].map { Int($0) }
  }
}

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
