// The bytes that a terminal sends: characters, and the sequences of ECMA-48 with those of the kitty
// keyboard and graphics protocols.

import Chip8Player

/// Turns bytes into events as they arrive.
package struct TerminalParser: Sendable {
  /// No valid sequence is longer.
  private static let maxByteCount = 4096
  private static let escape: UInt8 = 0x1B
  /// The code points of keys that print nothing, in the kitty keyboard protocol.
  private static let functionKeys = 57344...63743

  private var bytes: [UInt8] = []

  package init() {}

  /// Whether a sequence has begun, which may just be the Escape key.
  package var isPending: Bool { !bytes.isEmpty }

  package mutating func take(_ more: [UInt8]) -> [TerminalEvent] {
    bytes += more
    var events: [TerminalEvent] = []
    while let (count, event) = next() {
      bytes.removeFirst(count)
      if let event { events.append(event) }
    }
    if bytes.count > TerminalParser.maxByteCount { bytes = [] }
    return events
  }

  /// Ends an unfinished sequence, after which nothing came: it was the Escape key, or nothing.
  package mutating func end() -> [TerminalEvent] {
    guard let first = bytes.first, first == TerminalParser.escape, bytes.count <= 2 else {
      return []
    }
    defer { bytes = [] }
    guard bytes.count == 2 else { return [.key(KeyEvent(41))] }
    return KeyEvent(typed: Character(UnicodeScalar(bytes[1])), .alt).map { [.key($0)] } ?? []
  }

  /// The first event and its length; nil if it is incomplete.
  private func next() -> (count: Int, event: TerminalEvent?)? {
    guard let first = bytes.first else { return nil }
    guard first == TerminalParser.escape else { return character(at: 0, []) }
    guard bytes.count > 1 else { return nil }
    switch bytes[1] {
    case UInt8(ascii: "["): return controlSequence()
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return nil }
      return (3, KeyEvent.lettered[bytes[2]].map { .key(KeyEvent($0)) })
    case UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "]"), UInt8(ascii: "^"): return string()
    case TerminalParser.escape: return (1, .key(KeyEvent(41)))
    default: return character(at: 1, .alt).map { (1 + $0.count, $0.event) }
    }
  }

  // MARK: Characters

  private func character(
    at start: Int, _ modifiers: KeyEvent.Modifiers
  ) -> (count: Int, event: TerminalEvent?)? {
    let byte = bytes[start]
    switch byte {
    case 0x08, 0x7F: return (1, .key(KeyEvent(42, nil, modifiers)))
    case 0x09: return (1, .key(KeyEvent(43, nil, modifiers)))
    case 0x0A, 0x0D: return (1, .key(KeyEvent(40, nil, modifiers)))
    case 0x01...0x1F:
      // The low bits of a letter, or of one of `\ ] ^ _`.
      let letter = Character(UnicodeScalar(byte < 0x1B ? byte | 0x60 : byte | 0x40))
      let key = KeyEvent(typed: letter, modifiers.union(.control))
      return (1, key.map { .key($0) })
    case 0x20..<0x80:
      let key = KeyEvent(typed: Character(UnicodeScalar(byte)), modifiers)
      return (1, key.map { .key($0) } ?? .unknownKey)
    case 0xC2..<0xF5:
      // A letter of another script does not say which key it is on.
      let count = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      return bytes.count - start < count ? nil : (count, .unknownKey)
    default: return (1, nil)
    }
  }

  // MARK: Sequences

  private func controlSequence() -> (count: Int, event: TerminalEvent?)? {
    guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return nil
    }
    // The Linux console's own F1 to F5.
    if end == 2, bytes[end] == UInt8(ascii: "[") {
      guard bytes.count > 3 else { return nil }
      let number = Int(bytes[3]) - Int(UInt8(ascii: "A"))
      return (4, (0..<5).contains(number) ? .key(KeyEvent(UInt8(58 + number))) : nil)
    }
    return (end + 1, event(String(decoding: bytes[2..<end], as: UTF8.self), bytes[end]))
  }

  private func event(_ text: String, _ final: UInt8) -> TerminalEvent? {
    let prefix = text.first.flatMap { "<=>?".contains($0) ? $0 : nil }
    let parameters = text.dropFirst(prefix == nil ? 0 : 1)
      .split(separator: ";", omittingEmptySubsequences: false)
      .map { $0.split(separator: ":", omittingEmptySubsequences: false).map { Int(decimal: $0) } }
    switch (prefix, final) {
    case ("?", UInt8(ascii: "u")): return .reportsKeys
    // The first number is the terminal's level; a 4 after it means sixels.
    case ("?", UInt8(ascii: "c")):
      return .attributes(hasSixels: parameters.dropFirst().contains([4]))
    case ("<", UInt8(ascii: "M")): return mouse(parameters.map { $0.first ?? nil })
    case (nil, UInt8(ascii: "I")): return .focus(true)
    case (nil, UInt8(ascii: "O")): return .focus(false)
    case (nil, UInt8(ascii: "Z")): return .key(KeyEvent(43, nil, .shift))
    case (nil, UInt8(ascii: "t")): return cell(parameters.map { $0.first ?? nil })
    case (nil, UInt8(ascii: "u")): return key(parameters)
    case (nil, UInt8(ascii: "~")):
      guard let number = parameters.first?.first ?? nil else { return nil }
      return KeyEvent.numbered[number].map { .key(key($0, nil, parameters)) }
    case (nil, let letter):
      return KeyEvent.lettered[letter].map { .key(key($0, nil, parameters)) }
    default: return nil
    }
  }

  /// `CSI < button ; column ; row M`, where both count from 1.
  private func mouse(_ numbers: [Int?]) -> TerminalEvent? {
    let buttons: [Int: MouseButton] = [0: .left, 2: .right, 64: .wheelUp, 65: .wheelDown]
    guard numbers.count == 3, let button = numbers[0].flatMap({ buttons[$0] }), let x = numbers[1],
      let y = numbers[2], x > 0, y > 0
    else { return nil }
    return .mouse(button, x: x - 1, y: y - 1)
  }

  private func cell(_ numbers: [Int?]) -> TerminalEvent? {
    guard numbers.count == 3, numbers[0] == 6, let height = numbers[1], let width = numbers[2],
      (1...512).contains(height), (1...512).contains(width)
    else { return nil }
    return .cell(Size(width: width, height: height))
  }

  /// `CSI code:shifted:place ; modifiers:kind u`.
  private func key(_ parameters: [[Int?]]) -> TerminalEvent? {
    guard let codes = parameters.first, let code = codes.first ?? nil else { return nil }
    if let usage = KeyEvent.usage(ofCode: code) { return .key(key(usage, nil, parameters)) }
    func character(_ code: Int?) -> Character? {
      code.flatMap(UInt32.init(exactly:)).flatMap(UnicodeScalar.init).map(Character.init)
    }
    let printed = character(code)
    let place = codes.count > 2 ? character(codes[2]) ?? printed : printed
    guard let place, let usage = KeyEvent.usage(of: place) else {
      let isPrinted = !TerminalParser.functionKeys.contains(code)
      return isPrinted && key(0, nil, parameters).kind == .press ? .unknownKey : nil
    }
    return .key(key(usage, printed?.isASCII == true ? printed : place, parameters))
  }

  private func key(_ usage: UInt8, _ letter: Character?, _ parameters: [[Int?]]) -> KeyEvent {
    let numbers = parameters.count > 1 ? parameters[1] : []
    let modifiers = max(0, (numbers.first.flatMap { $0 } ?? 1) - 1) & 7
    let kind: KeyEvent.Kind =
      switch numbers.count > 1 ? numbers[1] : nil {
      case 2: .again
      case 3: .release
      default: .press
      }
    return KeyEvent(usage, letter, KeyEvent.Modifiers(rawValue: modifiers), kind)
  }

  /// DCS, APC, OSC and PM, which end with ST.
  private func string() -> (count: Int, event: TerminalEvent?)? {
    for index in bytes.indices.dropFirst(2) {
      let isEscape = bytes[index] == TerminalParser.escape
      guard isEscape || bytes[index] == 0x07 else { continue }
      guard !isEscape || index + 1 < bytes.count else { return nil }
      return (index + (isEscape ? 2 : 1), answer(String(decoding: bytes[1..<index], as: UTF8.self)))
    }
    return nil
  }

  private func answer(_ text: String) -> TerminalEvent? {
    if text.hasPrefix("P>|") { return .name(String(text.dropFirst(3))) }
    return text.hasPrefix("_Gi=31;OK") ? .showsPixels : nil
  }
}
