// Files: replaced whole or left alone, and read within a limit.

import Foundation
import SaveState
import Testing

@Suite struct StorageTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test func filesAreCreatedAndReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      for bytes in [[1, 2, 3], [], Array(repeating: 7, count: 100_000)] as [[UInt8]] {
        try Storage.replace(path, with: bytes)
        #expect(try Storage.read(path, limit: 200_000) == bytes)
        #expect(try names(in: folder) == ["file"])
      }
    }
  }

  @Test func modesAreKept() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      try Storage.replace(path, with: [1])
      for mode in [0o600, 0o755, 0o444] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        try Storage.replace(path, with: [2])
        #expect(try self.mode(path) == mode)
      }
    }
  }

  @Test func missingFoldersAreAnErrorThatNamesTheFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/missing/file"
      #expect {
        try Storage.replace(path, with: [1])
      } throws: {
        let error = $0 as? StorageError
        return error?.operation == .create && error?.code == ENOENT && error?.path == path
          && error?.description == "\(path): cannot be created: no such file or directory"
      }
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test func foldersAreNotReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/folder"
      try Storage.createFolder(path)
      #expect {
        try Storage.replace(path, with: [1])
      } throws: {
        ($0 as? StorageError)?.description == "\(path): cannot be written: is a directory"
      }
      #expect(try names(in: folder) == ["folder"])
      #expect(try names(in: path).isEmpty)
    }
  }

  @Test func devicesAreWrittenToAndNotReplaced() throws {
    try Storage.replace("/dev/null", with: [1, 2, 3])
    #expect {
      try Storage.replace("/dev/full", with: [1])
    } throws: {
      let error = $0 as? StorageError
      return error?.operation == .write && error?.code == ENOSPC
    }
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func pipesAreWrittenTo() async throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      // Open at both ends, so that nobody waits.
      let descriptor = open(path, O_RDWR)
      defer { close(descriptor) }
      try Storage.replace(path, with: [1, 2, 3])
      var bytes = [UInt8](repeating: 0, count: 8)
      #expect(read(descriptor, &bytes, 8) == 3)
      #expect(bytes.prefix(3) == [1, 2, 3])
      #expect(try names(in: folder) == ["pipe"])
    }
  }

  @Test func readingStopsOneByteBehindTheLimit() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try Storage.replace(path, with: bytes)
      for limit in [0, 1, 65_535, 65_536, 199_998, 199_999, 200_000, 300_000] {
        #expect(try Storage.read(path, limit: limit) == Array(bytes.prefix(limit + 1)))
      }
      #expect(try Storage.read("/dev/zero", limit: 99).count == 100)
    }
  }

  /// A path that is empty, or that has line breaks, is told as it would be written in a program.
  @Test(arguments: [("", "\"\""), ("/missing", "/missing"), ("/two\nlines", "\"/two\\nlines\"")])
  func whatIsNotThereIsNotRead(path: String, name: String) {
    #expect {
      try Storage.read(path, limit: 1)
    } throws: {
      let sentence = "\(name): cannot be read: no such file or directory"
      return ($0 as? StorageError)?.description == sentence
    }
  }

  @Test func foldersAreNotRead() throws {
    try withTemporaryFolder { folder in
      #expect {
        try Storage.read(folder, limit: 1)
      } throws: {
        ($0 as? StorageError)?.description == "\(folder): cannot be read: is a directory"
      }
    }
  }

  @Test func foldersAreCreatedWithThoseAbove() throws {
    try withTemporaryFolder { folder in
      for _ in 0..<2 {
        try Storage.createFolder(folder + "/a/b/c")
        #expect(try names(in: folder + "/a/b") == ["c"])
      }
      try Storage.replace(folder + "/file", with: [1])
      for path in ["/file", "/file/below"] {
        #expect(throws: StorageError.self) { try Storage.createFolder(folder + path) }
      }
    }
  }

  // MARK: Streams

  @Test func streamsAreWrittenInOrder() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/stream"
      try Storage.replace(path, with: Array("what was there".utf8))
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
      ($0 as? StorageError)?.operation == .create
    }
  }
}
