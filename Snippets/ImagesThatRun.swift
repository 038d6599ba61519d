import Chip8Core
import Chip8Player
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
_ = machine.run(frames: 60)
try Image(of: machine).save(
  to: "counter", after: ExecutableImage.prelude(options: ["--headless", "--frames", "60"]))

// It is still an image, and stays executable when another is saved over it.
let restored: Chip8 = try Image(contentsOf: "counter").machine()
try Image(of: restored).save(to: "counter")
print(restored.state.frames, try Image.prelude(at: "counter").starts(with: "#!/bin/sh".utf8))
