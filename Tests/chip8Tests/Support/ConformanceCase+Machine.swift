// ConformanceCase+Machine.swift: runs a case without a process, and compares how that went.

import Chip8Core
import Chip8Player
import SaveState
import Testing
import chip8

extension ConformanceCase {
  /// How a run went, as far as a case can report it.
  struct Played {
    var stop = "frames"
    var fault: Chip8Core.Fault?
    var frames = 0
    var screen: Chip8Core.Screen
    /// The sound of each frame.
    var tones: [Tone?] = []
  }

  /// The platform, with the case's quirks and speed.
  func configuration(on platform: String) throws -> Configuration {
    var configuration = Configuration(try #require(Platform(rawValue: platform)))
    if let ipf { configuration.instructionsPerFrame = ipf }
    for setting in quirks ?? [] {
      let parts = setting.split(separator: "=")
      let quirk = try #require(Quirks(named: String(parts[0])))
      if parts.last == "on" {
        configuration.quirks.insert(quirk)
      } else {
        configuration.quirks.remove(quirk)
      }
    }
    return configuration
  }

  /// The machine as the case starts it.
  ///
  /// - Parameter opcode: one of ``opcodes``.
  func machine(
    _ bytes: [UInt8], _ configuration: Configuration, opcode: String? = nil
  ) throws -> Chip8 {
    var machine = try Chip8(Program(name: "", bytes: bytes), configuration)
    let pokes = (pokes ?? []) + (opcode.map { ["0x202=0x\($0.prefix(2)),0x\($0.suffix(2))"] } ?? [])
    for poke in pokes {
      let parts = poke.split(whereSeparator: { "=,".contains($0) }).map { part in
        part.hasPrefix("0x") ? Int(part.dropFirst(2), radix: 16) : Int(part)
      }
      let numbers = try parts.map { try #require($0) }
      try machine.apply(.poke(numbers[0], numbers.dropFirst().map { UInt8($0) }))
    }
    return machine
  }

  /// The keys of each frame, as ``keys`` has them; none after the last.
  func keysByFrame() throws -> [KeySet] {
    var frames: [KeySet] = []
    for entry in keys?.split(separator: ",") ?? [] {
      let parts = entry.split(omittingEmptySubsequences: false) { "-:".contains($0) }
      let from = try #require(Int(parts[0]))
      let end = Int(parts[1]) ?? ConformanceCase.maxFrames
      if frames.count < end { frames += Array(repeating: [], count: end - frames.count) }
      for digit in parts[2] {
        let key = try #require(digit.hexDigitValue)
        for frame in from..<end { frames[frame].insert(KeySet(key: UInt8(key))) }
      }
    }
    return frames
  }

  /// Runs a machine as the case has it.
  ///
  /// - Parameters:
  ///   - maxFrames: when to give up.
  ///   - step: runs for a frame at most.
  func play(
    _ machine: Chip8, keys: [KeySet], maxFrames: Int? = nil,
    step: (inout Chip8, KeySet) -> Chip8.Stop
  ) -> Played {
    var machine = machine
    var played = Played(screen: machine.state.screen)
    let last = maxFrames ?? frames ?? ConformanceCase.maxFrames
    while played.frames < last {
      let now = played.frames < keys.count ? keys[played.frames] : []
      let stop = step(&machine, now)
      if machine.state.frames > played.frames {
        played.frames += 1
        played.tones.append(machine.tone)
      }
      switch stop {
      case .done: continue
      case .halt where until != "halt": continue
      case .halt, .exit: played.stop = "halt"
      case .hostCall: played.stop = "host call"
      case .fault(let fault):
        played.stop = "fault"
        played.fault = fault
      }
      break
    }
    played.screen = machine.state.screen
    return played
  }

  /// Whether a run went as the case wants it, sound and all.
  ///
  /// - Parameter known: a screen that is known to be right; to look at the picture takes longer.
  func isMet(by played: Played, picture: String?, known: Chip8Core.Screen? = nil) -> Bool {
    guard played.stop == until ?? "frames" else { return false }
    if let fault {
      guard played.fault?.kind.rawValue == fault.kind, played.fault?.pc == fault.pc else {
        return false
      }
    }
    if known != played.screen, !isMet(played.screen, picture: picture) { return false }
    if let sound, !isMet(sound, by: played) { return false }
    return tones.map { $0 == played.tones.compactMap { $0?.text } } ?? true
  }

  private func isMet(_ shown: Chip8Core.Screen, picture: String?) -> Bool {
    if let screen, screen.sha1 != "\(Digest.sha1(shown.pixels))" { return false }
    guard let picture else { return true }
    let lines = shown.lines.joined(separator: "\n")
    return ConformanceCase.trimmed(picture) == ConformanceCase.trimmed(lines)
  }

  /// Whether the machine sounded for as long as it should.
  func isMet(_ sound: String, by played: Played) -> Bool {
    // Frames on and off in turn, from the first sound on.
    var lengths: [Int] = []
    for tone in played.tones {
      if (tone != nil) == lengths.count.isMultiple(of: 2) {
        lengths.append(1)
      } else if !lengths.isEmpty {
        lengths[lengths.count - 1] += 1
      }
    }
    let expected = sound.split(whereSeparator: { "/ ".contains($0) }).compactMap { Int($0) }
    return expected.isEmpty ? lengths.isEmpty : Array(lengths.prefix(expected.count)) == expected
  }

  /// A screen without the blanks at the ends of its lines, and without empty lines at its end.
  static func trimmed(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

extension Tone {
  /// As in a case's `tones`.
  var text: String { "\(hexadecimal(pattern, 32)) \(phase) \(advance)" }
}
