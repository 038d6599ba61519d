/// Everything that can influence the machine's future, and nothing else: one plain value.
///
/// A copy of it is a snapshot. Its encoding is in `Chip8+Machine.swift`; what the machine keeps
/// beside it and never saves is `Chip8.Unsaved`.
public struct State: Sendable {
  /// Which machine this is.
  public var configuration: Configuration

  /// 4096 bytes, or 65536 on XO-CHIP.
  public var ram: [UInt8]
  var optionalState = OptionalState.nothing

  // From here on everything is plain bytes, which are copied as such: see ``StateRest``.

  /// The display.
  public var display = Display()

  /// The registers V0 to VF.
  public var v = InlineArray<16, UInt8>(repeating: 0)
  /// The index register.
  public var i: UInt16 = 0
  /// Where the next instruction is. In Fx0A it is that instruction, until a key completes it.
  public var pc: UInt16
  /// The return addresses, oldest first; the first ``stackCount`` are in use.
  public var stack = InlineArray<16, UInt16>(repeating: 0)
  /// How many return addresses there are.
  public var stackCount: UInt8 = 0
  /// The delay timer, in frames.
  public var delay: UInt8 = 0
  /// The sound timer, in frames.
  public var sound: UInt8 = 0
  /// SUPER-CHIP's and XO-CHIP's user flags.
  public var flags = InlineArray<16, UInt8>(repeating: 0)
  /// The generator of Cxnn.
  public var random: SplitMix64

  /// The audio pattern and its pitch.
  public var audio = Audio()

  /// The keys that are down in this frame.
  public var keys: KeySet = []

  /// Set while Fx0A waits.
  public var keyWait: KeyWait?
  /// Counted in cycles: how long the sprite is still being prepared while Dxyn waits for the
  /// display interrupt.
  public var drawWait: UInt32?

  /// Instructions that are left in the frame; nil between two frames. Counted in cycles it is 0
  /// within a frame.
  public var instructionsLeftInFrame: UInt32?
  /// Frames completed since power-on, at most ``maxFrames``.
  public var frames: UInt64 = 0
  /// Instructions executed since power-on, at most ``maxInstructions``.
  public var instructions: UInt64 = 0
  /// Machine cycles since power-on, where they are counted.
  public var cycles: UInt64

  /// The most frames that are counted, those of more than a hundred thousand years. A machine that
  /// has counted so many, or so many instructions, cannot run any more.
  public static let maxFrames = UInt64.max >> 16
  /// The most instructions that are counted.
  public static let maxInstructions = UInt64.max >> 2

  /// The state of a machine that was just switched on.
  init(_ configuration: Configuration, program: [UInt8], seed: UInt64) {
    self.init(configuration, ram: configuration.powerOnRAM(program), seed: seed)
  }

  /// The same with something else in the RAM.
  init(_ configuration: Configuration, ram: [UInt8], seed: UInt64) {
    self.configuration = configuration
    self.ram = ram
    pc = UInt16(configuration.platform.entryPoint)
    random = SplitMix64(state: seed)
    cycles = configuration.timing == .cycles ? configuration.clock.programStart : 0
  }

  /// Whether neither the host nor an entry call has to do with the machine.
  @inline(__always)
  var hasNoHostState: Bool {
    if case .nothing = optionalState { true } else { false }
  }

  /// Whether the next frame begins with a program that runs on: it waits for nothing, and neither the
  /// host nor an entry call has to do with it.
  @inline(__always)
  var isBetweenPlainFrames: Bool {
    hasNoHostState && instructionsLeftInFrame == nil && keyWait == nil
      && frames < State.maxFrames >> 1
      && instructions < State.maxInstructions >> 1
  }

  /// What the host has to do with the machine; nil unless the program may call it.
  public var hostCalls: HostCalls? {
    get { optionalState.hostCalls }
    set { optionalState = OptionalState(newValue, optionalState.entryCalls) }
  }

  /// Entry calls; nil if there are none.
  public var entryCalls: EntryCalls? {
    get { optionalState.entryCalls }
    set { optionalState = OptionalState(optionalState.hostCalls, newValue) }
  }

  /// What is on the screen.
  public var screen: Screen { Screen(display, configuration) }

  /// Ends Fx0A's wait, if a frame that begins with these keys does, and says which register gets
  /// which key. To give it that key, and the program counter, is left to the caller.
  mutating func endKeyWait(_ keys: KeySet) -> (register: UInt8, key: UInt8)? {
    guard let wait = keyWait, let key = wait.pressed.subtracting(keys).lowest else { return nil }
    if configuration.timing == .cycles {
      // The VIP's own routine comes back only when its buzzer has fallen silent.
      guard sound == 0 else { return nil }
      // An image can hold a machine that is at the end of the range already.
      cycles = min(
        cycles + VIPClock.keyWaitEnd, configuration.clock.range(afterFrames: frames).upperBound)
    }
    keyWait = nil
    return (wait.register, key)
  }

  /// Sets the sound timer; the phase begins again where it falls silent.
  mutating func setSound(_ frames: UInt8) {
    sound = frames
    if frames == 0 { audio.phase = 0 }
  }

  /// V0 to VF.
  package var registers: [UInt8] { (0..<16).map { v[$0] } }

  /// The return addresses, oldest first.
  package var returnAddresses: [UInt16] { (0..<Int(stackCount)).map { stack[$0] } }

  /// The two bytes at an address, the high one first, wherever the RAM ends.
  public func word(at address: UInt16) -> UInt16 {
    let mask = ram.count - 1
    return UInt16(ram[Int(address) & mask]) << 8 | UInt16(ram[(Int(address) + 1) & mask])
  }
}

/// What few machines have. It is kept apart from the rest, so that a copy of any other machine is no
/// slower for it.
indirect enum OptionalState {
  case nothing
  case something(hostCalls: HostCalls?, entryCalls: EntryCalls?)

  fileprivate init(_ hostCalls: HostCalls?, _ entryCalls: EntryCalls?) {
    let isNothing = hostCalls == nil && entryCalls == nil
    self = isNothing ? .nothing : .something(hostCalls: hostCalls, entryCalls: entryCalls)
  }

  fileprivate var hostCalls: HostCalls? {
    if case .something(let hostCalls, _) = self { hostCalls } else { nil }
  }

  fileprivate var entryCalls: EntryCalls? {
    if case .something(_, let entryCalls) = self { entryCalls } else { nil }
  }
}
