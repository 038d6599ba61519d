import Chip8Core
import JSON
import SaveState

/// What differs between the machines of two images.
package struct ImageDifference {
  package struct Value {
    package let name: String
    package let a: String
    package let b: String
  }

  package struct Range {
    package let address: Int
    /// Hexadecimal digits.
    package let a: String
    package let b: String
    /// The instructions there, where the program's own code can be reached.
    package let code: [Code]
  }

  package struct Code {
    package let address: UInt16
    package let a: String
    package let b: String
  }

  package let same: Bool
  /// Registers, timers and whatever else is not memory.
  package let values: [Value]
  package let ram: [Range]
  package let screenDiffers: Bool
  package let screens: [Screen]

  /// Differences that are closer together than this are one range.
  private static let maxGap = 4

  package init(_ first: OpenedImage, _ second: OpenedImage) {
    let (a, b) = (first.machine, second.machine)
    values = zip(a.values, b.values).compactMap { a, b in
      a.1 == b.1 ? nil : Value(name: a.0, a: a.1, b: b.1)
    }
    ram = ImageDifference.ranges(a, b)
    screenDiffers = a.state.screen != b.state.screen
    same = a.program == b.program && a.canonicalState == b.canonicalState
    screens = [a.state.screen, b.state.screen]
  }

  package var json: JSONObject {
    [
      "same": same, "screenDiffers": screenDiffers,
      "values": values.map { ["name": $0.name, "a": $0.a, "b": $0.b] as JSONObject },
      "ram": ram.map { range -> JSONObject in
        let code = range.code.map { ["address": $0.address, "a": $0.a, "b": $0.b] as JSONObject }
        return ["address": range.address, "a": range.a, "b": range.b, "code": code]
      },
    ]
  }

  private static func ranges(_ a: Chip8, _ b: Chip8) -> [Range] {
    let (left, right) = (a.state.ram, b.state.ram)
    guard left.count == right.count else { return [] }
    var bounds: [(from: Int, to: Int)] = []
    for address in left.indices where left[address] != right[address] {
      if let last = bounds.last, address - last.to <= maxGap {
        bounds[bounds.count - 1].to = address
      } else {
        bounds.append((address, address))
      }
    }
    let isCode =
      a.program == b.program
      ? Disassembly(a.program.bytes, for: a.state.configuration).codeAddresses : []
    return bounds.map { bound in
      let code = isCode.filter { bound.from - 1...bound.to ~= $0 }.sorted().map { address in
        let address = UInt16(truncatingIfNeeded: address)
        return Code(
          address: address, a: a.line(at: address, AddressNames()).text,
          b: b.line(at: address, AddressNames()).text)
      }
      return Range(
        address: bound.from, a: digits(left[bound.from...bound.to]),
        b: digits(right[bound.from...bound.to]), code: code)
    }
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { hexadecimal($0, 2) }.joined()
  }
}

extension Chip8 {
  /// Everything but the memories, by name.
  fileprivate var values: [(String, String)] {
    let configuration = state.configuration
    var values = [
      ("program", "\(program.name) \(program.sha1)"),
      ("platform", configuration.platform.rawValue),
      ("timing", configuration.timing.rawValue),
      ("ipf", "\(configuration.instructionsPerFrame)"),
      ("font", "\(configuration.font)"),
    ]
    values += Quirks.named.map { name, quirk in
      ("quirk \(name)", configuration.quirks.contains(quirk) ? "on" : "off")
    }
    values += [
      ("frames", "\(state.frames)"), ("instructions", "\(state.instructions)"),
      ("cycles", "\(state.cycles)"),
      ("frame rest", state.instructionsLeftInFrame.map(String.init) ?? "between frames"),
      ("PC", hexadecimal(state.pc, 4)), ("I", hexadecimal(state.i, 4)),
    ]
    values += state.registers.enumerated().map { ("V\(hexadecimal($0, 1))", hexadecimal($1, 2)) }
    values += [
      ("DT", "\(state.delay)"), ("ST", "\(state.sound)"),
      ("stack", state.returnAddresses.map { hexadecimal($0, 4) }.joined(separator: " ")),
      ("flags", (0..<16).map { hexadecimal(state.flags[$0], 2) }.joined(separator: " ")),
      ("random", hexadecimal(state.random.state, 16)),
      ("keys", state.keys.numbers.map { hexadecimal($0, 1) }.joined(separator: " ")),
      (
        "key wait",
        state.keyWait.map { "V\(hexadecimal($0.register, 1)), seen \($0.pressed.numbers)" }
          ?? "none"
      ),
      ("display wait", state.drawWait.map(String.init) ?? "none"),
      (
        "host",
        state.hostCalls.map {
          "\(isSuspended ? "suspended" : "awake"), answer \($0.answer.map { "\($0)" } ?? "none"), "
            + "arguments \($0.arguments)"
        } ?? "none"
      ),
      ("goals", entryCalls.map { hexadecimal($0, 4) }.joined(separator: " ")),
      ("resolution", state.display.isHires ? "hires" : "lores"),
      ("planes", "\(state.display.selectedPlanes)"),
      ("pattern", state.audio.pattern.map { hexadecimal($0, 32) } ?? "none"),
      ("pitch", "\(state.audio.pitch)"), ("audio phase", "\(state.audio.phase)"),
    ]
    return values
  }
}
