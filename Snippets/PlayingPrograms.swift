import Chip8Core
import Chip8Player
import SaveState

// Stands in for your ROM: it counts in V0 forever.
let rom = Program(name: "game", bytes: [0x70, 0x01, 0x12, 0x00])
try Storage.writeAtomically("game.ch8", with: rom.bytes, as: .other)

// Any file that chip8 plays: a ROM, a source, a cartridge, a saved state. No window, no sound.
var player = try Player(LoadedMachine(LoadedFile("game.ch8")))
for frame in 0..<120 {
  _ = player.run(frames: 1, keys: frame < 60 ? [KeySet(key: 6)] : [])
}
try player.savedImage().save(to: "game.state")

var restored = try Player(LoadedMachine(LoadedFile("game.state")))
_ = player.run(frames: 60)
_ = restored.run(frames: 60)
print(restored.machine.state.frames, "frames, V0 =", restored.machine.state.v[0])
print(restored.machine.stateDigest == player.machine.stateDigest)
