// Files to play, and what comes of that.

import Chip8Core
import Chip8Player
import Foundation
import Octo
import SaveState
import Testing

/// A directory that is removed with its owner.
final class Scratch {
  let directory: String

  init() throws {
    directory =
      FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      .path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Writes a file, in the place of another one if there is one of that name.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(filePath: path(name)), options: .atomic)
    return path(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  func makeDirectory(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: false)
    return path(name)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
  }
}

/// Sources of small programs.
enum Source {
  static let counter = ": main loop v0 += 1 again"
  static let fault = ": main v0 += 1 return"
  static let exit = ": main exit"
  static let halt = ": main : stop jump stop"

  /// A program that asks its host for something, and then counts.
  static func asking(_ operation: String) -> String {
    """
    : main
      i := block native 0xC81
      loop v1 += 1 again
    : block \(operation) :pointer name 0 0 0 0 0 0
    : name 0x61 0
    """
  }

  static let saving = asking("1 0")
  static let savingAndLeaving = asking("1 1")
  static let restoring = asking("2 0")
}

extension Scratch {
  /// The machine of a program that was written to a file.
  func load(
    _ source: String, _ request: MachineRequest = MachineRequest(),
    _ metadata: MetadataRequest = MetadataRequest(), as name: String = "game.8o"
  ) throws -> LoadedMachine {
    try LoadedMachine(write(name, source), request, metadata)
  }
}

/// The delays of all pictures of a GIF, in hundredths of a second.
func gifDuration(_ file: [UInt8]) -> Int {
  var total = 0
  for k in 0..<file.count - 8 where Array(file[k..<k + 4]) == [0x21, 0xF9, 4, 4] {
    total += Int(file[k + 4]) | Int(file[k + 5]) << 8
  }
  return total
}

/// The error that something throws because requests cannot be combined.
func requestError(_ body: () throws -> Void) -> RequestError? {
  do { try body() } catch PlayerError.request(let error) { return error } catch { return nil }
  return nil
}

/// The file that holds something of which nothing can be made, and why.
func contentsError(_ body: () throws -> Void) -> (path: String, reason: String)? {
  do { try body() } catch PlayerError.contents(let path, let error) {
    return (path, "\(error)")
  } catch { return nil }
  return nil
}

extension Player {
  /// Runs for some frames.
  mutating func runFrames(_ count: Int) -> Stop { run(frames: count) }
}
