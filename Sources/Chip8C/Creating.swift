// Making machines, and facts about them.

import CChip8
import Chip8Core
import Chip8Player
import SaveState

/// chip8_abi_version.
@_cdecl("chip8_abi_version")
public func abiVersion() -> UInt32 { UInt32(CHIP8_ABI_VERSION) }

/// chip8_error_text.
@_cdecl("chip8_error_text")
public func errorText(_ error: Int32) -> UnsafePointer<CChar>? {
  let text: StaticString =
    switch Int(error) {
    case 0...: "no error"
    case CHIP8_ERROR_HANDLE: "not a handle of that kind, or destroyed"
    case CHIP8_ERROR_ARGUMENT: "invalid argument"
    case CHIP8_ERROR_DATA: "unusable program or image"
    case CHIP8_ERROR_SIZE: "the buffer is too small"
    case CHIP8_ERROR_LIMIT: "too many handles or threads"
    case CHIP8_ERROR_REFUSED: "not possible with this machine as it is"
    default: "unknown error"
    }
  return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// chip8_create.
@_cdecl("chip8_create")
public func create(
  _ program: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<chip8_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ messageSize: Int
) -> Int32 {
  reporting(to: message, messageSize) { () throws(CallError) in
    let bytes = try bytes(program, size, "program")
    var wanted = chip8_options()
    if options != nil { try read(options, "options", into: &wanted) }
    guard bytes.count <= Image.maxByteCount, !Image.isImage([UInt8](bytes)) else {
      throw .data(
        bytes.count > Image.maxByteCount
          ? "no platform has room for a program of \(bytes.count) bytes"
          : "this is a saved state and not a program; load it with chip8_load")
    }
    let program = Program(name: try text(wanted.name, "name") ?? "program", bytes: [UInt8](bytes))
    let configuration = try wanted.configuration(for: program)
    let engine = try engine(wanted.engine)
    var machine: Chip8
    do throws(ProgramError) { machine = try Chip8(program, configuration, seed: wanted.seed) } catch
    {
      throw .data("\(error)")
    }
    machine.engine = engine
    try addHandle(Machine(machine), CChip8_machine, to: out, "machine")
  }
}

extension chip8_options {
  /// The machine that a program gets.
  fileprivate func configuration(for program: Program) throws(CallError) -> Configuration {
    var request = MachineRequest()
    if let name = try text(platform, "platform"), name != "auto" {
      request.platform = Platform(rawValue: name)
      guard request.platform != nil else {
        throw .argument(
          "unknown platform \"\(name)\"; known are auto, \(Platform.nameList)")
      }
    }
    request.quirks = try choices(text(quirks, "quirks") ?? "")
    if ipf != 0 {
      request.instructionsPerFrame = Int(exactly: ipf)
      guard let ipf = request.instructionsPerFrame,
        Configuration.instructionsPerFrameRange.contains(ipf)
      else {
        throw .argument(
          "\(ipf) instructions per frame; the range is \(Configuration.instructionsPerFrameText)")
      }
    }
    switch Int(timing) {
    case CHIP8_TIMING_IPF: break
    case CHIP8_TIMING_CYCLES: request.timing = .cycles
    default: throw .argument("unknown timing \(timing)")
    }
    do throws(PlayerError) {
      return try request.configuration(for: program, suggested: Configuration(for: program))
    } catch { throw .argument("\(error)") }
  }

  /// Quirks that are written as `NAME=on,NAME=off`.
  private func choices(_ quirks: String) throws(CallError) -> [QuirkChoice] {
    try quirks.split(separator: ",").map { text throws(CallError) in
      do throws(QuirkChoice.Problem) { return try QuirkChoice(text) } catch {
        throw .argument("\(error)")
      }
    }
  }
}

private func engine(_ number: UInt32) throws(CallError) -> EngineKind {
  switch Int(number) {
  case CHIP8_ENGINE_AUTO, CHIP8_ENGINE_FAST: .fast
  case CHIP8_ENGINE_REFERENCE: .reference
  default: throw .argument("unknown engine \(number)")
  }
}

/// chip8_load.
@_cdecl("chip8_load")
public func load(
  _ image: UnsafeRawPointer?, _ size: Int, _ engineNumber: UInt32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ messageSize: Int
) -> Int32 {
  reporting(to: message, messageSize) { () throws(CallError) in
    let bytes = try bytes(image, size, "image")
    let engine = try engine(engineNumber)
    let read: Image
    var machine: Chip8
    do throws(ImageError) {
      // An executable before an image can be larger than any image, and is ignored.
      read = try Image([UInt8](bytes.suffix(Image.maxByteCount)))
      machine = try read.machine()
    } catch { throw .data("\(error)") }
    machine.engine = engine
    try addHandle(Machine(machine, read), CChip8_machine, to: out, "machine")
  }
}

/// chip8_clone.
@_cdecl("chip8_clone")
public func clone(
  _ handle: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  with(handle) { machine throws(CallError) in
    try addHandle(machine.pointee.copy, CChip8_machine, to: copy, "copy")
    return 0
  }
}

/// chip8_destroy.
@_cdecl("chip8_destroy")
public func destroy(_ handle: OpaquePointer?) -> Int32 {
  guard
    let machine = CChip8_removeHandle(UnsafeRawPointer(handle), UInt64(CChip8_machine))?
      .assumingMemoryBound(to: Machine.self)
  else { return Int32(CHIP8_ERROR_HANDLE) }
  machine.pointee.freeBuffers()
  machine.deinitialize(count: 1)
  machine.deallocate()
  return 0
}

/// chip8_reset.
@_cdecl("chip8_reset")
public func reset(_ handle: OpaquePointer?, _ seed: UInt64) -> Int32 {
  with(handle) { machine in
    let engine = machine.pointee.machine.engine
    machine.pointee.machine = machine.pointee.machine.poweredOn(seed: seed)
    machine.pointee.machine.engine = engine
    machine.pointee.stop = Int32(CHIP8_STOP_DONE)
    return 0
  }
}

/// chip8_last_error.
@_cdecl("chip8_last_error")
public func lastError(_ handle: OpaquePointer?) -> UnsafePointer<CChar>? {
  machine(handle)?.pointee.errorText ?? errorText(Int32(CHIP8_ERROR_HANDLE))
}

/// chip8_get_info.
@_cdecl("chip8_get_info")
public func getInfo(_ handle: OpaquePointer?, _ info: UnsafeMutablePointer<chip8_info>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    let program = machine.pointee.machine.program
    let known = KnownProgram.find(program)
    let configuration = machine.pointee.machine.state.configuration
    let platform = configuration.platform
    let shape = ScreenShape(.pixels, of: platform, isHires: true)
    var value = chip8_info()
    let texts = machine.pointee.texts(title: known?.title ?? program.name)
    (value.platform, value.title, value.quirks) = (texts.platform, texts.title, texts.quirks)
    value.program_size = UInt64(program.bytes.count)
    withUnsafeMutableBytes(of: &value.program_sha1) { $0.copyBytes(from: program.sha1.bytes) }
    value.ram_size = UInt32(platform.ramByteCount)
    (value.width, value.height) = (UInt32(shape.width), UInt32(shape.height))
    value.plane_count = UInt32(platform.planeCount)
    value.flag_count = UInt32(platform.flagCount)
    value.frames_per_second = UInt32(platform.framesPerSecond)
    value.ipf = UInt32(configuration.instructionsPerFrame)
    value.timing = UInt32(
      configuration.timing == .cycles ? CHIP8_TIMING_CYCLES : CHIP8_TIMING_IPF)
    value.is_known = known == nil ? 0 : 1
    let colors = (known?.colors ?? []).prefix(16)
    withUnsafeMutableBytes(of: &value.colors) { bytes in
      let words = bytes.bindMemory(to: UInt32.self)
      for (k, color) in colors.enumerated() { words[k] = color }
    }
    value.color_count = UInt32(colors.count)
    value.rotation = UInt32(known?.rotation ?? 0)
    try write(value, to: info, "info")
    return 0
  }
}

/// chip8_get_known_key.
@_cdecl("chip8_get_known_key")
public func getKnownKey(_ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> Int32 {
  with(handle) { machine throws(CallError) in
    guard let name = try text(name, "name") else { throw .missing("name") }
    let uses = KeyTable.uses(of: machine.pointee.machine.program)
    return uses.first { $0.names.contains(name) }.map { Int32($0.key) } ?? CHIP8_NO_KEY
  }
}

extension KeyUse {
  /// The button that the key stands for, in the words of the interface.
  fileprivate var names: [String] {
    buttons.map { button in
      let name = button.rawValue
      return player == 2 ? "player2" + name.prefix(1).uppercased() + name.dropFirst() : name
    }
  }
}
