// How fast the machine is, and whether the numbers are kept to that states and snapshots have:
// docs/ARCHITECTURE.md. Usage: Benchmarks [--check], which fails if one is not.

import Chip8Core
import Foundation
import Octo
import SaveState

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--load", let path = arguments.last {
  try load(path)
  exit(0)
}

/// On a disk, which the directory for temporary files need not be.
let directory = "/var/tmp/chip8-benchmarks-\(getpid())"
try Storage.createDirectory(directory)

if arguments.first == "--execute", arguments.count == 4, let frames = Int(arguments[3]),
  let engine = EngineKind(rawValue: arguments[4])
{
  try execute(arguments[2], frames: frames, engine)
  exit(0)
}
if arguments.contains("--search") {
  printTable(try searchRequirements())
  exit(0)
}
let games0 = try Workload.games(arguments.filter { $0.hasSuffix(".ch8") })
if !games0.isEmpty || arguments.contains("--speed") {
  let only = arguments.firstIndex(of: "--only").map { arguments[$0 + 1] } ?? ""
  printTable(try speedRequirements((Workload.all + games0).filter { $0.name.contains(only) || only.isEmpty }))
  exit(0)
}
for program in LargeProgram.all { try print(program.times()) }

let (small, large) = (try Subject("backfire"), try Subject("loom"))
let games = [small, try Subject("swingby"), try Subject("schuss"), large]
/// Fills the screen with a picture, so that there is more to save than of a game.
let picture = try Subject("lace")

var requirements: [Requirement] = []
for subject in [small, large] { requirements += snapshotRequirements(subject) }
for subject in games + [picture] { requirements += try imageTimeRequirements(subject) }
requirements.append(try durableSaveRequirement(small, in: directory))
for subject in [small, large] { requirements += try stallRequirements(subject, in: directory) }
requirements += try startRequirements(large, in: directory)
for subject in games { requirements.append(try imageSizeRequirement(subject)) }
requirements += try memoryRequirements(large, in: directory)
try FileManager.default.removeItem(atPath: directory)
for platform in [Platform.chip8, .xochip] {
  let chain = try ImageChain(platform)
  defer { chain.remove() }
  let times = try (0..<21).map { _ in try microseconds { _ = try chain.load() } }
  requirements.append(
    Requirement(
      "a chain of \(ImageChain.count) images read: \(platform.rawValue)", times.median,
      atMost: 5000, .microseconds))
}
printTable(requirements)

if arguments.contains("--check"), !requirements.allSatisfy(\.isKept) { exit(1) }
