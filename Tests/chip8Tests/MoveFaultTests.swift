// MoveFaultTests.swift: each system call of a side of a move is the process's last, is interrupted by
// a signal, or fails; and the machine is where docs/SYSTEM-IMAGES.md says.
//
// Both sides are real processes. One is traced, so what it has done when it ended is known, and with
// it the row of the table.

import Foundation
import SaveState
import Testing

/// A side of a move.
private enum Side: String, CaseIterable, Sendable {
  case sender, receiver
  /// A receiver that keeps the machine in a slot.
  case slotReceiver

  var place: MovePlace { self == .slotReceiver ? .slot : .file }
  /// The name of the file that the machine gets into.
  var fileName: String { self == .slotReceiver ? "a.state" : "machine.state" }
}

/// What is done to a system call.
private enum MoveFault: String, CaseIterable, Sendable {
  case kill = "signal=KILL"
  case signal = "signal=TERM"
  case error = "error=EIO"
}

/// A fault in one of the calls that a good move makes.
private struct MoveFaultCase: Sendable, CustomStringConvertible {
  let side: Side
  let fault: MoveFault
  let call: SystemCall
  let index: Int

  var injection: String { "\(call.name):\(fault.rawValue):when=\(call.number)" }
  var description: String { "\(side), \(call.name) \(index), \(fault)" }
}

/// A move with a fault in it, and what it leaves.
private struct MoveRun: Sendable {
  let sent: Outcome
  let received: Outcome
  let here: MoveState
  let there: MoveState
  let litter: [String]
  /// What the slot held before.
  let versions: [MoveState]
  private let side: Side
  /// The calls of the side that is traced, but for those that its start makes.
  let calls: [SystemCall]

  init(_ side: Side, names: String = "%file,%desc", injections: [String] = []) throws {
    self.side = side
    let scene = try MoveScene(.pipes, side.place)
    let receiver =
      ["--restore", "-", "--acknowledge", "--frames", "7", "--timeout", "3600"]
      + side.place.options
    let (sending, receiving) = (
      (arguments: MoveScene.sender(), end: scene.connection.one),
      (arguments: receiver, end: scene.connection.other)
    )
    let (own, other) = side == .sender ? (sending, receiving) : (receiving, sending)
    let running = try Running(
      Running.executable, other.arguments, in: scene.scratch,
      descriptors: [0: other.end.input, 1: other.end.output])
    other.end.close()
    let traced = try Strace.start(
      own.arguments, in: scene.scratch, names: names, injections: injections,
      descriptors: [0: own.end.input, 1: own.end.output])
    own.end.close()
    let outcome = try traced.outcome()
    (sent, received) =
      side == .sender ? (outcome, try running.outcome()) : (try running.outcome(), outcome)
    here = try scene.state(MoveScene.here)
    there = try scene.state(side.place.path)
    litter = try scene.litter
    versions = try scene.versions
    // A directory that was opened has its whole path.
    let places = ["\"here", "\"there", ".pipe", scene.scratch.directory + "/here"]
    calls = try Strace.calls(in: scene.scratch.text("trace")).filter { call in
      (places + [scene.scratch.directory + "/there"]).contains { call.isAbout($0) }
    }
  }

  /// How often the traced side has put a machine into its file.
  var saves: Int {
    calls.count { $0.name == "renameat" && $0.isAbout(", \"\(side.fileName)\"") && $0.isDone }
  }

  /// Whether the traced sender has given the machine away.
  var hasGone: Bool {
    calls.contains { $0.name == "write" && $0.details.contains("\"go\\n\"") && $0.isDone }
  }

  /// Whether the traced sender has put back what was in its file before.
  var hasPutBack: Bool {
    calls.contains { $0.name == "rename" && $0.isAbout("/machine.state\"") && $0.isDone }
  }
}

extension SystemCall {
  /// Whether it has come back, and well.
  fileprivate var isDone: Bool {
    details.contains(" = ") && !details.contains(" = -1") && !details.contains(" = ?")
  }
}

@Suite(.serialized, .enabled(if: Strace.isAvailable, "needs strace, and to be allowed to trace"))
struct MoveFaultTests {
  /// What may be left beside the files.
  private static let hidden = [".before-", ".saving-"]

  @Test(arguments: Side.allCases)
  private func theMachineIsWhereThePageSays(side: Side) throws {
    let cases = try Self.cases(side)
    let names = Set(cases.map(\.call.name) + ["write"]).joined(separator: ",")
    let runs = try concurrently(cases) {
      try MoveRun(side, names: names, injections: [$0.injection])
    }
    for (fault, run) in zip(cases, runs) {
      let comment: Comment = """
        \(fault): here \(run.here), there \(run.there), \(run.litter)
        sender \(run.sent.code): \(run.sent.errors)
        receiver \(run.received.code): \(run.received.errors)
        """
      switch side {
      case .sender: expectSender(fault, run, comment)
      case .receiver, .slotReceiver: expectReceiver(fault, run, comment)
      }
      expectOrder(fault, run, comment)
    }
  }

  /// Each change, each wait and each message of a good move, with what can happen to it.
  private static func cases(_ side: Side) throws -> [MoveFaultCase] {
    let good = try MoveRun(side)
    try #require(good.sent.code == 0 && good.received.code == 0, "\(good.sent.errors)")
    try #require(good.here == .older && good.there == .ran && good.litter.isEmpty)
    try #require(side != .sender || good.hasGone && good.hasPutBack)
    try #require(good.saves == 2)
    return good.calls.indices.flatMap { index -> [MoveFaultCase] in
      let call = good.calls[index]
      let faults: [MoveFault]
      switch call.name {
      case "close", "fcntl", "ioctl", "lseek", "newfstatat", "read", "readlink": faults = []
      case "poll":
        // A line is read byte by byte, and each is waited for.
        let isFirst = index < 2 || good.calls[index - 2].name != "poll"
        faults = isFirst ? [.kill, .signal] : []
      default: faults = MoveFault.allCases
      }
      return faults.map { MoveFaultCase(side: side, fault: $0, call: call, index: index) }
    }
  }

  private func expectSender(_ fault: MoveFaultCase, _ run: MoveRun, _ comment: Comment) {
    let isGone = run.hasGone
    #expect(run.there == (isGone ? .ran : .older), comment)
    #expect((run.received.code == 0) == isGone, comment)
    switch run.sent.code {
    case MoveRow.killed:
      #expect(fault.fault == .kill, comment)
      let saved: MoveState = run.saves == 0 ? .older : run.saves == 1 ? .began : .sent
      #expect(run.here == (run.hasPutBack ? .older : saved), comment)
    case 128 + SIGTERM: #expect(run.here == .older && run.saves == 0, comment)
    case 0:
      #expect(isGone, comment)
      // The only thing that can fail now is that here is put back.
      #expect(run.here == .older || run.sent.errors.contains("warning"), comment)
      #expect(run.here == .older || run.here == .sent && fault.fault == .error, comment)
    case 75: #expect(!isGone && run.here == .sent, comment)
    case 130: #expect(!isGone && [.began, .sent].contains(run.here), comment)
    default:
      #expect([73, 74].contains(run.sent.code) && fault.fault == .error && !isGone, comment)
      #expect(run.here != .damaged && run.here != .nothing, comment)
      let isBegun = run.sent.errors.contains("as it was last saved")
      #expect(isBegun ? [.began, .sent].contains(run.here) : run.here == .older, comment)
    }
  }

  private func expectReceiver(_ fault: MoveFaultCase, _ run: MoveRun, _ comment: Comment) {
    let isGone = run.sent.code == 0
    #expect(isGone || run.sent.code == 75, comment)
    #expect(run.here == (isGone ? .older : .sent), comment)
    switch run.received.code {
    case MoveRow.killed:
      #expect(fault.fault == .kill, comment)
      let saved: MoveState = run.saves == 0 ? .older : run.saves == 1 ? .sent : .ran
      #expect(run.there == saved && (!isGone || run.saves > 0), comment)
    case 128 + SIGTERM: #expect(!isGone && run.there == .older, comment)
    case 0: #expect(isGone && run.there == .ran, comment)
    case 130: #expect(run.there == (isGone ? .sent : .older), comment)
    default:
      // Of a slot the versions are read, and it is locked.
      let codes: [Int32] = fault.side == .slotReceiver ? [66, 73, 74, 75] : [73, 74]
      #expect(codes.contains(run.received.code) && fault.fault == .error, comment)
      #expect(isGone ? [.sent, .ran].contains(run.there) : run.there == .older, comment)
    }
    guard fault.side == .slotReceiver else { return }
    // Whatever happens, what the slot held before is in it or a version of it.
    #expect(run.there == .older || run.versions.contains(.older), comment)
    let isRefused = run.there == .older && run.received.code != MoveRow.killed
    #expect(!isRefused || run.versions.isEmpty, comment)
  }

  /// The side that is not killed reports the error and leaves nothing beside the files, but where that is
  /// what failed.
  private func expectOrder(_ fault: MoveFaultCase, _ run: MoveRun, _ comment: Comment) {
    let outcome = fault.side == .sender ? run.sent : run.received
    #expect((outcome.code == MoveRow.killed) == (fault.fault == .kill), comment)
    if fault.fault == .error { #expect(run.calls.contains { $0.isInjected }, comment) }
    let isLitterNormal = fault.fault == .kill || ["unlink", "rename"].contains(fault.call.name)
    #expect(run.litter.isEmpty || isLitterNormal, comment)
    for name in run.litter { #expect(Self.hidden.contains { name.hasPrefix($0) }, comment) }
    for outcome in [run.sent, run.received] where ![0, MoveRow.killed].contains(outcome.code) {
      #expect(outcome.code == 128 + SIGTERM || outcome.errors.hasPrefix("chip8: "), comment)
    }
  }
}
