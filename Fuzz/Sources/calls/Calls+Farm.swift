// Farms: lines that are jobs, nearly jobs, and anything else. Each has a row that says what has become of
// it, and what can be run ends as in Swift.

import CChip8
import Chip8Core
import Fuzzing
import Glibc
import SaveState

/// What jobs find, and may write to.
private enum Files {
  static let program: [UInt8] = [0x70, 0x01, 0xC1, 0x1F, 0xF0, 0x33, 0xD1, 0x15, 0x12, 0x00]

  /// The directory that they are in.
  static let directory: String = {
    var name = Array("/tmp/chip8-calls.XXXXXX".utf8CString)
    expect(mkdtemp(&name) != nil, "there is a directory")
    let directory = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let machine = must("a program fits") {
      try Chip8(Program(name: "p", bytes: program), Configuration(.chip8), seed: 1)
    }
    for (name, bytes) in [
      ("a.ch8", program), ("a.state", Image(of: machine).bytes), ("keys.txt", Array("1-2:3".utf8)),
    ] {
      must("a file is written") {
        try Storage.writeAtomically("\(directory)/\(name)", with: bytes, as: .other)
      }
    }
    return directory
  }()
}

extension Session {
  private static let members: [[String]] = [
    [#""program":"a.ch8""#, #""restore":"a.state""#, #""input":"keys.txt""#, #""program":"none""#],
    [
      #""frames":3"#, #""frames":-1"#, #""frames":1e400"#, #""instructions":77"#, #""frames":null"#,
    ],
    [
      #""seed":18446744073709551615"#, #""ipf":0"#, #""ipf":9"#, #""platform":"vip""#,
      #""seed":[]"#,
    ],
    [#""quirks":{"shift":true}"#, #""quirks":{"shift":1}"#, #""quirks":[]"#, #""x":{"y":[[]]}"#],
    [#""keys":"0-2:5""#, #""keys":"0-:G""#, #""until":["halt"]"#, #""until":["pc=nowhere",1]"#],
    [#""save":"out.state""#, #""save":"a.state""#, #""save":".""#, #""save":"no/where""#],
  ]

  /// A line of which nothing is known.
  private mutating func line(_ number: Int) -> [UInt8] {
    let kind: UInt8 = input.next()
    if kind & 7 == 0 { return input.take(Int(kind >> 3)).filter { $0 != 0x0A } }
    var members = ["\"id\":\(number)"]
    for choices in Session.members where input.next(UInt8.self) & 1 == 1 {
      members.append(input.choice(choices))
    }
    var line = Array("{\(members.joined(separator: ","))}".utf8)
    // What may write to a file is as it is: it must not be another file.
    if kind & 7 == 1, !members.contains(where: { $0.hasPrefix("\"save\"") }) {
      let place = Int(input.next(UInt8.self)) % line.count
      line[place] = max(0x20, line[place] ^ input.next(UInt8.self))
    }
    return line
  }

  mutating func farm() {
    let frames = Int(input.next(UInt8.self) & 15)
    let seed: UInt64 = input.next()
    let known =
      #"{"id":"known","program":"a.ch8","platform":"chip8","frames":\#(frames),"seed":"\#(seed)"}"#
    var lines = [Array(known.utf8)]
    for number in 0..<Int(input.next(UInt8.self) & 3) { lines.append(line(number)) }
    let jobs = Array(lines.joined(separator: [0x0A]))
    let isKnown = input.next(UInt8.self) & 7 != 0
    var (rows, size, errors) = (UnsafeMutableRawPointer?.none, 0, UInt64(0))
    let code = Files.directory.withCString { directory in
      (isKnown ? "frames,state" : "frames,none").withCString { members in
        var options = chip8_farm_options()
        options.struct_size = MemoryLayout<chip8_farm_options>.size
        (options.directory, options.members) = (directory, members)
        options.max_instructions = 10_000
        return chip8_farm(jobs, jobs.count, &options, &rows, &size, &errors, nil, 0)
      }
    }
    guard isKnown else {
      return expect(code == CHIP8_ERROR_ARGUMENT && rows == nil, "an unknown member is refused")
    }
    expect(code == 0, "a farm ends")
    defer { chip8_free(rows) }
    let text = Array(UnsafeRawBufferPointer(start: rows, count: size))
    let written = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0D]
    expect(written.count == lines.count { !blanks.isSuperset(of: $0) }, "each job has a row")
    expect(
      errors == written.count { $0.starts(with: #"{"error":"#.utf8) }, "errors are counted")
    let first = String(decoding: written.first ?? [], as: UTF8.self)
    expect(first == row(frames: frames, seed: seed), "a job is run as in Swift: \(first)")
  }

  private func row(frames: Int, seed: UInt64) -> String {
    var machine = must("a program fits") {
      try Chip8(Program(name: "a", bytes: Files.program), Configuration(.chip8), seed: seed)
    }
    _ = machine.run(frames: frames)
    let state = machine.canonicalState
    return
      #"{"frames":\#(frames),"id":"known","state":{"bytes":\#(state.count),"#
      + #""sha256":"\#(Digest.sha256(state))"}}"#
  }
}
