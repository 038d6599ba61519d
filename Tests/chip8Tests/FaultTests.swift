// FaultTests.swift: each system call of a save, and of a load, fails or is the process's last.
//
// The calls are those that a good run is seen to make, so that none is forgotten. What is assumed
// of the kernel: a name that it has given or changed stays so, and what it has synchronised is on
// the disk.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: Strace.isAvailable, "needs strace, and to be allowed to trace"))
struct FaultTests {
  // MARK: Saving

  @Test(arguments: SaveScene.allCases)
  func aSaveLeavesTheOldFileOrTheNewOne(scene: SaveScene) throws {
    let good = try SaveRun.good(in: scene)
    try #require(good.outcome.code == 0 && good.target == .new && good.litter.isEmpty)
    var rest = good.calls.map(\.name)[...]
    for name in ["openat", "write", "fsync", scene.lastName, "fsync"] {
      let index = try #require(rest.firstIndex(of: name), "\(name) is missing in a save")
      rest = rest[(index + 1)...]
    }
    let cases = good.calls.indices.flatMap { index in
      scene.faults.compactMap { FaultCase(index, $0, of: good) }
    }
    let runs = try concurrently(cases) { try SaveRun($0, like: good) }
    var cells: [Int: [SystemFault: String]] = [:]
    for (fault, run) in zip(cases, runs) {
      expectWhole(run, fault)
      cells[fault.index, default: [:]][fault.fault] = "\(run)"
    }
    print(table(scene, good.calls, cells))
  }

  private func expectWhole(_ run: SaveRun, _ fault: FaultCase) {
    let comment: Comment = "\(run.scene), \(fault): \(run), \(run.outcome.errors)"
    #expect(fault.hit(run.calls), "the fault was elsewhere: \(comment)")
    #expect(run.target != .broken, comment)
    #expect(run.isModeKept, comment)
    if fault.fault == .kill {
      #expect(run.outcome.code == 128 + SIGKILL, comment)
      #expect(run.litter.count <= 1, comment)
      for (name, contents) in run.litter {
        #expect(name.hasPrefix("."), comment)
        // Where files can be without a name, they get one when they are whole.
        #expect(contents != .broken || run.scene == .withoutUnnamedFiles, comment)
      }
    } else {
      #expect(run.isLitterOld, comment)
      if run.outcome.code == 0 {
        #expect(run.target == .new && run.outcome.errors.isEmpty, comment)
      } else {
        #expect([73, 74].contains(run.outcome.code), comment)
        #expect(fault.fault != .error("EINTR"), comment)
        expectOneSentence(run.outcome, naming: run.path)
      }
    }
    #expect(run.isNextSaveClean, comment)
  }

  private func table(
    _ scene: SaveScene, _ calls: [SystemCall], _ cells: [Int: [SystemFault: String]]
  ) -> String {
    let heads = ["\(scene.rawValue): call"] + scene.faults.map(\.description)
    let rows = calls.enumerated().map { index, call in
      ["\(index + 1) \(call.name)"] + scene.faults.map { cells[index]?[$0] ?? "–" }
    }
    return ([heads, heads.map { _ in "---" }] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  // MARK: Loading

  @Test func loadsSucceedOrReportWhyNot() throws {
    let scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
    _ = try scratch.report("sketch.ch8", "--frames", "10", "--save", "a.state")
    let arguments = ["--restore", "a.state", "--headless", "--frames", "0", "--json"]
    let good = try Strace.run(arguments, in: scratch)
    let calls = good.calls.filter { $0.isAbout("a.state") }
    try #require(calls.contains { $0.name == "openat" } && calls.contains { $0.name == "read" })
    for call in calls {
      for code in ["EIO", "EACCES", "EINTR"] {
        let outcome = try hit(call, with: .error(code), arguments, in: scratch)
        if outcome.code == 0 {
          #expect(outcome.output == good.outcome.output && outcome.errors.isEmpty)
        } else {
          #expect(code != "EINTR" && outcome.code == 66, "\(call.name) \(code)")
          expectOneSentence(outcome, naming: "a.state")
        }
      }
    }
  }

  /// Runs with a fault in a call about the image. How many calls of its name come before it is not
  /// always the same, for the process's own memory map is read in pieces.
  private func hit(
    _ call: SystemCall, with fault: SystemFault, _ arguments: [String], in scratch: Scratch
  ) throws -> Outcome {
    for _ in 0..<20 {
      let (outcome, calls) = try Strace.run(
        arguments, in: scratch, names: call.name, injections: [fault.injection(in: call)])
      if calls.contains(where: { $0.isAbout("a.state") && $0.isInjected }) { return outcome }
    }
    throw MissedCall(call: call)
  }

  private struct MissedCall: Error {
    let call: SystemCall
  }
}
