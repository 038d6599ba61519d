import Chip8Core
import SaveState

// 7001 adds 1 to V0, 1200 jumps back to it.
let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
_ = machine.run(frames: 60)
try Image(of: machine).save(to: "counter.state")

var restored: Chip8 = try Image(contentsOf: "counter.state").machine()
print(restored.stateDigest == machine.stateDigest)

_ = machine.run(frames: 60, keys: [.init(key: 5)])
_ = restored.run(frames: 60, keys: [.init(key: 5)])
print(restored.stateDigest == machine.stateDigest, restored.state.v[0])
