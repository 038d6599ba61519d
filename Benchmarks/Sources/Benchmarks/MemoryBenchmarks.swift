// How much memory it takes to load a file, whatever is in it. Each is loaded by a process of its
// own: this program again.

import Chip8Core
import Foundation
import SaveState

extension Measurement {
  static func loaderMemory(_ subject: Subject, in directory: String) -> Measurement {
    let names = [
      "one section of 16 MiB", "50 sections of 16 MiB", "a note that unpacks to 16 MiB",
      "100 MiB of noise",
    ]
    return Measurement(
      requirements: names.map { Requirement("loader's memory: \($0)", .atMost(32), .mebibytes) }
    ) {
      let plain = Image(of: subject.machine)
      let least = try peakMebibytes(plain.bytes, in: directory)
      return try hostileFiles(plain).map { bytes in
        let peak = try peakMebibytes(bytes, in: directory)
        return Measured(number: peak - least, compared: (peak, least))
      }
    }
  }
}

/// Files as large as they can be: of one section, of many, of one that is small until it is unpacked, and
/// of none.
private func hostileFiles(_ plain: Image) throws -> [[UInt8]] {
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
  return [one.bytes, many.bytes, bomb.bytes, try noise(100 << 20)]
}

private func peakMebibytes(_ file: [UInt8], in directory: String) throws -> Double {
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
  return Double(kibibytes) / 1024
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
