// How fast the machine is, and whether the numbers are kept to that docs/PERFORMANCE.md gives.
// Usage: Benchmarks [--check] [--only TEXT] [ROM…]
//   --check      fail if a limit is not kept
//   --only TEXT  measure only rows with that in their name
//   ROM          measure this program of the plain machine's, too

import Chip8Core
import Foundation
import SaveState

var arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.count) {
// For processes of their own.
case ("--load", 2):
  try load(CommandLine.arguments[2])
  exit(0)
case ("--execute", 4):
  guard let frames = Int(CommandLine.arguments[3]),
    let engine = EngineKind(rawValue: CommandLine.arguments[4])
  else { fallthrough }
  try execute(CommandLine.arguments[2], frames: frames, engine)
  exit(0)
default: break
}

/// What the user asks for.
struct Options {
  var isCheck = false
  var only = ""
  var programs: [String] = []

  func wants(_ requirement: Requirement) -> Bool {
    only.isEmpty || requirement.what.contains(only)
  }
}

var options = Options()
while let argument = arguments.popFirst() {
  switch argument {
  case "--check": options.isCheck = true
  case "--only": options.only = arguments.popFirst() ?? ""
  case _ where argument.hasPrefix("-"):
    FileHandle.standardError.write(
      Data("\(argument): not an option; the usage is [--check] [--only TEXT] [ROM…]\n".utf8))
    exit(64)
  default: options.programs.append(argument)
  }
}

/// On a disk, which the directory for temporary files need not be.
let directory = "/var/tmp/chip8-benchmarks-\(getpid())"
try Storage.createDirectory(directory)

let measurements = try allMeasurements(options.programs, in: directory)
  .filter { $0.requirements.contains(where: options.wants) }
let table = Table(measurements.flatMap(\.requirements).filter(options.wants))
var isKept = true
for measurement in measurements {
  for (requirement, measured) in zip(measurement.requirements, try measurement.measure())
  where options.wants(requirement) {
    table.print(requirement, measured)
    if !requirement.isKept(by: measured) { isKept = false }
  }
}
try FileManager.default.removeItem(atPath: directory)
if options.isCheck, !isKept { exit(1) }

/// All rows, in the table's order.
///
/// - Parameter programs: paths of further programs.
func allMeasurements(_ programs: [String], in directory: String) throws -> [Measurement] {
  let (small, large) = (try Subject("backfire"), try Subject("loom"))
  let games = [small, try Subject("swingby"), try Subject("schuss"), large]
  /// Fills the screen with a picture, so that there is more to save than of a game.
  let picture = try Subject("lace")

  var all = Measurement.speeds(try Workload.all + Workload.games(programs))
  all += [small, large].map(Measurement.snapshots)
  all += Measurement.searches
  all += [.calls, .core("backfire"), .core("loom")]
  all += [.start(large, in: directory)]
  all += [small, large].map { .stalls($0, in: directory) }
  all += [.durableSave(small, in: directory)]
  all += (games + [picture]).map(Measurement.imageTimes)
  all += [small, large].map(Measurement.tapeOnly)
  all += [small, large].map { .capture($0, in: directory) }
  all += [small, large].map(Measurement.runAhead)
  all += [small, large].map { .days($0, in: directory) }
  all += [small, large].map { .week($0, in: directory) }
  all += [.tenHours(small)]
  all += [.stepsBack(small), .farBack(small)]
  all += [
    .lastWriter(small, instructionsPerFrame: 30), .lastWriter(large, instructionsPerFrame: 1000),
  ]
  all += [Platform.chip8, .xochip].map(Measurement.imageChain)
  all += try games.map(Measurement.imageSize)
  all += [.loaderMemory(large, in: directory)]
  all += LargeProgram.all.map { Measurement($0) }
  return all
}
