// The instruction set, written once: a row for each form that an instruction can have. Decoder,
// disassembly, trace, detection and the COSMAC VIP's clock all read these rows; what executes
// instructions switches over their kinds. Sources: docs/SOURCES.md.

/// The instructions of all machines of the family.
enum InstructionSet {
  typealias Form = Instruction.Form

  /// Every form. Of those that fit an opcode, the first one counts that the machine has.
  static let forms = Array(
    [flow, skips, registers, index, memory, display, timers, host, rest].joined())

  /// Finds the form of an opcode.
  static let decoder = Decoder(forms)

  private static let flow: [Form] = [
    // Programs that just end run into 0000, and Octo ends them there.
    Form("0000", .exit, nil, .end),
    Form("00EE", .return, "return", .end, reads: .stack, writes: .stack, vip: 50),
    Form("00FD", .exit, "exit", .end, on: .superChip10),
    Form("1nnn", .jump, "jump nnn", .jump, vip: 80),
    Form("2nnn", .call, ":call nnn", .call, reads: .stack, writes: .stack, vip: 94),
    Form(
      "Bnnn", .jumpIndexed, "jump0 nnn", .jumpIndexed, reads: [.v0, .vx],
      vip: .jumpingToOtherPage(90, more: 2)),
  ]

  private static let skips: [Form] = [
    Form("3xnn", .skipIfEqual, "if vx != nn then", .skip, reads: .vx, vip: .skipping(78, more: 4)),
    Form(
      "4xnn", .skipIfNotEqual, "if vx == nn then", .skip, reads: .vx, vip: .skipping(78, more: 4)),
    Form(
      "5xy0", .skipIfSame, "if vx != vy then", .skip, reads: [.vx, .vy],
      vip: .skipping(82, more: 4)),
    Form(
      "9xy0", .skipIfDifferent, "if vx == vy then", .skip, reads: [.vx, .vy],
      vip: .skipping(82, more: 4)),
    Form(
      "Ex9E", .skipIfKey, "if vx -key then", .skip, reads: [.vx, .keys],
      vip: .skipping(82, more: 4)),
    Form(
      "ExA1", .skipIfNoKey, "if vx key then", .skip, reads: [.vx, .keys],
      vip: .skipping(82, more: 4)),
  ]

  private static let registers: [Form] = [
    Form("6xnn", .set, "vx := nn", writes: .vx, vip: 74),
    Form("7xnn", .add, "vx += nn", reads: .vx, writes: .vx, vip: 78),
    Form("8xy0", .copy, "vx := vy", reads: .vy, writes: .vx, vip: 80),
    Form("8xy1", .or, "vx |= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy2", .and, "vx &= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy3", .xor, "vx ^= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy4", .addRegister, "vx += vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy5", .subtract, "vx -= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy6", .shiftRight, "vx >>= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xy7", .subtractFrom, "vx =- vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("8xyE", .shiftLeft, "vx <<= vy", reads: [.vx, .vy], writes: [.vx, .vf], vip: 112),
    Form("Cxnn", .random, "vx := random nn", reads: .random, writes: [.vx, .random], vip: 104),
  ]

  private static let index: [Form] = [
    Form("Annn", .setIndex, "i := nnn", writes: .i, vip: 80),
    Form("F000", .setIndexLong, "i := long nnnn", byteCount: 4, writes: .i, on: .xoChip),
    Form(
      "Fx1E", .addToIndex, "i += vx", reads: [.i, .vx], writes: [.i, .vf],
      vip: .movingToOtherPage(84, more: 6)),
    Form("Fx29", .smallDigit, "i := hex vx", reads: .vx, writes: .i, vip: 88),
    Form("Fx30", .bigDigit, "i := bighex vx", reads: .vx, writes: .i, on: .superChip10),
  ]

  private static let memory: [Form] = [
    Form(
      "5xy2", .storeRange, "save vx - vy", reads: [.vxThroughVy, .i], writes: .bytesAtI,
      on: .xoChip),
    Form(
      "5xy3", .loadRange, "load vx - vy", reads: [.bytesAtI, .i], writes: .vxThroughVy,
      on: .xoChip),
    Form(
      "Fx33", .storeBCD, "bcd vx", reads: [.vx, .i], writes: .bytesAtI,
      vip: .addingDigits(152, more: 16)),
    Form(
      "Fx55", .store, "save vx", reads: [.v0ThroughVx, .i], writes: [.bytesAtI, .i],
      vip: .forEachRegister(86, more: 14)),
    Form(
      "Fx65", .load, "load vx", reads: [.bytesAtI, .i], writes: [.v0ThroughVx, .i],
      vip: .forEachRegister(86, more: 14)),
    // SUPER-CHIP has eight flags, XO-CHIP sixteen.
    Form(
      "Fx75", .storeFlags, "saveflags vx", x: 0...7, reads: .v0ThroughVx, writes: .flags,
      on: .superChip10),
    Form(
      "Fx75", .storeFlags, "saveflags vx", x: 8...15, reads: .v0ThroughVx, writes: .flags,
      on: .xoChip),
    Form(
      "Fx85", .loadFlags, "loadflags vx", x: 0...7, reads: .flags, writes: .v0ThroughVx,
      on: .superChip10),
    Form(
      "Fx85", .loadFlags, "loadflags vx", x: 8...15, reads: .flags, writes: .v0ThroughVx,
      on: .xoChip),
  ]

  private static let display: [Form] = [
    Form("00Cn", .scrollDown, "scroll-down n", reads: .display, writes: .display, on: .scrolls),
    Form("00Dn", .scrollUp, "scroll-up n", reads: .display, writes: .display, on: .xoChip),
    Form("00E0", .clear, "clear", reads: .display, writes: .display, vip: .clearing, on: .onePage),
    Form(
      "0230", .clear, "native 0x230", reads: .display, writes: .display, vip: .clearing,
      on: .twoPage),
    Form("00FB", .scrollRight, "scroll-right", reads: .display, writes: .display, on: .scrolls),
    Form("00FC", .scrollLeft, "scroll-left", reads: .display, writes: .display, on: .scrolls),
    Form("00FE", .lores, "lores", reads: .display, writes: .display, on: .superChip10),
    Form("00FF", .hires, "hires", reads: .display, writes: .display, on: .superChip10),
    Form(
      "Dxyn", .draw, "sprite vx vy n", reads: [.vx, .vy, .i, .bytesAtI, .display],
      writes: [.display, .vf], vip: .drawing),
    // There are two planes: the mask's other bits select nothing, and Octo has no words for them.
    Form(
      "Fx01", .selectPlanes, "plane x", x: 0...3, reads: .display, writes: .display, on: .xoChip),
    Form("Fx01", .selectPlanes, nil, reads: .display, writes: .display, on: .xoChip),
  ]

  private static let timers: [Form] = [
    Form("Fx07", .readDelay, "vx := delay", reads: .delay, writes: .vx, vip: 78),
    // The register is written when the wait ends. Meanwhile the buzzer may sound.
    Form("Fx0A", .waitForKey, "vx := key", reads: .keys, writes: [.vx, .sound], vip: 72),
    Form("Fx15", .setDelay, "delay := vx", reads: .vx, writes: .delay, vip: 78),
    Form("Fx18", .setSound, "buzzer := vx", reads: .vx, writes: .sound, vip: 78),
    Form("F002", .loadPattern, "audio", reads: [.bytesAtI, .i], writes: .pattern, on: .xoChip),
    Form("Fx3A", .setPitch, "pitch := vx", reads: .vx, writes: .pattern, on: .xoChip),
  ]

  /// docs/HOST-CALLS.md.
  private static let host: [Form] = [
    Form("0C80", .probeHost, "native 0xC80", reads: .host, writes: .v0, vip: 50),
    Form(
      "0C81", .callHost, "native 0xC81", reads: [.host, .i, .bytesAtI, .memory, .stack],
      writes: [.v0, .v1, .host, .memory, .stack], vip: 50),
  ]

  private static let rest: [Form] = [
    Form("0nnn", .machineCode, nil, .fault, vip: 50, on: .machineCode),
    Form("wxyn", .illegal, nil, .fault),
  ]
}
