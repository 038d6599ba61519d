// An instruction made ready to be executed. Quirks and lengths are resolved here, once, so that
// nothing is asked twice while a program runs.

/// What executes an instruction, and then all that follow it: a C function that ends by calling the
/// next one's, which the compiler makes a jump. Its parameters stay in the host's registers.
///
/// - Parameters:
///   - m: the ``Core``.
///   - op: the ``Operation`` that is executed.
///   - i: the register I.
///   - left: how many instructions may follow this one.
///   - sp: how many return addresses there are.
///   - v: the registers V0 to VF.
typealias Handler =
  @convention(c) (_ m: Raw, _ op: Op, _ i: UInt, _ left: UInt, _ sp: UInt, _ v: V) -> Void

// C has no names for what these point to.
typealias Raw = UnsafeMutableRawPointer
typealias Op = UnsafeRawPointer
typealias V = UnsafeMutablePointer<UInt8>

/// An instruction at an address of the RAM, in 16 bytes.
struct Operation {
  /// What executes it.
  var handler: Handler
  /// The registers, 0–15.
  var x: UInt8 = 0
  var y: UInt8 = 0
  /// n, nn or nnn; where I moves after Fx55 and Fx65; a call's return address.
  var number: UInt16 = 0
  /// Where the operation is that a jump or call goes to, in bytes from the first.
  var target: UInt32 = 0

  /// How many bytes lie between the operations of two addresses.
  static let stride = 16
}

/// What decides how instructions are decoded, and how frames pass.
struct Dialect {
  let extensions: Extensions
  let quirks: Quirks
  let maxStackCount: Int
  /// The planes that there are, a bit for each.
  let planeMask: UInt8
  let framesPerSecond: Int
  let instructionsPerFrame: Int
  /// Whether a frame is so many instructions, executed by handlers.
  let hasWholeFrames: Bool

  init(_ configuration: Configuration) {
    let platform = configuration.platform
    framesPerSecond = platform.framesPerSecond
    instructionsPerFrame = configuration.instructionsPerFrame
    hasWholeFrames =
      configuration.timing == .ipf && !platform.extensions.contains(.twoPage)
    extensions = platform.extensions
    quirks = configuration.effectiveQuirks
    maxStackCount = platform.maxStackCount
    planeMask = platform.planeMask
  }

  /// Whether sprites are 8 pixels wide on a screen of 64×32, where they are clipped, as in most programs.
  var drawsPlainly: Bool { extensions.isDisjoint(with: .superChip10) && !quirks.contains(.wrap) }

  var isTwoPage: Bool { extensions.contains(.twoPage) }
}
