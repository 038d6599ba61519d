import Chip8Core
import SaveState

// v0 := 5, and a return with an empty stack.
let broken = Program(name: "broken", bytes: [0x60, 0x05, 0x00, 0xEE])
var machine = try Chip8(broken, Configuration(.chip8))
var recorder = FlightRecorder()
recorder.willRun(machine)

if case .fault(let fault) = machine.run(frames: 1) {
  print(fault)
  var image = Image(of: machine)
  image.setLastInstructions(recorder, before: machine)
  for executed in try image.lastInstructions() {
    print(String(executed.address, radix: 16), String(executed.opcode, radix: 16))
  }
}
