import Chip8Core
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
var bytes = Image(of: machine).bytes
bytes[100] ^= 1

do throws(ImageError) {
  machine = try Image(bytes).machine()
} catch {
  print(error)
}
print(machine.state.frames)
