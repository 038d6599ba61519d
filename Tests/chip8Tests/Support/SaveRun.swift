// SaveRun.swift: a save with a fault in it, and what it leaves.

import Foundation
import Synchronization
import Testing

/// What is there where a machine is saved.
enum SaveScene: String, CaseIterable, Sendable {
  case nothing = "no file"
  case olderFile = "an older file"
  case link = "a link to an older file, beside what a killed save left"
  case withoutUnnamedFiles = "an older file, no unnamed files"

  /// Errors that pass, errors that stay, and the end of the process. Where a scene differs from
  /// the others only in some calls, one error stands for those that are treated like it.
  var faults: [SystemFault] {
    switch self {
    case .nothing, .olderFile:
      [.kill] + ["EIO", "ENOSPC", "EACCES", "EDQUOT", "EINTR"].map { .error($0) }
        + ["ENOSPC", "EACCES"].map { .lastingError($0) }
    case .link, .withoutUnnamedFiles: [.kill, .error("EIO"), .error("EINTR")]
    }
  }

  /// The call that puts the file in its place.
  var lastName: String { self == .nothing ? "linkat" : "renameat" }
}

/// One fault in one of the calls that a good run makes.
struct FaultCase: Sendable, CustomStringConvertible {
  let index: Int
  let fault: SystemFault
  private let call: SystemCall
  /// The calls up to this one.
  private let names: [String]

  /// Nil where strace cannot do that, or where the program could not say any more what is wrong.
  init?(_ index: Int, _ fault: SystemFault, of good: SaveRun) {
    call = good.calls[index]
    if case .lastingError = fault, call.name == "write" { return nil }
    // In strace a call has one fault, and in this scene this one has it already.
    if good.scene == .withoutUnnamedFiles, call.name == "openat" { return nil }
    self.index = index
    self.fault = fault
    names = good.calls.prefix(index + 1).map(\.name)
  }

  var injection: String { fault.injection(in: call) }
  var description: String { "\(call.name), \(index + 1), \(fault)" }

  /// Whether it was this call that had the fault.
  func hit(_ calls: [SystemCall]) -> Bool {
    guard calls.prefix(index + 1).map(\.name) == names else { return false }
    return fault == .kill ? calls.count == names.count : calls[index].isInjected
  }
}

/// A machine is saved in a directory of its own.
struct SaveRun: Sendable, CustomStringConvertible {
  /// What is in a file.
  enum Contents: String {
    case none, old, new, broken
  }

  private static let command = ["game.ch8", "--headless", "--frames", "10", "--save"]
  private static let old = damagedState
  private static let mode = 0o640

  let scene: SaveScene
  /// What makes the scene, in strace's words.
  private let injections: [String]
  /// What a save that was killed has left, by name.
  private let leftover: String?
  /// The bytes of a good save.
  private let new: [UInt8]

  /// The file as the program was reported it.
  let path: String
  let outcome: Outcome
  /// The calls that are about the directory, in order.
  let calls: [SystemCall]
  let target: Contents
  let isModeKept: Bool
  /// What is in the files that should not be there, by their names.
  let litter: [String: Contents]
  /// Whether there is none but what was there before.
  var isLitterOld: Bool { litter.keys.allSatisfy { $0 == leftover } }
  /// Whether another save, without a fault, left the new file and nothing else. It is not tried
  /// where there is nothing to be removed.
  let isNextSaveClean: Bool

  /// Without a fault but those that make the scene.
  static func good(in scene: SaveScene) throws -> SaveRun {
    let scratch = try Scratch()
    try scratch.write("game.ch8", Programs.sketch)
    let new = try scratch.run(SaveRun.command + ["-"]).output
    let usual = try SaveRun(scene, nil, new: new)
    switch scene {
    case .nothing, .olderFile: return usual
    case .link:
      let link = try #require(usual.calls.first { $0.name == "linkat" })
      let name = try #require(link.details.firstMatch(of: /"(\.saving-[^"]+)"/)).1
      return try SaveRun(scene, nil, leftover: String(name), new: new)
    case .withoutUnnamedFiles:
      let open = try #require(usual.calls.first { $0.details.contains("O_TMPFILE") })
      let injection = SystemFault.error("EOPNOTSUPP").injection(in: open)
      return try SaveRun(scene, nil, injections: [injection], new: new)
    }
  }

  /// As a run before, with a fault.
  init(_ fault: FaultCase, like good: SaveRun) throws {
    let names = Set(good.calls.map(\.name)).joined(separator: ",")
    try self.init(
      good.scene, fault, names: names, injections: good.injections, leftover: good.leftover,
      new: good.new)
  }

  private init(
    _ scene: SaveScene, _ fault: FaultCase?, names: String = "%file,%desc",
    injections: [String] = [], leftover: String? = nil, new: [UInt8]
  ) throws {
    self.scene = scene
    self.injections = injections
    self.leftover = leftover
    self.new = new
    let scratch = try Scratch()
    try scratch.write("game.ch8", Programs.sketch)
    let directory = scratch.path("saves")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    let file = "\(directory)/out.state"
    if scene != .nothing {
      try scratch.write("saves/out.state", SaveRun.old)
      chmod(file, mode_t(SaveRun.mode))
    }
    path = scene == .link ? "\(directory)/link.state" : file
    if scene == .link { symlink("out.state", path) }
    if let leftover { try scratch.write("saves/\(leftover)", SaveRun.old) }

    let command = SaveRun.command + [path]
    let made: [SystemCall]
    (outcome, made) = try Strace.run(
      command, in: scratch, names: names,
      injections: injections + (fault.map { [$0.injection] } ?? []))
    calls = made.filter { $0.isAbout(directory) }
    let contents = try SaveRun.files(in: directory).mapValues {
      $0 == SaveRun.old ? Contents.old : $0 == new ? .new : .broken
    }
    target = contents["out.state"] ?? .none
    litter = contents.filter { $0.key != "out.state" }
    var status = stat()
    isModeKept =
      scene == .nothing || stat(file, &status) == 0 && status.st_mode & 0o7777 == SaveRun.mode

    isNextSaveClean =
      try litter.isEmpty
      || scratch.run(command).code == 0 && SaveRun.files(in: directory) == ["out.state": new]
  }

  /// The contents of the files in a directory, by their names; links, which stay, are left out.
  private static func files(in directory: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      let url = URL(fileURLWithPath: "\(directory)/\(name)")
      if (try? FileManager.default.destinationOfSymbolicLink(atPath: url.path)) != nil { continue }
      files[name] = Array(try Data(contentsOf: url))
    }
    return files
  }

  /// What a table says of this run: the file, the exit code, and what else is there.
  var description: String {
    let code = outcome.code == 0 || outcome.code == 128 + SIGKILL ? "" : ", \(outcome.code)"
    return target.rawValue + code + litter.values.map { ", hidden: \($0)" }.joined()
  }
}

/// What a function makes of each item, on all processors.
func concurrently<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ body: @Sendable (Item) throws -> Result
) throws -> [Result] {
  let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
  DispatchQueue.concurrentPerform(iterations: items.count) { index in
    let result = Swift.Result { try body(items[index]) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { results in
    try items.indices.compactMap { try results[$0]?.get() }
  }
}
