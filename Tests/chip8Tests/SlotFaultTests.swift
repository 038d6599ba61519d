// SlotFaultTests.swift: each system call of a change of slots fails, or is the process's last, and
// no state is lost.

import Chip8Core
import Foundation
import SaveState
import Testing

/// A change of slots of which one has a state and a version, and another one is empty and has a
/// version.
enum SlotChange: String, CaseIterable, Sendable {
  case save = "import game.ch8 a new.state"
  case restore = "restore game.ch8 a"
  case delete = "delete game.ch8 a"
  case rename = "rename game.ch8 a b"
}

/// The slots before a change and after it.
private struct SlotScene {
  private static let program = Program(name: "game", bytes: Programs.count)

  let scratch: Scratch
  let slots: Slots

  init() throws {
    scratch = try Scratch()
    slots = Slots(root: scratch.path("slots"), program: SlotScene.program.sha1)
    try scratch.write("game.ch8", Programs.count)
    try scratch.write("new.state", SlotScene.image(4).bytes)
    for (number, name) in [(1, "a"), (2, "a"), (3, "b")] {
      try slots.save(SlotScene.image(number), to: SlotName(name))
    }
    try slots.delete(SlotName("b"))
  }

  static func image(_ number: Int) throws -> Image {
    var machine = try Chip8(program, Configuration(.chip8))
    _ = machine.run(instructions: number)
    return Image(of: machine)
  }

  func run(
    _ change: SlotChange, names: String = "%file,%desc", injections: [String] = []
  ) throws -> (outcome: Outcome, calls: [SystemCall]) {
    let command = change.rawValue.split(separator: " ").map(String.init)
    let (outcome, calls) = try Strace.run(
      ["slots"] + command + ["--slots", scratch.path("slots")], in: scratch, names: names,
      injections: injections)
    return (outcome, calls.filter { $0.isAbout(slots.directory) })
  }

  /// What is in each slot, then its versions; every file has to be whole.
  func contents() throws -> [String: [Int]] {
    var contents: [String: [Int]] = [:]
    for slot in try slots.names() {
      let current: [Int?] = try slots.file(slot) == nil ? [] : [nil]
      contents["\(slot)"] = try (current + slots.versions(of: slot)).map { version in
        let machine: Chip8 = try slots.image(slot, version: version).machine()
        return Int(machine.state.instructions)
      }
    }
    return contents
  }
}

extension SystemCall {
  /// Whether the files could be others after it. A process that is killed between two that are not
  /// is like one that is killed at the next that is.
  fileprivate var isChange: Bool {
    name == "openat"
      ? details.contains("O_CREAT") || details.contains("O_TMPFILE")
      : !["newfstatat", "getdents64", "read", "readlink", "lseek", "close"].contains(name)
  }

  /// Whether it looks at something, and is counted: how often a process reads depends on where its
  /// memory is, and a file that cannot be read is like one that cannot be opened.
  fileprivate var isLook: Bool {
    ["newfstatat", "getdents64"].contains(name) || name == "openat" && !isChange
  }
}

@Suite(.serialized, .enabled(if: Strace.isAvailable, "needs strace, and to be allowed to trace"))
struct SlotFaultTests {
  @Test(arguments: SlotChange.allCases)
  func nothingIsLost(change: SlotChange) throws {
    let good = try SlotScene()
    let before = try good.contents()
    let (outcome, calls) = try good.run(change)
    try #require(outcome.code == 0 && calls.contains { $0.isChange })
    let after = try good.contents()
    let names = Set(calls.map(\.name)).joined(separator: ",")
    let faults = calls.indices.flatMap { index -> [(Int, SystemFault)] in
      if calls[index].isChange { return [(index, .kill), (index, .error("EIO"))] }
      return calls[index].isLook && change == .save ? [(index, .error("EIO"))] : []
    }
    _ = try concurrently(faults) { index, fault in
      let scene = try SlotScene()
      let injection = fault.injection(in: calls[index])
      let run = try scene.run(change, names: names, injections: [injection])
      let comment: Comment = "\(change), \(calls[index].name) \(index + 1), \(fault)"
      let isHit = fault == .kill ? run.calls.count == index + 1 : run.calls[index].isInjected
      #expect(isHit, "the fault was elsewhere: \(comment)")
      try expectWhole(scene, run.outcome, fault, before, after, comment)
    }
    // From the first call of each kind on, signals interrupt every other one, and it is made again.
    let changes = calls.filter { $0.isChange && $0.name != "rmdir" }
    let first = Dictionary(changes.map { ($0.name, $0.number) }) { first, _ in first }
    let scene = try SlotScene()
    let run = try scene.run(
      change, names: names, injections: first.map { "\($0):error=EINTR:when=\($1)+2" })
    let interrupted = run.calls.filter(\.isInjected).map(\.name)
    #expect(Set(interrupted).isSuperset(of: first.keys))
    #expect(run.outcome.code == 0 && run.outcome.errors.isEmpty, "\(run.outcome.errors)")
    #expect(try scene.contents() == after)
  }

  private func expectWhole(
    _ scene: SlotScene, _ outcome: Outcome, _ fault: SystemFault, _ before: [String: [Int]],
    _ after: [String: [Int]], _ comment: Comment
  ) throws {
    let now = Set(try scene.contents().values.joined())
    #expect(now.isSuperset(of: before.values.joined()), "\(now): \(comment)")
    switch outcome.code {
    case 0: #expect(now == Set(after.values.joined()), comment)
    case 128 + SIGKILL: #expect(fault == .kill, comment)
    default:
      #expect([66, 73, 74].contains(outcome.code) && fault != .kill, comment)
      expectOneSentence(outcome, naming: scene.slots.directory)
    }
    // Nothing is locked, and the next save leaves no version twice and no other file.
    for (number, name) in [(5, "a"), (6, "b")] {
      try scene.slots.save(SlotScene.image(number), to: SlotName(name))
    }
    for (name, numbers) in try scene.contents() {
      #expect(Set(numbers).count == numbers.count, "\(name): \(numbers): \(comment)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: scene.slots.directory)
    #expect(Set(left) == [".lock", "a.state", "b.state", "history"], comment)
  }
}
