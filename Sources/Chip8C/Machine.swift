// A machine behind its handle, and the prologue of every call with one.

import CChip8
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// A machine, and the buffers that its calls hand out. It stays where it is: pointers lead into it, and an
/// object's properties would be guarded each time.
struct Machine {
  var machine: Chip8
  /// The image that it was loaded from, with all that others have put into it.
  var image: Image?
  /// Why the last run returned, and its fault if there was one.
  var stop = Int32(CHIP8_STOP_DONE)
  var fault: Fault?
  /// Why the last call that failed has; nil if the fault says it.
  var error: String? = ""
  /// Whether a batch has it already.
  var isInBatch = false
  private var knownColors: ScreenColors?
  private var buffers = Buffers()

  /// Buffers that were handed out, to be freed.
  private struct Buffers {
    var error: UnsafeMutablePointer<CChar>?
    var platform: UnsafeMutablePointer<CChar>?
    var title: UnsafeMutablePointer<CChar>?
    var quirks: UnsafeMutablePointer<CChar>?
    var screen: UnsafeMutableRawPointer?
    var image: UnsafeMutableRawPointer?
  }

  init(_ machine: Chip8, _ image: Image? = nil) { (self.machine, self.image) = (machine, image) }

  /// The same machine with nothing handed out.
  var copy: Machine {
    var copy = Machine(Chip8(machine.snapshot), image)
    copy.machine.engine = machine.engine
    (copy.stop, copy.fault, copy.knownColors) = (stop, fault, knownColors)
    return copy
  }

  mutating func freeBuffers() {
    freeTexts()
    for buffer in [buffers.screen, buffers.image] { free(buffer) }
    free(buffers.error)
    buffers = Buffers()
  }

  /// The machine becomes another one: texts and colours of the old program no longer hold.
  mutating func replaceProgram() {
    knownColors = nil
    freeTexts()
  }

  private mutating func freeTexts() {
    for text in [buffers.platform, buffers.title, buffers.quirks] { free(text) }
    (buffers.platform, buffers.title, buffers.quirks) = (nil, nil, nil)
  }

  /// The colours of a screen for which the caller has none: the image's, if they can be read.
  mutating func colors(_ given: UnsafePointer<UInt32>?) -> ScreenColors {
    if let given { return [given[0], given[1], given[2], given[3]] }
    if let knownColors { return knownColors }
    let metadata = try? image?.settings(for: machine)
    let colors = Appearance(for: machine.program, metadata ?? SessionMetadata()).colors
    let found: ScreenColors = [colors[0], colors[1], colors[2], colors[3]]
    knownColors = found
    return found
  }

  // MARK: Buffers

  /// Why the last call that failed has, or the program's fault.
  var errorText: UnsafePointer<CChar>? {
    mutating get {
      free(buffers.error)
      buffers.error = strdup(error ?? fault.map { "\($0)" } ?? "")
      return UnsafePointer(buffers.error)
    }
  }

  /// Platform, title and quirks, made on first use.
  mutating func texts(title: @autoclosure () -> String) -> (
    platform: UnsafePointer<CChar>?, title: UnsafePointer<CChar>?, quirks: UnsafePointer<CChar>?
  ) {
    if buffers.title == nil {
      let configuration = machine.state.configuration
      buffers.platform = strdup(configuration.platform.rawValue)
      buffers.title = strdup(title())
      buffers.quirks = strdup(
        Quirks.named.map { QuirkChoice($0.quirk, of: configuration).text }.joined(separator: ","))
    }
    return (
      UnsafePointer(buffers.platform), UnsafePointer(buffers.title), UnsafePointer(buffers.quirks)
    )
  }

  private static let maxScreenByteCount =
    Platform.allCases
    .map { ScreenShape(.xrgb, of: $0, isHires: true).byteCount }.max() ?? 0

  /// Room for the largest screen in any format. A restored machine can be of any platform.
  var screenBuffer: UnsafeMutableRawPointer? {
    mutating get {
      if buffers.screen == nil {
        buffers.screen = malloc(Machine.maxScreenByteCount)
      }
      return buffers.screen
    }
  }

  /// Keeps an image until the next one.
  mutating func keepImage(_ bytes: [UInt8]) -> UnsafeRawPointer? {
    free(buffers.image)
    buffers.image = malloc(bytes.count)
    buffers.image?.copyMemory(from: bytes, byteCount: bytes.count)
    return UnsafeRawPointer(buffers.image)
  }
}

typealias MachinePointer = UnsafeMutablePointer<Machine>

/// The machine of a handle; nil if it is not one.
@inline(__always)
func machine(_ handle: OpaquePointer?) -> MachinePointer? {
  CChip8_object(UnsafeRawPointer(handle), UInt64(CChip8_machine))?
    .assumingMemoryBound(to: Machine.self)
}

/// Performs a call with a machine, and notes the error if it fails.
@inline(__always)
func with(
  _ handle: OpaquePointer?, _ body: (MachinePointer) throws(CallError) -> Int32
) -> Int32 {
  guard let machine = machine(handle) else { return Int32(CHIP8_ERROR_HANDLE) }
  do throws(CallError) { return try body(machine) } catch {
    machine.pointee.error = error.text
    return error.code
  }
}

/// The same for a call that hands out a pointer.
func withPointer(
  _ handle: OpaquePointer?, _ body: (MachinePointer) throws(CallError) -> UnsafeRawPointer?
) -> UnsafeRawPointer? {
  var pointer: UnsafeRawPointer?
  _ = with(handle) { machine throws(CallError) in
    pointer = try body(machine)
    return 0
  }
  return pointer
}

/// Gives a value a handle of a kind, where the caller wants it.
func addHandle<Value>(
  _ value: Value, _ kind: Int, to out: UnsafeMutablePointer<OpaquePointer?>?, _ name: StaticString
) throws(CallError) {
  guard let out else { throw .missing(name) }
  let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)
  place.initialize(to: value)
  guard let handle = CChip8_addHandle(place, UInt64(kind)) else {
    place.deinitialize(count: 1)
    place.deallocate()
    throw .noMoreHandles
  }
  out.pointee = OpaquePointer(handle)
}
