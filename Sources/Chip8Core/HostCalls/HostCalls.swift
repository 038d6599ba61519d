/// What a machine knows of its host, where that answers its calls. A part of the state: it decides
/// what the program sees.
public struct HostCalls: Hashable, Sendable {
  /// The version of the interface, which 0C80 returns.
  public static let version: UInt8 = 1

  /// The arguments that the machine was resumed with.
  public package(set) var arguments: [String] = []

  /// The status that the pending call is about to return; nil if it has not been made,
  /// or the host has not answered. In an image that the program has written it is
  /// ``HostStatus/restored``: the machine is suspended.
  public package(set) var answer: HostStatus?
}

extension Chip8 {
  /// Whether the program may call the host.
  public var allowsHostCalls: Bool { state.hostCalls != nil }

  /// Whether neither the host nor an entry call has to do with the machine, as with most.
  public var hasNoHostState: Bool { state.hasNoHostState }

  /// Lets the program call the host from now on: no input, but decided at power-on or restore.
  public mutating func allowHostCalls() {
    if state.hostCalls == nil { state.hostCalls = HostCalls() }
  }

  /// The machine that a call asks to save: suspended at that call. When it is restored,
  /// the call returns ``HostStatus/restored``.
  public var suspended: Chip8 {
    var machine = self
    machine.finishHostCall(.restored)
    return machine
  }

  /// Whether the machine is at a call that has saved it, or will be when its entry calls
  /// are done. When it runs, that call returns a second time.
  public var isSuspended: Bool {
    state.hostCalls?.answer == .restored || state.entryCalls?.interrupted.answer == .restored
  }

  /// ``InputEvent/hostAnswer(_:)``.
  mutating func finishHostCall(_ status: HostStatus) {
    state.hostCalls?.answer = status
    // A restore passes new ones.
    if status == .restored { state.hostCalls?.arguments = [] }
  }

  /// ``InputEvent/arguments(_:)``.
  mutating func resume(with arguments: [String]) throws(Arguments.Refusal) {
    try Arguments.check(arguments)
    guard !arguments.isEmpty else { return }
    guard isSuspended || state.entryCalls != nil, allowsHostCalls else { throw .notSuspended }
    state.hostCalls?.arguments = arguments
  }
}
