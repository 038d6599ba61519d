// An instruction made ready to be executed. Quirks and lengths are resolved here, once, so that
// nothing is asked twice while a program runs.

/// What executes an instruction, and then all that follow it: a C function that ends by calling the
/// next one's, which the compiler makes a jump. Its parameters stay in the host's registers.
///
/// - Parameters:
///   - m: the ``Core``; the registers V0 to VF are its first bytes.
///   - op: the ``Operation`` that is executed.
///   - i: the register I.
///   - left: how many instructions may follow this one.
///   - sp: where the next return address goes.
typealias Handler =
  @convention(c) (_ m: Raw, _ op: Op, _ i: UInt, _ left: Int, _ sp: Raw) -> Void

// C has no names for what these point to.
typealias Raw = UnsafeMutableRawPointer
typealias Op = UnsafeRawPointer

/// An instruction at an address of the RAM, in 16 bytes.
struct Operation {
  /// What executes it.
  var handler: Handler
  /// The registers, 0–15. A call has its return address in both.
  var x: UInt8 = 0
  var y: UInt8 = 0
  /// n, nn or nnn; where I moves after Fx55 and Fx65.
  var number: UInt16 = 0

  /// How many bytes lie between the operations of two addresses.
  static let stride = 16
}

/// What decides how instructions are decoded.
struct Dialect {
  let extensions: Extensions
  let quirks: Quirks

  init(_ configuration: Configuration) {
    extensions = configuration.platform.extensions
    quirks = configuration.effectiveQuirks
  }

  /// Whether the display is one plane of 64×32 pixels, and nothing else.
  var hasPlainDisplay: Bool { extensions.isDisjoint(with: .superChip10) }
}
