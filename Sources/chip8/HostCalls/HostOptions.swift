import ArgumentParser
import Chip8Player

struct HostOptions: ParsableArguments {
  @Option(help: .value("DIR", "Let the program save and restore images in a directory."))
  var hostCalls: String?

  @Option(
    name: [.customLong("call"), .customLong("goal")],
    help: .value(
      "ADDR|LABEL",
      "Call a subroutine before the program continues: in the restored state, or else in the one "
        + "that --save writes."))
  var entryCalls: [Place] = []
}
