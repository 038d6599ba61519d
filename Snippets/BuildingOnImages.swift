import Chip8Core
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
let first = Image(of: machine)
try first.save(to: "first.state")

var files = FileDependencies(beside: "later.state", programSuffix: ".ch8")
let parent = try ParentImage(first, named: "first.state", Chip8.self, by: &files)
_ = machine.run(frames: 60)
let later = Image(of: machine, embedsProgram: false, parent: parent)
try later.save(to: "later.state")

let whole = try Image(contentsOf: "later.state").flattened(Chip8.self, by: &files)
let restored: Chip8 = try whole.machine()
print(restored.stateDigest == machine.stateDigest)
