// ResumeTests.swift: a machine that was saved in one process and continues in another ends in exactly
// the state of one that was never stopped.

import Testing

@Suite struct ResumeTests {
  struct Machine: CustomTestStringConvertible {
    let options: [String]
    let program: [UInt8]
    var keys = ""

    var testDescription: String { options.joined(separator: " ") + (keys.isEmpty ? "" : " keys") }
  }

  static let machines =
    ["vip", "chip8", "chip48", "schip10", "schip11", "schip", "xochip"].flatMap {
      [
        Machine(options: ["--platform", $0, "--ipf", "11"], program: Programs.sketch),
        Machine(
          options: ["--platform", $0, "--ipf", "11"], program: Programs.sketchWithKeys,
          keys: "2-4:5,5-7:A,9-11:12,14-15:F,16-:3"),
      ]
    } + [
      Machine(options: ["--platform", "schip10"], program: Programs.bigDigits),
      Machine(options: ["--platform", "schip11"], program: Programs.scroller),
      Machine(options: ["--platform", "schip"], program: Programs.scroller),
      Machine(options: ["--platform", "xochip", "--ipf", "20"], program: Programs.colors),
      Machine(options: ["--platform", "vip", "--timing", "cycles"], program: Programs.sketch),
      Machine(options: ["--platform", "hires", "--ipf", "11"], program: Programs.twoPage),
      Machine(options: ["--platform", "hires", "--timing", "cycles"], program: Programs.twoPage),
      Machine(
        options: ["--platform", "vip", "--timing", "cycles"], program: Programs.sketchWithKeys,
        keys: "2-4:5,6-8:A,20-22:12,30-:3"),
    ]

  /// Instructions within the first frame, at its end, in the middle of later ones, and just after
  /// draws and waits for a key.
  @Test(arguments: machines)
  func atInstructions(machine: Machine) throws {
    let scratch = try Scratch()
    try scratch.write("a.ch8", machine.program)
    let whole = try report(scratch, machine, ["--frames", "24"])
    for instructions in [0, 1, 3, 5, 10, 11, 12, 29, 30, 31, 64] {
      guard instructions < whole.instructions else { continue }
      let first = try report(
        scratch, machine, ["--instructions", "\(instructions)", "--save", "a.state"])
      #expect(first.instructions == instructions)
      let rest = try scratch.run(
        ["a.state", "--headless", "--json", "--frames", "\(24 - first.frames)"]
          + keyOptions(machine, from: first.frames))
      #expect(try Report(rest) == whole, "saved after \(instructions) instructions")
    }
  }

  /// Every boundary of a short run, each in a process of its own; the longer runs of one process are
  /// in the core's own tests.
  @Test(arguments: machines.filter { !$0.keys.isEmpty })
  func atEveryInstruction(machine: Machine) throws {
    let scratch = try Scratch()
    try scratch.write("a.ch8", machine.program)
    let whole = try report(scratch, machine, ["--frames", "6"])
    _ = try report(scratch, machine, ["--frames", "0", "--save", "0.state"])
    for instruction in 0..<whole.instructions {
      let here = try scratch.run(
        ["\(instruction).state", "--headless", "--json", "--frames", "0"])
      let frame = try Report(here).frames
      let rest = try scratch.run(
        ["\(instruction).state", "--headless", "--json", "--frames", "\(6 - frame)"]
          + keyOptions(machine, from: frame))
      #expect(try Report(rest) == whole, "saved after \(instruction) instructions")
      _ = try scratch.run(
        [
          "\(instruction).state", "--headless", "--json", "--instructions", "1", "--save",
          "\(instruction + 1).state",
        ] + keyOptions(machine, from: frame))
    }
  }

  /// The end of every frame, so that the machine is in display waits and waits for a key too.
  @Test(arguments: machines)
  func atFrames(machine: Machine) throws {
    let scratch = try Scratch()
    try scratch.write("a.ch8", machine.program)
    let whole = try report(scratch, machine, ["--frames", "24"])
    _ = try report(scratch, machine, ["--frames", "0", "--save", "a.state"])
    for frame in 0..<24 {
      let outcome = try scratch.run(
        ["a.state", "--headless", "--json", "--frames", "1", "--save", "a.state"]
          + keyOptions(machine, from: frame))
      #expect(outcome.code == 0, "frame \(frame): \(outcome.errors)")
    }
    #expect(try scratch.report("a.state", "--frames", "0").state == whole.state)
  }

  private func report(
    _ scratch: Scratch, _ machine: Machine, _ options: [String]
  ) throws -> Report {
    let outcome = try scratch.run(
      ["a.ch8", "--headless", "--json"] + machine.options + keyOptions(machine, from: 0) + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try Report(outcome)
  }

  /// The keys of a run that starts at a frame, in frames of that run.
  private func keyOptions(_ machine: Machine, from start: Int) -> [String] {
    let presses = machine.keys.split(separator: ",").compactMap { press -> String? in
      let parts = press.split(whereSeparator: { "-:".contains($0) })
      let bounds = parts.dropLast().compactMap { Int($0) }
      if let end = bounds.dropFirst().first, end <= start { return nil }
      let end = bounds.dropFirst().first.map { "\($0 - start)" } ?? ""
      return "\(max(0, bounds[0] - start))-\(end):\(parts[parts.count - 1])"
    }
    return presses.isEmpty ? [] : ["--keys", presses.joined(separator: ",")]
  }
}
