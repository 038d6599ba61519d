import SaveState

extension NonVolatileMemory {
  /// The user flags of a program, as many as any machine has, for ``Chip8/userFlags``.
  ///
  /// - Parameter root: where the slots of all programs are, or another directory like that.
  public static func userFlags(root: String, program: Digest) -> NonVolatileMemory {
    NonVolatileMemory(
      root: root, program: program, name: "flags", byteCount: Platform.maxFlagCount)
  }
}
