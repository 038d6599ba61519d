import Chip8Core
import Chip8Player
import SaveState

let sleeper = Program(
  name: "sleeper",
  bytes: [
    0xA2, 0x06,  // i := request
    0x0C, 0x81,  // the call
    0x12, 0x04,  // jumps to itself
    0x01, 0x00,  // request: save and continue
    0x02, 0x10,  // the name is at 0x210
    0x00, 0x00,
    0x02, 0x14,  // arguments go to 0x214,
    0x00, 0x20,  // where 32 bytes are
  ] + Array("nap".utf8) + [0])
var machine = try Chip8(sleeper, Configuration(.chip8))
var host = try Host(directory: ".")
machine.allowHostCalls()

while case .hostCall(let call) = machine.run(stopsAtHalt: true) {
  switch try host.answer(call, of: machine) {
  case .finished(let status): try machine.apply(.hostAnswer(status))
  case .exits: machine = machine.suspended
  case .restores(let restoration): machine = restoration.machine
  }
}
print("status", machine.state.v[0])

var woken: Chip8 = try Image(contentsOf: "nap").machine()
try woken.apply(.arguments(["good", "morning"]))
_ = woken.run(stopsAtHalt: true)
print("status", woken.state.v[0], "with", woken.state.v[1], "arguments")
print(woken.state.ram[0x214...].split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
