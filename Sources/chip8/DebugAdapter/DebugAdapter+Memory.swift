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
    let start = try prompt?.session.value(of: reference) ?? 0
    let (address, isFar) = start.addingReportingOverflow(try arguments.number("offset") ?? 0)
    guard !isFar, address.magnitude < 1 << 32 else {
      throw MessageError("the address is far outside the RAM")
    }
    return address
  }

  private func readMemory(_ arguments: AdapterArguments) throws -> JSONObject {
    let start = try address(arguments)
    let count = try arguments.requiredNumber("count")
    guard count >= 0 else { throw MessageError("count is negative") }
    let ram = prompt?.session.machine.state.ram ?? []
    let isInside = ram.indices.contains(start)
    let bytes = isInside ? Array(ram[start..<start + min(count, ram.count - start)]) : []
    let object: JSONObject = [
      "address": isInside ? "0x\(hexadecimal(start, 4))" : "\(start)",
      "data": Base64.encode(bytes),
      "unreadableBytes": bytes.count < count ? count - bytes.count : nil,
    ]
    return object.withoutNulls
  }

  private mutating func writeMemory(_ arguments: AdapterArguments) throws -> JSONObject {
    let start = try address(arguments)
    guard var bytes = Base64.decode(Array(try arguments.requiredText("data").utf8)[...]) else {
      throw MessageError("data is not base64")
    }
    let size = prompt?.session.machine.state.ram.count ?? 0
    guard (0..<size).contains(start) else {
      throw MessageError("the address is outside the \(size) bytes of RAM")
    }
    if bytes.count > size - start {
      guard try arguments.bool("allowPartial") ?? false else {
        throw MessageError("\(bytes.count) bytes do not fit before the end of the RAM")
      }
      bytes = Array(bytes.prefix(size - start))
    }
    if !bytes.isEmpty {
      let written = bytes
      try withPrompt { try $0.session.write(written, at: start) }
      invalidate("variables")
    }
    return ["offset": 0, "bytesWritten": bytes.count]
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
    let object: JSONObject = [
      // Where there is no RAM an address may be negative, which has no hexadecimal form.
      "address": isDecoded ? "0x\(hexadecimal(instruction.address, 4))" : "\(instruction.address)",
      "instructionBytes": isDecoded
        ? instruction.bytes.map { hexadecimal($0, 2) }.joined(separator: " ") : nil,
      "instruction": instruction.text
        + (instruction.isModified ? "  # changed by the program" : ""),
      "symbol": instruction.label,
      "location": place?.source, "line": place?.line,
      "presentationHint": isDecoded ? nil : "invalid",
    ]
    return object.withoutNulls
  }
}
