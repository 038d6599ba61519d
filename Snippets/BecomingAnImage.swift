import Chip8Core
import Chip8Player
import SaveState

if CommandLine.argc > 1 {
  print(CommandLine.arguments.dropFirst())
} else {
  let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
  try Image(of: Chip8(counter, Configuration(.chip8))).save(to: "counter.state")
  do {
    try Chip8.becomeProcess(restoring: "missing.state", arguments: [])
  } catch {
    print(error)
  }
  try Chip8.becomeProcess(restoring: "counter.state", arguments: [])
}
