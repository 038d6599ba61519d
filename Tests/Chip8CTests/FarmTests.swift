import CChip8
import Chip8Player
import Foundation
import Testing

@Suite struct FarmTests {
  private func farm(
    _ jobs: [UInt8], members: String? = nil, limit: UInt64 = 0
  ) throws -> (rows: [UInt8], errorCount: UInt64) {
    var (rows, size, errors) = (UnsafeMutableRawPointer?.none, 0, UInt64(0))
    var message = [CChar](repeating: 1, count: 200)
    let code = withText(root.path) { directory in
      withText(members) { members in
        var options = chip8_farm_options()
        options.struct_size = MemoryLayout<chip8_farm_options>.size
        (options.directory, options.members) = (directory, members)
        options.max_instructions = limit
        return chip8_farm(
          jobs, jobs.count, &options, &rows, &size, &errors, &message, message.count)
      }
    }
    guard code == 0 else { throw Refusal(code: code, message: text(message)) }
    defer { chip8_free(rows) }
    return (Array(UnsafeRawBufferPointer(start: rows, count: size)), errors)
  }

  private let jobs = Array(
    """
    {"id":1,"program":"roms/backfire.ch8","frames":60,"keys":"3-9:6"}

    {"id":2,"program":"roms/none.ch8"}
    {"id":3,"program":"roms/schuss.ch8","frames":9}
    """.utf8)

  @Test func rowsAreThoseOfTheFarm() throws {
    let (rows, errorCount) = try farm(jobs)
    var options = FarmOptions()
    options.directory = root.path
    var worker = FarmWorker(options)
    let lines = FarmJobs(jobs)
    let expected = (0..<lines.count).map { worker.row(lines[$0]).text + "\n" }
    #expect(rows == Array(expected.joined().utf8) && errorCount == 1)
    #expect(try farm([]).rows == [])
  }

  @Test func optionsCount() throws {
    let (rows, errorCount) = try farm(jobs, members: "stop", limit: 800)
    let lines = String(decoding: rows, as: UTF8.self).split(separator: "\n")
    #expect(lines.first == #"{"id":1,"stop":"frames"}"#)
    #expect(lines.last == #"{"error":"the job takes more than 800 instructions","id":3}"#)
    #expect(errorCount == 2)
    #expect(throws: Refusal(code: -2, message: "a row has no member none")) {
      try farm(jobs, members: "stop,none")
    }
  }
}
