// MoveScene.swift: a machine that moves between two files, and which of its states is in which.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

/// What a file holds.
enum MoveState: String, CaseIterable, Sendable {
  /// What was there before anything moved.
  case older
  /// The machine as its sender began its run.
  case began
  /// The machine as it was sent.
  case sent
  /// The machine as its receiver's run stopped.
  case ran
  /// The machine at another moment, for a run was interrupted.
  case between
  case nothing
  case damaged

  /// How many frames the machine has run; nil for those that no number says.
  private var frames: Int? {
    switch self {
    case .older: 1
    case .began: 0
    case .sent: 5
    case .ran: 12
    case .between, .nothing, .damaged: nil
    }
  }

  fileprivate func machine() throws -> Chip8? {
    guard let frames else { return nil }
    let program = Program(name: "sketch", bytes: Programs.sketch)
    var machine = try Chip8(program, Configuration(for: program), seed: 0)
    _ = machine.run(frames: frames)
    return machine
  }
}

/// Where a receiver keeps the machine.
enum MovePlace: String, CaseIterable, Sendable {
  /// In the file of `--save`.
  case file
  /// In the slot of `--save-slot`, without `--save`.
  case slot
  /// In the slot in which a window saves by itself.
  case window

  /// Those that there can be here: a window needs an X server.
  static let available = allCases.filter { $0 != .window || Desktop.isAvailable }

  private static let slots = "there/\(Program(name: "", bytes: Programs.sketch).sha1)"

  /// The file that the machine is in.
  var path: String {
    switch self {
    case .file: MoveScene.there
    case .slot: "\(MovePlace.slots)/a.state"
    case .window: "\(MovePlace.slots)/\(Autosave.minute.slot).state"
    }
  }

  /// What else is in its directory.
  fileprivate var beside: [String] { self == .file ? [] : [".lock", "history", "auto-exit.state"] }

  /// The options that make it the place.
  var options: [String] {
    switch self {
    case .file: ["--headless", "--save", MoveScene.there]
    case .slot: ["--headless", "--save-slot", "a", "--slots", "there"]
    case .window: ["--slots", "there", "--no-journal"]
    }
  }
}

/// A directory with the program, and an older state in each of the places *here* and *there*.
struct MoveScene {
  static let here = "here/machine.state"
  static let there = "there/machine.state"
  let scratch: Scratch
  let connection: Connection
  let place: MovePlace

  init(_ kind: Connection.Kind = .pipes, _ place: MovePlace = .file) throws {
    self.place = place
    scratch = try Scratch()
    connection = try Connection(kind, in: scratch)
    try scratch.write("sketch.ch8", Programs.sketch)
    let older = try #require(try MoveState.older.machine())
    for directory in ["here", "there"] {
      try scratch.makeDirectory(directory)
    }
    for file in [MoveScene.here, MoveScene.there] {
      try scratch.write(file, Image(of: older).bytes)
    }
    if place == .slot { try slots.save(Image(of: older), to: SlotName("a")) }
    if place == .window { try slots.autosave(Image(of: older), to: Autosave.minute.slot) }
  }

  private var slots: Slots {
    Slots(root: scratch.path("there"), program: Program(name: "", bytes: Programs.sketch).sha1)
  }

  /// The arguments of a sender, which waits for an hour unless an event says otherwise.
  static func sender(
    _ program: String = "sketch.ch8", stop: [String] = ["--frames", "5"],
    event: MoveEvent? = nil
  ) -> [String] {
    [program, "--headless", "--save", "-", "--move", "--else-save", here] + stop
      + ["--timeout", event?.timeout ?? "3600"]
  }

  /// The arguments of a receiver.
  static func receiver(
    stop: [String] = ["--frames", "7"], event: MoveEvent? = nil,
    save: [String] = ["--save", there]
  ) -> [String] {
    ["--restore", "-", "--acknowledge", "--headless"] + save + stop
      + ["--timeout", event?.timeout ?? "3600"]
  }

  /// Starts a receiver that keeps the machine in its place.
  func startReceiver(event: MoveEvent? = nil) throws -> Running {
    let stop = place == .window ? [] : ["--frames", "7"]
    let arguments =
      ["--restore", "-", "--acknowledge"] + place.options + stop
      + ["--timeout", event?.timeout ?? "3600"]
    guard place == .window else { return try start(arguments) }
    return try start(Desktop.environment + [Running.executable] + arguments, "/usr/bin/env")
  }

  /// Makes a program whose image is longer than what a connection holds.
  func writeLargeProgram() throws {
    // Digests cannot be deflated.
    let bytes = (0..<700).flatMap { Digest.sha1(Array("\($0)".utf8)).bytes }
    try scratch.write("large.ch8", rom(0x1200) + bytes)
  }

  /// Starts a program on one side; the test is the other one.
  func start(
    _ arguments: [String], _ program: String = Running.executable
  ) throws -> Running {
    let end = connection.one
    let running = try Running(
      program, arguments, in: scratch, descriptors: [0: end.input, 1: end.output])
    end.close()
    return running
  }

  /// The image that a sender sends.
  func image() throws -> Image { Image(of: try #require(try MoveState.sent.machine())) }

  /// What a receiver says when it has that.
  func ready() throws -> String {
    "ready \(try #require(try MoveState.sent.machine()).stateDigest)"
  }

  /// What is in a file.
  func state(_ file: String) throws -> MoveState {
    guard FileManager.default.fileExists(atPath: scratch.path(file)) else { return .nothing }
    guard let found: Chip8 = try? Image(try scratch.read(file)).machine() else { return .damaged }
    for state in MoveState.allCases {
      if try state.machine()?.stateDigest == found.stateDigest { return state }
    }
    // The same program, as far as it came.
    let program = Program(name: "sketch", bytes: Programs.sketch)
    var machine = try Chip8(program, Configuration(for: program), seed: 0)
    _ = machine.run(frames: Int(found.state.frames))
    _ = machine.run(instructions: Int(found.state.instructions - machine.state.instructions))
    return machine.stateDigest == found.stateDigest ? .between : .damaged
  }

  /// Whether the program has never said anything, and is gone.
  var wasSilent: Bool {
    // Closing without having read everything resets a socket.
    ((try? connection.other.channel.receive(1)) ?? []).isEmpty
  }

  /// What the slot held before, the newest first; nothing where the place is not a slot.
  var versions: [MoveState] {
    get throws {
      guard place != .file else { return [] }
      let slot = place == .slot ? try SlotName("a") : Autosave.minute.slot
      return try slots.versions(of: slot).map { version in
        // Its path is a whole one.
        let path = slots.path(slot, version: version)
        return try state(String(path.dropFirst(scratch.directory.count + 1)))
      }
    }
  }

  /// Files beside those that the machine moves between.
  var litter: [String] {
    get throws {
      try [MoveScene.here, place.path].flatMap { path in
        let url = URL(fileURLWithPath: scratch.path(path))
        let known = [url.lastPathComponent] + (path == place.path ? place.beside : [])
        return try FileManager.default.contentsOfDirectory(
          atPath: url.deletingLastPathComponent().path
        ).filter { !known.contains($0) }
      }
    }
  }
}

extension PeerChannel {
  func send(line: String) throws { try send(Array((line + "\n").utf8)) }

  /// A line, or nil at the end.
  func line() throws -> String? {
    try receiveLine(atMost: 200).map { String(decoding: $0, as: UTF8.self) }
  }
}
