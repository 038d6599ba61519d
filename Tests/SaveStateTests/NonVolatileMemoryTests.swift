// What a program's machine remembers while it is off: the file is the old one or the new one, and a
// file that is neither is refused and left alone.

import Foundation
import SaveState
import Testing

@Suite struct NonVolatileMemoryTests {
  private let directory: Directory
  private let memory: NonVolatileMemory
  private static let program = Program(name: "toy", bytes: [1, 2, 3]).sha1
  private static let bytes: [UInt8] = [9, 8, 7, 6]

  init() throws {
    directory = try Directory()
    memory = NonVolatileMemory(
      root: directory.path, program: NonVolatileMemoryTests.program, name: "memory", byteCount: 4)
  }

  private func file() throws -> [UInt8] { try Storage.read(memory.path, limit: 1000) }

  private func put(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: memory.path))
  }

  @Test func itKeepsWhatWasWrittenLast() throws {
    #expect(try memory.read() == nil)
    #expect(try !memory.clear())
    try memory.write(NonVolatileMemoryTests.bytes)
    #expect(try memory.read() == NonVolatileMemoryTests.bytes)
    // Fewer bytes leave the rest as it is.
    try memory.write([1, 2])
    #expect(try memory.read() == [1, 2, 7, 6])
    #expect(try memory.clear())
    #expect(try memory.read() == nil)
    try memory.write([5])
    #expect(try memory.read() == [5, 0, 0, 0])
  }

  @Test func theFileIsAsItsPageSays() throws {
    try memory.write(NonVolatileMemoryTests.bytes)
    let bytes = try file()
    #expect(
      Array(bytes.dropLast(4)) == [0x89, 0x4E, 0x56, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A, 1, 0, 4, 0]
        + NonVolatileMemoryTests.program.bytes + NonVolatileMemoryTests.bytes)
    #expect(bytes.count == 40)
  }

  @Test func damagedFilesAreRefusedAndKept() throws {
    try memory.write(NonVolatileMemoryTests.bytes)
    let good = try file()
    var damaged = good.indices.map { index in
      var bytes = good
      bytes[index] ^= 0x10
      return bytes
    }
    damaged += (0..<good.count).map { Array(good.prefix($0)) }
    damaged += [good + [0], Array(repeating: 0, count: 200_000)]
    for bytes in damaged {
      try put(bytes)
      #expect(throws: StorageError.self) { try memory.read() }
      #expect(throws: StorageError.self) { try memory.write([0]) }
      #expect(try Storage.read(memory.path, limit: 300_000) == bytes)
    }
    #expect(try memory.clear())
    try memory.write([1])
    #expect(try memory.read() == [1, 0, 0, 0])
  }

  @Test func filesOfOthersAreNamed() throws {
    let other = Program(name: "other", bytes: [4]).sha1
    let elsewhere = NonVolatileMemory(
      root: directory.path, program: other, name: "memory", byteCount: 4)
    try elsewhere.write([1])
    try memory.write([2])
    try put(Storage.read(elsewhere.path, limit: 1000))
    #expect(throws: StorageError.memory(memory.path, .otherProgram(other))) { try memory.read() }
    // A later version may be of any length.
    try put(Array(try file().prefix(8)) + [2, 0] + Array(repeating: 0, count: 500))
    #expect(throws: StorageError.memory(memory.path, .unknownVersion(2))) { try memory.read() }
  }

  @Test func onlyARegularFileIsUsed() throws {
    try memory.write([1])
    let target = "\(directory.path)/target"
    try FileManager.default.moveItem(atPath: memory.path, toPath: target)
    try FileManager.default.createSymbolicLink(atPath: memory.path, withDestinationPath: target)
    #expect(throws: StorageError.memory(memory.path, .notAFile)) { try memory.read() }
    #expect(throws: StorageError.memory(memory.path, .notAFile)) { try memory.write([2]) }
    #expect(try memory.clear())
    #expect(FileManager.default.fileExists(atPath: target))
    #expect(mkfifo(memory.path, 0o600) == 0)
    #expect(throws: StorageError.memory(memory.path, .notAFile)) { try memory.read() }
    #expect(try memory.clear())
    try FileManager.default.createDirectory(
      atPath: memory.path, withIntermediateDirectories: false)
    #expect(throws: StorageError.memory(memory.path, .notAFile)) { try memory.write([2]) }
    #expect(throws: StorageError.self) { try memory.clear() }
  }

  @Test func writeProtectedFilesStay() throws {
    try memory.write([1])
    #expect(chmod(memory.path, 0o444) == 0)
    let changes: [() throws -> Void] = [
      { try memory.write([2]) }, { try memory.checkWriting() }, { _ = try memory.clear() },
    ]
    for change in changes {
      #expect {
        try change()
      } throws: {
        guard let error = $0 as? StorageError else { return false }
        return error.reason == .replace(.writeProtected) && error.path == memory.path
      }
    }
    #expect(try memory.read() == [1, 0, 0, 0])
    #expect(chmod(memory.path, 0o644) == 0)
    #expect(try memory.clear())
  }

  /// However many write at once, a reader finds what one of them has written.
  @Test func writersDoNotMix() async throws {
    let memory = memory
    try memory.write([0, 0, 0, 0])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in UInt8(1)...3 {
        group.addTask {
          for round in UInt8(0)..<40 {
            try memory.write(Array(repeating: writer * 50 + round, count: 4))
          }
        }
      }
      group.addTask {
        for _ in 0..<400 {
          let bytes = try #require(try memory.read())
          #expect(Set(bytes).count == 1, "\(bytes)")
        }
      }
      try await group.waitForAll()
    }
    // Nothing else is left.
    let names = try FileManager.default.contentsOfDirectory(
      atPath: "\(directory.path)/\(NonVolatileMemoryTests.program)")
    #expect(names.sorted() == [".lock", "memory"])
  }
}

/// A directory that is gone with the test.
private final class Directory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
