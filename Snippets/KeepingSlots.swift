import Chip8Core
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
let slots = Slots(root: "slots", program: counter.sha1)
let slot = try SlotName("before the bridge")

_ = machine.run(frames: 60)
_ = try slots.save(Image(of: machine), to: slot)
_ = machine.run(frames: 60)
_ = try slots.save(Image(of: machine), to: slot)

// The first state is not lost.
_ = try slots.undoSave(slot)
let saved: Chip8 = try slots.image(slot).machine()
print(saved.state.frames)
