// Farms: lines in, lines out.

import CChip8
import Chip8Player

/// chip8_farm.
@_cdecl("chip8_farm")
public func farm(
  _ jobs: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<chip8_farm_options>?,
  _ rows: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ rowsSize: UnsafeMutablePointer<Int>?,
  _ errorCount: UnsafeMutablePointer<UInt64>?, _ message: UnsafeMutablePointer<CChar>?,
  _ messageSize: Int
) -> Int32 {
  reporting(to: message, messageSize) { () throws(CallError) in
    let jobs = FarmJobs(Array(try bytes(jobs, size, "jobs")))
    guard let rows, let rowsSize else { throw .missing("rows or rows_size") }
    var worker = FarmWorker(try farmOptions(options))
    let (text, errors) = worker.rows(of: jobs, 0..<jobs.count)
    // There is always something to free.
    let copy = UnsafeMutableRawPointer.allocate(byteCount: text.count + 1, alignment: 1)
    copy.copyMemory(from: text, byteCount: text.count)
    copy.storeBytes(of: 0, toByteOffset: text.count, as: UInt8.self)
    (rows.pointee, rowsSize.pointee) = (copy, text.count)
    errorCount?.pointee = UInt64(errors)
  }
}

private func farmOptions(
  _ options: UnsafePointer<chip8_farm_options>?
) throws(CallError) -> FarmOptions {
  var result = FarmOptions()
  guard options != nil else { return result }
  var wanted = chip8_farm_options()
  try read(options, "options", into: &wanted)
  result.directory = try text(wanted.directory, "directory")
  if let members = try text(wanted.members, "members") {
    let names = members.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if let unknown = names.first(where: { !FarmOptions.memberNames.contains($0) }) {
      throw .argument("a row has no member \(unknown)")
    }
    result.members = names
  }
  if wanted.max_instructions > 0 {
    result.maxInstructions = Int(clamping: min(wanted.max_instructions, UInt64(Int.max >> 1)))
  }
  return result
}

/// chip8_free.
@_cdecl("chip8_free")
public func free(_ rows: UnsafeMutableRawPointer?) { rows?.deallocate() }
