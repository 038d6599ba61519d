import Chip8Core
import SaveState

let counter = Program(
  name: "counter",
  bytes: [
    0x70, 0x01, 0x12, 0x00,  // v0 += 1, forever
    0xA3, 0x00, 0xF0, 0x55, 0x00, 0xEE,  // at 0x204: i := 0x300, save v0, return
  ])
var machine = try Chip8(counter, Configuration(.chip8))
_ = machine.run(frames: 60)
var withCall = machine
try withCall.apply(.entryCall(0x204))
try Image(of: withCall).save(to: "counter.state")

var restored: Chip8 = try Image(contentsOf: "counter.state").machine()
_ = restored.run(frames: 1)
print(machine.state.v[0], "is at 0x300:", restored.state.ram[0x300])
