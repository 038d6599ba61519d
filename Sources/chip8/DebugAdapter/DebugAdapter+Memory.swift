// The RAM, as bytes and as instructions.

import Chip8Core
import Chip8Player
import JSON
import SaveState

extension DebugAdapter {
  /// More instructions than any RAM has.
  private static let maxInstructionCount = 1 << 16

  static let memoryCommands: [String: Command] = [
    "readMemory": Command(.stop) { adapter, arguments in try adapter.readMemory(arguments) },
    "writeMemory": Command(.stop) { adapter, arguments in try adapter.writeMemory(arguments) },
    "disassemble": Command(.stop) { adapter, arguments in try adapter.disassemble(arguments) },
  ]

  /// The address that a reference and an offset in bytes name, in the RAM or not.
  private func address(_ arguments: AdapterArguments) throws -> Int {
    let reference = try arguments.requiredText("memoryReference")
    let offset = try arguments.number("offset") ?? 0
    return try prompt?.session.address(reference, offset: offset) ?? 0
  }

  private func readMemory(_ arguments: AdapterArguments) throws -> JSONObject {
    let start = try address(arguments)
    let count = try arguments.requiredNumber("count")
    guard count >= 0 else { throw MessageError("count is negative") }
    let isInside = prompt?.session.machine.state.ram.indices.contains(start) ?? false
    let bytes = prompt?.session.bytes(at: start, count: count) ?? []
    return .withoutNulls([
      "address": isInside ? "0x\(hexadecimal(start, 4))" : "\(start)",
      "data": Base64.encode(bytes),
      "unreadableBytes": bytes.count < count ? count - bytes.count : nil,
    ])
  }

  private mutating func writeMemory(_ arguments: AdapterArguments) throws -> JSONObject {
    let start = try address(arguments)
    guard let bytes = Base64.decode(Array(try arguments.requiredText("data").utf8)[...]) else {
      throw MessageError("data is not base64")
    }
    let allowsPart = try arguments.bool("allowPartial") ?? false
    let count = try withPrompt { prompt in
      try prompt.session.write(bytes, at: start, allowsPart: allowsPart)
    }
    if count > 0 { invalidate("variables") }
    return ["offset": 0, "bytesWritten": count]
  }

  private func disassemble(_ arguments: AdapterArguments) throws -> JSONObject {
    let start = try address(arguments)
    let offset = try arguments.number("instructionOffset") ?? 0
    let count = try arguments.requiredNumber("instructionCount")
    let most = DebugAdapter.maxInstructionCount
    guard (0...most).contains(count), offset.magnitude <= most else {
      throw MessageError("a disassembly has \(most) instructions at most")
    }
    let instructions =
      prompt?.session.disassembly(at: start, offset: offset, count: count) ?? []
    return ["instructions": instructions.map { json($0) }]
  }

  private func json(_ instruction: DebugSession.Instruction) -> JSONObject {
    let isDecoded = !instruction.bytes.isEmpty
    let place = isDecoded ? UInt16(exactly: instruction.address).flatMap { shown($0) } : nil
    return .withoutNulls([
      // Where there is no RAM an address may be negative, which has no hexadecimal form.
      "address": isDecoded
        ? "0x\(hexadecimal(instruction.address, 4))" : "\(instruction.address)",
      "instructionBytes": isDecoded
        ? instruction.bytes.map { hexadecimal($0, 2) }.joined(separator: " ") : nil,
      "instruction": instruction.text
        + (instruction.isModified ? "  # changed by the program" : ""),
      "symbol": instruction.label,
      "location": place?.source, "line": place?.line,
      "presentationHint": isDecoded ? nil : "invalid",
    ])
  }
}
