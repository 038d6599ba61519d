// The rules: each instruction as the manual has it.

extension Engine {
  /// What the machine has no instruction for is a fault, unless it is 0nnn and a quirk skips that.
  @inline(__always)
  private mutating func skipOrStop(_ fault: Fault.Kind) {
    if quirks.contains(.skipMachineCode), word(at: pc &- 2) >> 12 == 0 { return }
    stopBefore(.fault(fault))
  }

  @inline(__always)
  mutating func execute(_ instruction: Instruction) {
    // Computed where they are needed, which is faster than before the switch.
    var x: UInt8 { instruction.x }
    var y: UInt8 { instruction.y }
    var n: UInt8 { instruction.n }
    var nn: UInt8 { instruction.nn }
    var nnn: UInt16 { instruction.nnn }
    switch instruction.kind {
    case .clear: state.pointee.display.clear()
    case .return: returnFromCall()
    case .scrollDown: scrollDown(n)
    case .scrollUp: scroll(down: -Int(n))
    case .scrollRight: scroll(right: 4)
    case .scrollLeft: scroll(right: -4)
    case .exit: stopBefore(.exited)
    case .lores: setResolution(isHires: false)
    case .hires: setResolution(isHires: true)
    case .jump: jump(nnn)
    case .call: call(nnn)
    case .skipIfEqual: skip(if: v[x] == nn)
    case .skipIfNotEqual: skip(if: v[x] != nn)
    case .skipIfSame: skip(if: v[x] == v[y])
    case .skipIfDifferent: skip(if: v[x] != v[y])
    case .storeRange: storeRange(x, y)
    case .loadRange: loadRange(x, y)
    case .set: v[x] = nn
    case .add: v[x] &+= nn
    case .copy: v[x] = v[y]
    case .or: logic(x, v[x] | v[y])
    case .and: logic(x, v[x] & v[y])
    case .xor: logic(x, v[x] ^ v[y])
    case .addRegister: add(x, y)
    case .subtract: subtract(v[x], v[y], to: x)
    case .shiftRight: shiftRight(x, y)
    case .subtractFrom: subtract(v[y], v[x], to: x)
    case .shiftLeft: shiftLeft(x, y)
    case .setIndex: state.pointee.i = nnn
    case .setIndexLong: setIndexLong()
    case .jumpIndexed: jumpIndexed(nnn)
    case .random: random(x, nn)
    case .draw: draw(x, y, n)
    case .skipIfKey: skip(if: isDown(x))
    case .skipIfNoKey: skip(if: !isDown(x))
    case .selectPlanes: state.pointee.display.selectedPlanes = x & dialect.planeMask
    case .loadPattern: loadPattern()
    case .readDelay: v[x] = state.pointee.delay
    case .waitForKey: waitForKey(x)
    case .setDelay: state.pointee.delay = v[x]
    case .setSound: state.pointee.setSound(v[x])
    case .addToIndex: addToIndex(x)
    case .smallDigit: setIndex(Font.smallAddress + Int(v[x] & 0xF) * Font.smallRowCount)
    case .bigDigit: setIndex(Font.bigAddress + Int(v[x] & 0xF) * Font.bigRowCount)
    case .storeBCD: storeBCD(x)
    case .setPitch: state.pointee.audio.pitch = v[x]
    case .store: store(x)
    case .load: load(x)
    case .storeFlags: for k in 0...Int(x) { state.pointee.flags[k] = v[k] }
    case .loadFlags: for k in 0...Int(x) { v[k] = state.pointee.flags[k] }
    case .probeHost, .callHost: stopBefore(.host)
    case .machineCode: skipOrStop(.machineCode)
    case .illegal: skipOrStop(.illegalInstruction)
    }
  }

  /// The buzzer sounds for as long as a key is held in Fx0A.
  @inline(__always)
  func beepInKeyWait() {
    if quirks.contains(.keyWaitBeeps) { state.pointee.sound = 4 }
  }
}

extension Instruction {
  /// Whether the interpreter's handlers and the translator leave it to its rule, as it is rare or ends the slice.
  func isLeftToRule(_ quirks: Quirks) -> Bool {
    // With this quirk VF keeps the result, and not the flag.
    if quirks.contains(.vfOrder), x == 0xF, form.writes.isSuperset(of: [.vx, .vf]) { return true }
    return switch kind {
    case .scrollDown, .scrollUp, .scrollRight, .scrollLeft, .exit, .lores, .hires, .selectPlanes,
      .loadPattern, .waitForKey, .setPitch, .storeFlags, .loadFlags, .probeHost, .callHost,
      .machineCode, .illegal:
      true
    default: false
    }
  }
}
