// Machines that are saved, copied and gone back to.

import CChip8
import Chip8C
import Chip8Core
import SaveState
import Testing

@Suite struct SavingTests {
  @Test func imagesAreThoseOfTheProgram() throws {
    let handle = try Handle(rom("schuss"))
    chip8_run(handle.machine, 100, 12345, 0, 0)
    let image = handle.image
    let copy = try Handle(image: image)
    #expect(copy.digest == handle.digest)
    var buffer = [UInt8](repeating: 0, count: image.count)
    var size = image.count - 1
    #expect(chip8_copy_image(copy.machine, &buffer, &size) == CHIP8_ERROR_SIZE)
    #expect(size == image.count && buffer.allSatisfy { $0 == 0 })
    #expect(chip8_copy_image(copy.machine, &buffer, &size) == 0 && buffer == image)
    #expect(size == image.count)
  }

  @Test func whatAnImageSaysBesideTheStateIsKeptAndUsed() throws {
    let machine = try swiftMachine(rom("backfire"))
    var (image, metadata) = (Image(of: machine), SessionMetadata())
    metadata.colors = [0x11_22_33, 0x44_55_66, 0, 0]
    image.setSettings(metadata)
    let handle = try Handle(image: image.bytes)
    chip8_run_frames(handle.machine, 10, 0)
    #expect(try Image(handle.image).settings(for: machine)?.colors == metadata.colors)
    let colors = Set(try handle.screen(CHIP8_SCREEN_RGB))
    #expect(colors.isSubset(of: [0x11, 0x22, 0x33, 0x44, 0x55, 0x66]))
  }

  @Test func copiesShareNothing() throws {
    let handle = try Handle(rom("backfire"))
    chip8_run_frames(handle.machine, 100, 0)
    var copy: OpaquePointer?
    #expect(chip8_clone(handle.machine, &copy) == 0)
    let other = Handle(adopting: try #require(copy))
    let before = handle.digest
    #expect(other.digest == before)
    chip8_run_frames(other.machine, 100, 0x40)
    #expect(handle.digest == before && other.digest != before)
    chip8_run_frames(handle.machine, 100, 0x40)
    #expect(handle.digest == other.digest)
  }

  @Test func snapshotsGoBack() throws {
    let handle = try Handle(rom("backfire"))
    var snapshot: OpaquePointer?
    chip8_run_frames(handle.machine, 100, 0x40)
    #expect(chip8_snapshot_create(handle.machine, &snapshot) == 0)
    defer { chip8_snapshot_destroy(snapshot) }
    let before = handle.digest
    chip8_run_frames(handle.machine, 50, 0x100)
    let after = handle.digest
    #expect(chip8_restore(handle.machine, snapshot) == 0 && handle.digest == before)
    #expect(handle.registers.held_keys == 0x40)
    chip8_run_frames(handle.machine, 50, 0x100)
    #expect(handle.digest == after)
    #expect(chip8_snapshot_take(handle.machine, snapshot) == 0)
    // Into another machine, of another platform.
    let other = try Handle(rom("loom"))
    #expect(String(cString: other.info.title) == "Loom")
    #expect(chip8_restore(other.machine, snapshot) == 0 && other.digest == after)
    #expect(String(cString: other.info.title) == "Backfire")
  }

  /// A machine that calls its host can only come from an image.
  @Test func hostCallsAreAnswered() throws {
    var machine = try Chip8(
      Program(
        name: "calls",
        bytes: program(0xA20A, 0x0C81, 0x6107, 0x1206, 0, 0x0100, 0x0214, 0, 0, 0)
          + Array("save\0".utf8)), Configuration(.xochip))
    machine.allowHostCalls()
    let handle = try Handle(image: Image(of: machine).bytes)
    #expect(chip8_answer_host_call(handle.machine, 1) == CHIP8_ERROR_REFUSED)
    try #require(chip8_run_frames(handle.machine, 5, 0) == CHIP8_STOP_HOST_CALL)
    var fast = UInt64(0)
    #expect(chip8_fast_digest(handle.machine, &fast) == CHIP8_ERROR_REFUSED)
    #expect(chip8_answer_host_call(handle.machine, 0xFF) == CHIP8_ERROR_ARGUMENT)
    #expect(chip8_answer_host_call(handle.machine, HostStatus.denied.rawValue) == 0)
    #expect(chip8_run_frames(handle.machine, 5, 0) == CHIP8_STOP_DONE)
    #expect(handle.registers.v.0 == HostStatus.denied.rawValue && handle.registers.v.1 == 7)
  }
}
