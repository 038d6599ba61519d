import Chip8Core
import SaveState

// v0 := 5, and a return with an empty stack.
let broken = Program(name: "broken", bytes: [0x60, 0x05, 0x00, 0xEE])
var timeline = Timeline(try Chip8(broken, Configuration(.chip8)))

if case .fault(let fault) = timeline.run({ $0.run(frames: 1) }) {
  print(fault)
  var image = Image(of: timeline.machine)
  image.setLastInstructions(of: timeline)
  for executed in try image.lastInstructions() {
    print(String(executed.address, radix: 16), String(executed.opcode, radix: 16))
  }
}
