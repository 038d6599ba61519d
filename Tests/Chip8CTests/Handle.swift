// Machines by way of the C interface.

import CChip8
import Chip8Core
import Chip8C
import Foundation
import SaveState
import Testing

/// The package's own directory.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// One of our own programs.
func rom(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: root.appending(path: "roms/\(name).ch8")))
}

/// What is wrong with a call that has no machine to say it.
struct Refusal: Error, Equatable {
  let code: Int32
  let message: String
}

/// A machine that is destroyed with this.
final class Handle {
  let machine: OpaquePointer

  init(adopting machine: OpaquePointer) { self.machine = machine }

  /// Switches a machine on.
  convenience init(
    _ program: [UInt8], _ platform: String? = nil, quirks: String? = nil, ipf: UInt32 = 0,
    seed: UInt64 = 0, timing: Int = CHIP8_TIMING_IPF, engine: Int = CHIP8_ENGINE_AUTO
  ) throws {
    self.init(
      adopting: try Handle.made { out, message in
        withText(platform) { platform in
          withText(quirks) { quirks in
            var options = chip8_options()
            options.struct_size = MemoryLayout<chip8_options>.size
            (options.platform, options.quirks) = (platform, quirks)
            (options.ipf, options.seed) = (ipf, seed)
            (options.timing, options.engine) = (UInt32(timing), UInt32(engine))
            return chip8_create(
              program, program.count, &options, out, message.baseAddress, message.count)
          }
        }
      })
  }

  /// Restores a machine.
  convenience init(image: [UInt8]) throws {
    self.init(
      adopting: try Handle.made { out, message in
        chip8_load(image, image.count, 0, out, message.baseAddress, message.count)
      })
  }

  deinit { chip8_destroy(machine) }

  /// What a call makes that reports by a message.
  static func made(
    _ call: (
      UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableBufferPointer<CChar>
    ) -> Int32
  ) throws -> OpaquePointer {
    var machine: OpaquePointer?
    var message = [CChar](repeating: 1, count: 300)
    let code = message.withUnsafeMutableBufferPointer { call(&machine, $0) }
    guard code == 0 else { throw Refusal(code: code, message: text(message)) }
    return try #require(machine)
  }

  var lastError: String { chip8_last_error(machine).map { String(cString: $0) } ?? "" }

  var digest: [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    #expect(chip8_digest(machine, &digest) == 0)
    return digest
  }

  var image: [UInt8] {
    var size = 0
    guard let bytes = chip8_save(machine, &size) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: size))
  }

  var registers: chip8_registers {
    var registers = chip8_registers()
    registers.struct_size = MemoryLayout<chip8_registers>.size
    #expect(chip8_get_registers(machine, &registers) == 0)
    return registers
  }

  var info: chip8_info {
    var info = chip8_info()
    info.struct_size = MemoryLayout<chip8_info>.size
    #expect(chip8_get_info(machine, &info) == 0)
    return info
  }

  func screen(_ format: Int, colors: [UInt32]? = nil) throws -> [UInt8] {
    var shape = chip8_shape()
    #expect(chip8_get_shape(machine, UInt32(format), &shape) == 0)
    let pixels = try #require(chip8_screen(machine, UInt32(format), colors))
    return Array(UnsafeRawBufferPointer(start: pixels, count: Int(shape.size)))
  }
}

/// A text for C, or none.
func withText<Result>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let text else { return body(nil) }
  return text.withCString(body)
}

/// The text in a buffer.
func text(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A program of some instructions.
func program(_ words: UInt16...) -> [UInt8] {
  words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
}

/// The same machine in Swift.
func swiftMachine(_ program: [UInt8], ipf: Int? = nil, seed: UInt64 = 0) throws -> Chip8 {
  let program = Program(name: "program", bytes: program)
  var configuration = Configuration(for: program)
  if let ipf { configuration.instructionsPerFrame = ipf }
  return try Chip8(program, configuration, seed: seed)
}
