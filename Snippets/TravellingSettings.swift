import Chip8Core
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
let machine = try Chip8(counter, Configuration(.chip8))
var metadata = SessionMetadata()
metadata.speed = 50
metadata.colors = [0x20_1008, 0xFF_C040, 0xFF_8020, 0xFF_E0A0]
metadata.breakpoints = [0x202]
var image = Image(of: machine)
metadata.put(into: &image, of: machine)
try image.save(to: "counter.state")

let saved = try Image(contentsOf: "counter.state")
var restored: Chip8 = try saved.machine()
var debugger = Debugger(try SessionMetadata(saved, of: restored))
_ = debugger.run(&restored, frames: 60)
if case .breakpoint(let address) = debugger.stopReason {
  print("before the instruction at", String(address, radix: 16))
}
