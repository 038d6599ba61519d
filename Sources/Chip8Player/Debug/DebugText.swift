// What is said of a machine that is debugged, in words that the prompt and the adapter share.

import Chip8Core
import Octo
import SaveState

extension DebugSession {
  /// Where the machine is: frame, instruction, and the address by its label.
  public var placeText: String {
    "frame \(position.frame), instruction \(position.instruction): \(text(of: machine.state.pc))"
  }

  /// An address as `0x0204 main+4 (game.8o:17)`.
  public func text(of address: UInt16) -> String {
    let label = source.labels.place(of: address).map { " \($0)" } ?? ""
    let line = source.line(at: address).map { " (\(text(of: $0)))" } ?? ""
    return "0x\(hexadecimal(address, 4))\(label)\(line)"
  }

  /// A line as `game.8o:17`.
  public func text(of line: ProgramSource.Line) -> String {
    "\(source.files[line.file].path):\(line.number)"
  }

  /// A line of a disassembly.
  public func text(of instruction: Instruction) -> String {
    let bytes = instruction.bytes.map { hexadecimal($0, 2) }.joined()
    let gap = String(repeating: " ", count: max(1, 9 - bytes.count))
    return "0x\(hexadecimal(instruction.address, 4))  \(bytes)\(gap)\(instruction.text)"
      + (instruction.isModified ? "  # changed by the program" : "")
  }

  /// The next instruction, and its line if there is a source.
  public var nextText: [String] {
    let next = instruction(at: Int(machine.state.pc) & (machine.state.ram.count - 1))
    let line = next.line.flatMap { line in
      source.text(of: line).map { "\(line.number)  \($0)" }
    }
    let wait = machine.state.keyWait == nil ? "" : "  # waits for a key"
    return [line, text(of: next) + wait].compactMap { $0 }
  }

  /// Why the machine has stopped.
  public func text(of stop: Stop) -> String? {
    switch stop {
    case .done: nil
    case .hit(let hits, let address):
      hits.compactMap { id in stops.first { $0.id == id }.map { text(ofHit: $0, by: address) } }
        .joined(separator: "; ")
    case .beginning: "start of the recorded past"
    case .end: "end of the recorded past"
    case .halt: "the program jumps to itself forever"
    case .exit: "the program has ended"
    case .fault(let fault): "program stopped: \(fault)"
    case .keyWait: "the program waits for a key, and none will be pressed"
    case .frames(1): "a frame was run without a stop"
    case .frames(let count): "\(count) frames were run without a stop"
    case .interrupted: "interrupted"
    case .notInSubroutine: "not in a subroutine"
    case .lost(let error): MomentError(error: error, hasPast: true).description
    case .hostFailed(let error): error.description
    }
  }

  private func text(ofHit stop: StopPoint, by address: UInt16) -> String {
    switch stop.event {
    case .execution: "\(text(of: stop))"
    case .access, .collision, .keyWait: "\(text(of: stop)), by \(text(of: address))"
    }
  }

  /// A stop as `breakpoint 1 at 0x0204 main (game.8o:17)`.
  public func text(of stop: StopPoint) -> String {
    let what =
      switch stop.event {
      case .execution(let address):
        (stop.message == nil ? "breakpoint" : "log point") + " \(stop.id) at \(text(of: address))"
      case .access(let watched, let kind):
        "watchpoint \(stop.id): \(kind.rawValue) of \(text(of: watched))"
      case .collision: "stop \(stop.id): sprite collision"
      case .keyWait: "stop \(stop.id): wait for a key"
      }
    return [
      what, stop.name.map { "named \($0)" }, stop.condition.map { "if \($0.text)" },
      stop.hitRule.map { "hits \($0.text)" }, stop.message.map { "\"\($0.text)\"" },
      stop.isEnabled ? nil : "(disabled)",
    ].compactMap { $0 }.joined(separator: " ")
  }

  /// What is watched, as it is written.
  public func text(of watched: StopPoint.Watched) -> String {
    switch watched {
    case .bytes(let range):
      text(of: UInt16(truncatingIfNeeded: range.lowerBound))
        + (range.count > 1 ? " and the \(range.count - 1) bytes after it" : "")
    case .register(let register): register.name
    case .pixels(let x, let y) where x.count == 1 && y.count == 1:
      "pixel(\(x.lowerBound), \(y.lowerBound))"
    case .pixels(let x, let y):
      "pixels(\(x.lowerBound), \(y.lowerBound), \(x.count), \(y.count))"
    }
  }

  /// Who wrote something last.
  public func text(of writer: History.Writer) -> String {
    switch writer {
    case .instruction(let address, let before):
      "written by \(text(of: address)), frame \(before.frame), instruction \(before.instruction)"
    case .input(let input, let position):
      "written by \(input.debugText), frame \(position.frame), instruction \(position.instruction)"
    case .beginning(let position):
      "not written since frame \(position.frame), the start of the recorded past"
    }
  }

  /// A register's value, hexadecimal, and what it means.
  public func text(of register: Register) -> String {
    let value = register.value(in: machine.state)
    let digits = "0x\(hexadecimal(value, register.digitCount))"
    guard register.digitCount == 4, let address = UInt16(exactly: value),
      let label = source.labels.place(of: address)
    else { return "\(digits) \(value)" }
    return "\(digits) \(label)"
  }

  /// A number as expressions give it.
  public static func text(ofValue value: Int) -> String {
    let digits = hexadecimal(value.magnitude, value.magnitude > 0xFF ? 4 : 2)
    return "\(value < 0 ? "-" : "")0x\(digits) \(value)"
  }

  /// A line for each of the source's `:monitor`s.
  public var monitorTexts: [String] {
    source.monitors.map { "\($0.name): \($0.text(in: machine))" }
  }
}

extension StopPoint.HitRule {
  /// The rule as it is written.
  public var text: String {
    switch self {
    case .equal(let count): "== \(count)"
    case .atLeast(let count): ">= \(count)"
    case .multiple(let count): "% \(count)"
    }
  }
}

extension InputEvent {
  fileprivate var debugText: String {
    switch self {
    case .register: "the debugger"
    case .poke: "a poke"
    default: "an input"
    }
  }
}

extension Assembly.Monitor {
  /// What it shows of a machine.
  func text(in machine: Chip8) -> String {
    let bytes: ArraySlice<UInt8>
    switch base {
    case .register(let register): bytes = machine.state.registers[register...]
    case .memory(let address): bytes = machine.state.ram[min(address, machine.state.ram.count)...]
    }
    switch display {
    case .bytes(let count):
      return bytes.prefix(count).map { hexadecimal($0, 2) }.joined(separator: " ")
    case .format(let pieces):
      var rest = bytes
      return pieces.map { piece in
        guard case .field(let field, let count) = piece else {
          if case .text(let text) = piece { return text } else { return "" }
        }
        defer { rest = rest.dropFirst(count) }
        return field.text(of: Array(rest.prefix(count)))
      }.joined()
    }
  }
}

extension Assembly.Monitor.Field {
  /// Some bytes, the high one first.
  fileprivate func text(of bytes: [UInt8]) -> String {
    switch self {
    case .characters:
      String(
        decoding: bytes.map { (0x20..<0x7F).contains($0 & 0x7F) ? $0 & 0x7F : 0x2E },
        as: UTF8.self)
    case .hexadecimal: bytes.map { Chip8Core.hexadecimal($0, 2) }.joined()
    case .binary:
      bytes.map { String($0, radix: 2).padded(before: 8, with: "0") }.joined()
    case .integer:
      // A number of more bytes than fit has the last ones.
      "\(signed(bytes.suffix(8)))"
    }
  }

  private func signed(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.dropFirst().reduce(Int(Int8(bitPattern: bytes.first ?? 0))) { $0 << 8 | Int($1) }
  }
}
