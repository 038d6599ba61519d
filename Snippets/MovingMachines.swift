import Chip8Core
import Glibc
import SaveState

let counter = Program(name: "counter", bytes: [0x70, 0x01, 0x12, 0x00])
var machine = try Chip8(counter, Configuration(.chip8))
_ = machine.run(frames: 60)

// The two ends would be in two processes, or on two computers.
var ends: [Int32] = [0, 0]
guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { exit(1) }
let here = PeerChannel(timeout: 10, reading: ends[0], writing: ends[0])
let there = PeerChannel(timeout: 10, reading: ends[1], writing: ends[1])

let arrival = Task.detached {
  let image = try Image(Image.bytes(from: there))
  try there.acknowledge(image, as: Chip8.self)
  return try image.machine(Chip8.self)
}
// Returns once the other side has the machine; throws if it is still here.
try here.move(machine, as: Image(of: machine))
print(try await arrival.value.stateDigest == machine.stateDigest)
