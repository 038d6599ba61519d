// MutationTests.swift: breaks one rule of the machine after the other, and one of the conformance
// programs has to notice. Prints which do.

import Chip8Core
import Foundation
import Testing

@Suite struct MutationTests {
  @Test func everyRuleIsNoticed() throws {
    let runs = try Run.all()
    let rules = [
      BrokenRule.quirks, BrokenRule.arithmetic, BrokenRule.flags, BrokenRule.flow,
      BrokenRule.memory, BrokenRule.storing, BrokenRule.faults, BrokenRule.drawing,
      BrokenRule.planes, BrokenRule.scrolls, BrokenRule.timers, BrokenRule.audio, BrokenRule.keys,
      BrokenRule.twoPage,
    ].flatMap { $0 }
    var table = ""
    for rule in rules {
      let noticed = try Run.noticing(rule, runs)
      #expect(!noticed.isEmpty, "\(rule.name): no program notices")
      table += row(rule.name, noticed)
    }
    print("\(rules.count) broken rules, and the programs that notice:\n\(table)")
  }

  /// Each quirk on each platform, but where it makes no difference.
  @Test func everyQuirkOfEachPlatformIsNoticed() throws {
    let runs = try Run.all()
    var table = ""
    for platform in Platform.allCases {
      let ofPlatform = runs.filter { $0.configuration.platform == platform }
      for ((name, quirk), rule) in zip(Quirks.named, BrokenRule.quirks) {
        let noticed = try Run.noticing(rule, ofPlatform)
        #expect(
          noticed.isEmpty == isIdle(quirk, on: platform), "\(name) on \(platform): \(noticed)")
        table += row("\(platform.rawValue) \(name)", noticed)
      }
    }
    print("Quirks the other way round, and the programs that notice:\n\(table)")
  }

  /// Whether a quirk makes no difference beside the platform's other quirks and instructions.
  private func isIdle(_ quirk: Quirks, on platform: Platform) -> Bool {
    let quirks = platform.quirks
    return switch quirk {
    case .memoryIncrementByX: quirks.contains(.memoryLeaveIUnchanged)
    case .vblankInHires: !platform.hasHires || !quirks.contains(.vblank)
    case .loresBigSprites, .rowCollisions, .resolutionClears, .doubledLores: !platform.hasHires
    case .scrollZeroExits: !platform.extensions.contains(.scrolls)
    case .indexWraps: quirks.contains(.indexOverflowFaults) || platform == .xochip
    default: false
    }
  }

  private func row(_ name: String, _ programs: [String]) -> String {
    let name = name.padding(toLength: 48, withPad: " ", startingAt: 0)
    return "\(name)\(programs.isEmpty ? "-" : programs.joined(separator: " "))\n"
  }
}

/// A case on one platform, with one instruction if it has several.
private struct Run {
  let test: ConformanceCase
  let program: String
  let picture: String?
  let bytes: [UInt8]
  let configuration: Configuration
  let opcode: String?
  let keys: [KeySet]
  /// How it continues the machine as it is.
  var frames = 0
  var screen: Chip8Core.Screen?
  var opcodes = Set<UInt16>()

  /// All runs of the cases of our own programs; those of a program are neighbours.
  static func all() throws -> [Run] {
    var runs: [Run] = []
    for name in ConformanceCase.names where name.hasPrefix("test-") || name.hasPrefix("digits") {
      let test = try ConformanceCase(directory: name)
      let program = test.rom?.split(separator: "/").last?.split(separator: ".").first
      for platform in test.platforms {
        for opcode in test.opcodes?.map(Optional.some) ?? [nil] {
          var run = Run(
            test: test, program: program.map(String.init) ?? "digits",
            picture: ConformanceCase.picture(of: name), bytes: try test.programBytes(),
            configuration: try test.configuration(on: platform), opcode: opcode,
            keys: try test.keysByFrame())
          #expect(try run.playAsItIs(), "\(name) on \(platform), step by step")
          runs.append(run)
        }
      }
    }
    return runs.sorted { $0.program < $1.program }
  }

  /// The programs with a run that a broken rule spoils.
  static func noticing(_ rule: BrokenRule, _ runs: [Run]) throws -> [String] {
    var programs: [String] = []
    for run in runs where programs.last != run.program {
      if let opcodes = rule.opcodes, !run.opcodes.contains(where: opcodes.contains) { continue }
      if try !run.play(rule) { programs.append(run.program) }
    }
    return programs
  }

  /// Whether a machine with a broken rule does what the case wants.
  private func play(_ rule: BrokenRule) throws -> Bool {
    var configuration = configuration
    rule.configure(&configuration)
    var machine = try test.machine(bytes, configuration, opcode: opcode)
    machine.change(rule.begin)
    // It may take longer to come to the same end, but not forever.
    let played = test.play(
      machine, keys: keys, maxFrames: 2 * frames + 100, step: rule.makeStep())
    return test.isMet(by: played, picture: picture, known: screen)
  }

  /// The same without a broken rule, which also learns what is executed, and for how long.
  private mutating func playAsItIs() throws -> Bool {
    var opcodes = Set<UInt16>()
    let machine = try test.machine(bytes, configuration, opcode: opcode)
    let played = test.play(machine, keys: keys) { machine, keys in
      opcodes.insert(machine.nextInstruction.opcode)
      return BrokenRule.step(&machine, keys)
    }
    (self.opcodes, frames, screen) = (opcodes, played.frames, played.screen)
    return test.isMet(by: played, picture: picture)
  }
}
