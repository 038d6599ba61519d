import SaveState

/// An input of a machine from power-on onwards. ``Chip8/apply(_:)`` is the only way in:
/// two machines that are equal and get equal events at equal positions stay equal.
///
/// A restored image, or a load, is not an input: another machine replaces this one. That
/// the program may call its host is decided where the machine is switched on or restored.
///
/// The cases are in the order of their codes in files; a new one is added at the end.
public enum InputEvent: Hashable, Sendable {
  /// All keys that are held down from now on. The program sees them from the next frame that begins;
  /// one that has begun keeps those that it began with.
  case keys(KeySet)
  /// Bytes for the RAM, from an address on, as soon as the event comes.
  case poke(Int, [UInt8])
  /// The status of the pending host call. The call is executed with it when the machine
  /// continues. After ``HostStatus/restored`` the machine is as its own image: ``Chip8/suspended``.
  case hostAnswer(HostStatus)
  /// A subroutine of the program, which is called when the machine continues, after those that are
  /// still to be called; then the program continues from where it is.
  case entryCall(Int)
  /// Arguments for the program in a suspended machine, which it gets when the machine continues; without
  /// this, it gets none.
  case arguments([String])
  /// Another program in place of the one in the RAM, for one that is changed while it runs: all else
  /// stays as it is, but the rest of a longer program is erased.
  indirect case program(Program)
  /// The user flags, as they were kept while the machine was switched off. Those that are missing are
  /// zero, and those that the machine lacks are ignored.
  case userFlags([UInt8])
  /// Another value for a register, from a debugger: any but SP, as stack levels above it are not part of
  /// the state. A new PC ends a wait for a key or the display.
  case register(Register, Int)
}

/// Why a machine does not take an input.
public enum InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A program does not fit, or a poke goes past the RAM.
  case program(ProgramError)
  /// A subroutine cannot be called.
  case entryCall(EntryCallError)
  /// Arguments cannot be handed to the program.
  case arguments(Arguments.Refusal)
  /// A register cannot have a value.
  case register(Register, Int)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .program(let error): "\(error)"
    case .entryCall(let error): "\(error)"
    case .arguments(let refusal): "\(refusal)"
    case .register(.sp, _): "SP cannot be changed"
    case .register(let register, let value):
      "\(value) is too large or too small for \(register.name)"
    }
  }
}
