// What a machine on the move is kept in: what was in the file before comes back as it was.

import Foundation
import SaveState
import Testing

@Suite struct SafeCopyTests {
  private let old: [UInt8] = [1, 2, 3]
  private let machine: [UInt8] = [4]
  private let later: [UInt8] = [5, 6]

  private func inode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.systemFileNumber] as? Int)
  }

  private func bytes(_ path: String) throws -> [UInt8] { try Storage.read(path, limit: 99) }

  @Test func previousFilesAreRestored() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.writeAtomically(path, with: old)
      let before = try inode(path)
      var copy = try SafeCopy(at: path)
      for contents in [machine, later] {
        try copy.update { try Storage.writeAtomically(path, with: contents) }
        #expect(try bytes(path) == contents)
      }
      try copy.withdraw()
      #expect(try bytes(path) == old && inode(path) == before)
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func keptProvisionalSavesStay() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.writeAtomically(path, with: old)
      var copy = try SafeCopy(at: path)
      try copy.update { try Storage.writeAtomically(path, with: machine) }
      copy.keep()
      #expect(try bytes(path) == machine && names(in: directory) == ["file"])
    }
  }

  @Test func newFilesAreRemoved() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      var copy = try SafeCopy(at: path)
      try copy.update { try Storage.writeAtomically(path, with: machine) }
      try copy.withdraw()
      #expect(try names(in: directory).isEmpty)
    }
  }

  @Test func aLinkStays() throws {
    try withTemporaryDirectory { directory in
      let (path, link) = (directory + "/file", directory + "/link")
      try Storage.writeAtomically(path, with: old)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
      var copy = try SafeCopy(at: link)
      try copy.update { try Storage.writeAtomically(link, with: machine) }
      #expect(try bytes(path) == machine)
      try copy.withdraw()
      #expect(try bytes(path) == old && names(in: directory) == ["file", "link"])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
    }
  }

  @Test func filesOfOtherUsersStay() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.writeAtomically(path, with: old)
      var copy = try SafeCopy(at: path)
      try copy.update { try Storage.writeAtomically(path, with: machine) }
      try Storage.writeAtomically(path, with: later)
      try copy.withdraw()
      #expect(try bytes(path) == later && names(in: directory) == ["file"])
    }
  }

  /// A process that was killed leaves what was there before.
  @Test func leftoversOfKilledProcessesAreRemoved() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.writeAtomically(path, with: old)
      var killed = try SafeCopy(at: path)
      try killed.update { try Storage.writeAtomically(path, with: machine) }
      #expect(try names(in: directory).count == 2)
      let copy = try SafeCopy(at: path)
      try copy.withdraw()
      #expect(try bytes(path) == machine && names(in: directory) == ["file"])
    }
  }

  @Test func failedUpdatesKeepTheOldFile() throws {
    struct Failure: Error {}
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try Storage.writeAtomically(path, with: old)
      var copy = try SafeCopy(at: path)
      #expect(throws: Failure.self) { try copy.update { throw Failure() } }
      try copy.withdraw()
      #expect(try bytes(path) == old && names(in: directory) == ["file"])
    }
  }

  @Test(arguments: ["/dev/full", "/"])
  func filesThatCannotKeepAMachineAreRefused(path: String) {
    #expect(throws: StorageError.self) { try SafeCopy(at: path) }
  }
}
