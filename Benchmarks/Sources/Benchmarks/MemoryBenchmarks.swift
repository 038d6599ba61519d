// How much memory it takes to load a file, whatever is in it. Each is loaded by a process of its
// own: this program again.

import Chip8Core
import Foundation
import SaveState

func memoryRequirements(_ subject: Subject, in directory: String) throws -> [Requirement] {
  let plain = Image(of: subject.machine)
  let least = try peakKibibytes(plain.bytes, in: directory)
  return try hostileFiles(plain).map { what, bytes in
    let more = try peakKibibytes(bytes, in: directory) - least
    return Requirement("loader's memory: \(what)", Double(more) / 1024, atMost: 32, .mebibytes)
  }
}

/// Files as large as they can be.
private func hostileFiles(_ plain: Image) throws -> [(String, [UInt8])] {
  // Room for the frames of more sections, and for a checksum or two.
  let rest = Image.maxByteCount - plain.sections.reduce(4096) { $0 + $1.decodedByteCount + 20 }
  func noise(_ count: Int) throws -> [UInt8] {
    try Storage.read("/dev/urandom", limit: count - 1)
  }
  var (one, many, bomb) = (plain, plain, plain)
  one.setAncillary(.ancillary(Tag("HUGE")), try noise(rest), of: Chip8.self)
  for k in 10..<60 {
    many.setAncillary(
      .ancillary(Tag(rawValue: UInt32(k))), try noise(rest / 50 - 20), of: Chip8.self)
  }
  bomb.setAncillary(.ancillary(Tag("NOTE")), Array(repeating: 0x61, count: rest), of: Chip8.self)
  return [
    ("one section of 16 MiB", one.bytes), ("50 sections of 16 MiB", many.bytes),
    ("a note that unpacks to 16 MiB", bomb.bytes),
    ("100 MiB of noise", try noise(100 << 20)),
  ]
}

private func peakKibibytes(_ file: [UInt8], in directory: String) throws -> Int {
  let path = "\(directory)/file"
  try Data(file).write(to: URL(fileURLWithPath: path))
  let process = Process()
  process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
  process.arguments = ["--load", path]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard let kibibytes = Int(String(decoding: text, as: UTF8.self).filter(\.isNumber)) else {
    fatalError("a process did not report its memory")
  }
  return kibibytes
}

/// Loads a file, checks all that can be checked, and prints how many KiB of memory this process
/// has had at most.
func load(_ path: String) throws {
  do {
    let image = try Image(contentsOf: path)
    let machine: Chip8 = try image.machine()
    _ = try (image.witness()?.holds(for: machine), image.time(), image.note())
  } catch is StorageError {
    // Refused: that takes memory too.
  } catch is ImageError {}
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  print(status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? "")
}
