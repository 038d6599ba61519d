// Files: replaced whole or left alone, and read within a limit.

import Foundation
import SaveState
import Synchronization
import Testing

@Suite struct StorageTests {
  @Test func filesAreCreatedAndReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      for bytes in [[1, 2, 3], [], Array(repeating: 7, count: 100_000)] as [[UInt8]] {
        try Storage.writeAtomically(path, with: bytes)
        #expect(try Storage.read(path, limit: 200_000) == bytes)
        #expect(try names(in: directory) == ["file"])
      }
    }
  }

  /// Latecomers find the directory locked or the name taken. Each file is one byte over and
  /// over, so that a mixture of two would be seen.
  @Test func manyReplaceTheSameFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { writer in
        for number in 0..<60 {
          let bytes = Array(repeating: UInt8(writer), count: 1 + number * 97)
          do {
            if writer == 0, number % 10 == 0 {
              unlink(path)
            } else {
              try Storage.writeAtomically(path, with: bytes)
            }
            let found = try Storage.read(path, limit: 1 << 20)
            if Set(found).count != 1 { failures.withLock { $0.append("a mixture") } }
          } catch let error as StorageError where error.isMissingFile && error.reason == .read {
            continue
          } catch { failures.withLock { $0.append("\(error)") } }
        }
      }
      #expect(failures.withLock { $0 } == [])
      let left = try names(in: directory)
      #expect(left == ["file"])
    }
  }

  /// Another process's lock on the directory, for any time.
  @Test func directoryLocksOfOthersDoNotBlockWrites() throws {
    try withTemporaryDirectory { directory in
      let descriptor = open(directory, O_RDONLY | O_DIRECTORY)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_EX) == 0)
      for bytes in [[1], [2, 3]] as [[UInt8]] {
        try Storage.writeAtomically(directory + "/file", with: bytes)
        #expect(try Storage.read(directory + "/file", limit: 9) == bytes)
        #expect(try names(in: directory) == ["file"])
      }
    }
  }

  @Test func theLongestNamesAreReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/" + String(repeating: "n", count: 255)
      for bytes in [[1], [2]] as [[UInt8]] {
        try Storage.writeAtomically(path, with: bytes)
        #expect(try Storage.read(path, limit: 9) == bytes)
      }
      #expect {
        try Storage.writeAtomically(path + "n", with: [1])
      } throws: {
        ($0 as? StorageError)?.code == ENAMETOOLONG
      }
      #expect(try names(in: directory).count == 1)
    }
  }

  @Test func missingDirectoriesAreAnErrorThatNamesTheFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/missing/file"
      #expect {
        try Storage.writeAtomically(path, with: [1])
      } throws: {
        let error = $0 as? StorageError
        return error?.reason == .create && error?.code == ENOENT && error?.path == path
          && error?.description == "\(path): cannot be created: no such file or directory"
      }
      let left = try names(in: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func directoriesAreNotReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/directory"
      try Storage.createDirectory(path)
      #expect {
        try Storage.writeAtomically(path, with: [1])
      } throws: {
        ($0 as? StorageError)?.description == "\(path): cannot be written: is a directory"
      }
      #expect(try names(in: directory) == ["directory"])
      #expect(try names(in: path).isEmpty)
    }
  }

  @Test func devicesAreWrittenToAndNotReplaced() throws {
    try Storage.writeAtomically("/dev/null", with: [1, 2, 3])
    #expect {
      try Storage.writeAtomically("/dev/full", with: [1])
    } throws: {
      let error = $0 as? StorageError
      return error?.reason == .write && error?.code == ENOSPC
    }
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func pipesAreWrittenTo() async throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      // Open at both ends, so that nothing blocks.
      let descriptor = open(path, O_RDWR)
      defer { close(descriptor) }
      try Storage.writeAtomically(path, with: [1, 2, 3])
      var bytes = [UInt8](repeating: 0, count: 8)
      #expect(read(descriptor, &bytes, 8) == 3)
      #expect(bytes.prefix(3) == [1, 2, 3])
      #expect(try names(in: directory) == ["pipe"])
    }
  }

  @Test func readingStopsOneByteAfterTheLimit() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try Storage.writeAtomically(path, with: bytes)
      for limit in [0, 1, 65_535, 65_536, 199_998, 199_999, 200_000, 300_000] {
        #expect(try Storage.read(path, limit: limit) == Array(bytes.prefix(limit + 1)))
      }
      #expect(try Storage.read("/dev/zero", limit: 99).count == 100)
    }
  }

  @Test func theEndOfAFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      try Storage.writeAtomically(path, with: bytes)
      for limit in [0, 1, 65_536, 199_999, 200_000, 300_000] {
        #expect(try Storage.readEnd(path, limit: limit) == Array(bytes.suffix(limit)))
      }
      // What has no end is read from its beginning.
      #expect(try Storage.readEnd("/dev/zero", limit: 99).count == 100)
    }
  }

  /// What the file system says of a file's size is a guess: files of /proc have 0 bytes, those of
  /// /sys a page.
  @Test func filesThatLieAboutTheirSize() throws {
    let version = try Storage.read("/proc/version", limit: 1 << 16)
    #expect(String(decoding: version, as: UTF8.self).hasPrefix("Linux version"))
    #expect(version.last == UInt8(ascii: "\n"))
    #expect(try Storage.readEnd("/proc/version", limit: 1 << 16) == version)
    #expect(try Storage.read("/proc/version", limit: 4) == Array("Linux".utf8))
    let possible = try Storage.read("/sys/devices/system/cpu/possible", limit: 1 << 16)
    #expect(possible.first == UInt8(ascii: "0") && possible.count < 100)
    #expect(try Storage.readEnd("/sys/devices/system/cpu/possible", limit: 1 << 16) == possible)
  }

  @Test func filesThatGrowAndShrinkWhileTheyAreRead() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let limit = 300_000
      let isDone = Mutex(false)
      let failures = Mutex<[String]>([])
      try Storage.writeAtomically(path, with: [])
      DispatchQueue.concurrentPerform(iterations: 2) { role in
        if role == 0 {
          while !isDone.withLock({ $0 }) {
            for size in [0, 400_000, 10, 100_000] { truncate(path, size) }
          }
        } else {
          defer { isDone.withLock { $0 = true } }
          for round in 0..<300 {
            do {
              let isEnd = round % 2 == 0
              let bytes =
                try isEnd
                ? Storage.readEnd(path, limit: limit)
                : Storage.read(path, limit: limit)
              if bytes.count > limit + 1 || bytes.contains(where: { $0 != 0 }) {
                failures.withLock { $0.append("\(bytes.count) bytes") }
              }
            } catch { failures.withLock { $0.append("\(error)") } }
          }
        }
      }
      #expect(failures.withLock { $0 } == [])
    }
  }

  /// A path that is empty, or that has line breaks, is told as it would be written in a program.
  @Test(arguments: [("", "\"\""), ("/missing", "/missing")])
  func missingFilesAreNotRead(path: String, name: String) {
    #expect {
      try Storage.read(path, limit: 1)
    } throws: {
      let sentence = "\(name): cannot be read: no such file or directory"
      return ($0 as? StorageError)?.description == sentence
    }
  }

  @Test func directoriesAreNotRead() throws {
    try withTemporaryDirectory { directory in
      #expect {
        try Storage.read(directory, limit: 1)
      } throws: {
        ($0 as? StorageError)?.description == "\(directory): cannot be read: is a directory"
      }
    }
  }

  @Test func directoriesAreCreatedWithThoseAbove() throws {
    try withTemporaryDirectory { directory in
      for _ in 0..<2 {
        try Storage.createDirectory(directory + "/a/b/c")
        #expect(try names(in: directory + "/a/b") == ["c"])
      }
      try Storage.writeAtomically(directory + "/file", with: [1])
      for path in ["/file", "/file/below"] {
        #expect(throws: StorageError.self) { try Storage.createDirectory(directory + path) }
      }
    }
  }

  // MARK: Streams

  @Test func streamsAreWrittenInOrder() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/stream"
      try Storage.writeAtomically(path, with: Array("what was there".utf8))
      let stream = try StreamWriter(path)
      var expected = ""
      for number in 0..<20_000 {
        try stream.append("line \(number)\n")
        expected += "line \(number)\n"
      }
      try stream.flush()
      #expect(try Storage.read(path, limit: 1 << 20) == Array(expected.utf8))
    }
  }

  /// Until a file that is written apart is finished, the old one is there, and nothing else.
  @Test func streamsReplaceAFileWhenTheyAreFinished() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/stream"
      let text = Array(repeating: "and more ", count: 40_000).joined()
      for old in [nil, Array("what was there".utf8)] {
        if let old { try Storage.writeAtomically(path, with: old) }
        for isFinished in [false, true] {
          let stream = try StreamWriter(path, .apart)
          try stream.append(text)
          try stream.append("the end")
          #expect(try Storage.readRegular(path, limit: 100) == old)
          #expect(try names(in: directory) == (old == nil ? [] : ["stream"]))
          if isFinished { try stream.finish() }
        }
        #expect(try Storage.read(path, limit: 1 << 20) == Array((text + "the end").utf8))
        #expect(try names(in: directory) == ["stream"])
        try Storage.remove(path)
      }
    }
  }

  @Test func streamsFailWithAReason() throws {
    let stream = try StreamWriter("/dev/full")
    try stream.append("text")
    #expect {
      try stream.flush()
    } throws: {
      ($0 as? StorageError)?.code == ENOSPC
    }
    #expect {
      _ = try StreamWriter("/missing/file")
    } throws: {
      ($0 as? StorageError)?.reason == .create
    }
  }

  /// Before there is anything to write, and without a trace of it.
  @Test func outputsAreTestedBeforehand() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.checkReplacing(path, with: [1, 2, 3], as: .other)
      #expect(try names(in: directory).isEmpty)
      try Storage.writeAtomically(path, with: [7], as: .other)
      try Storage.checkReplacing(path, with: [1, 2, 3], as: .other)
      let stream = try StreamWriter(path)
      try stream.check()
      #expect(try Storage.read(path, limit: 9) == [7])
      try stream.append("a")
      try stream.flush()
      #expect(try Storage.read(path, limit: 9) == Array("a".utf8))
      #expect(try names(in: directory) == ["file"])
      for path in [directory, directory + "/missing/file", path + "/file", "/dev/full"] {
        #expect(throws: StorageError.self) {
          try Storage.checkReplacing(path, with: [1], as: .other)
        }
      }
      #expect(throws: StorageError.self) { try StreamWriter("/dev/full").check() }
    }
  }
}
