// Where programs and bases are looked for.

import Foundation
import SaveState
import Testing

@Suite struct FileDependencyTests {
  private let wanted = Image(of: usedToy(), holdsProgram: false)

  private func write(_ bytes: [UInt8], _ path: String) throws {
    try Storage.replace(path, with: bytes)
  }

  private func finding(_ folder: String, _ paths: [String] = []) throws -> Finding {
    var dependencies = FileDependencies(
      beside: "\(folder)/x.state", programPaths: paths, programSuffix: ".rom")
    return dependencies.find(try wanted.programIdentity())
  }

  @Test func programsAreLookedForByNameAndThenByLength() throws {
    try withTemporaryFolder { folder in
      #expect(try finding(folder) == .missing(Search(places: [folder])))
      try write([1, 2, 3], "\(folder)/any")
      #expect(try finding(folder) == .found([1, 2, 3], path: "\(folder)/any"))
      try write([1, 2, 3], "\(folder)/toy.bin")
      #expect(try finding(folder) == .found([1, 2, 3], path: "\(folder)/toy.bin"))
      try write([1, 2, 3], "\(folder)/toy.rom")
      #expect(try finding(folder) == .found([1, 2, 3], path: "\(folder)/toy.rom"))
      // Another program of that name does not hide the one that is meant.
      try write([3, 2, 1], "\(folder)/toy.rom")
      #expect(try finding(folder) == .found([1, 2, 3], path: "\(folder)/toy.bin"))
    }
  }

  @Test func whatIsBesideALinkIsBesideItsFileToo() throws {
    try withTemporaryFolder { folder in
      for name in ["here", "there"] { try Storage.createFolder("\(folder)/\(name)") }
      try wanted.save(to: "\(folder)/there/x.state")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/here/x.state", withDestinationPath: "../there/x.state")
      try write([1, 2, 3], "\(folder)/there/toy.rom")
      guard case .found(let program, _) = try finding("\(folder)/here") else {
        Issue.record("it was not found")
        return
      }
      #expect(program == [1, 2, 3])
    }
  }

  @Test func whatIsNotTheProgramIsToldOf() throws {
    try withTemporaryFolder { folder in
      let other = "\(folder)/other"
      try Storage.createFolder(other)
      try write([3, 2, 1], "\(folder)/toy.rom")
      try write([9], "\(folder)/file")
      #expect(
        try finding(folder, [other, "\(folder)/file", "\(folder)/none"])
          == .missing(
            Search(
              places: [folder, other, "\(folder)/file", "\(folder)/none"],
              remarks: [
                "\(folder)/toy.rom is another program", "\(folder)/file is another program",
                "\(folder)/none: cannot be read: no such file or directory",
              ])))
      try write([1, 2, 3], "\(other)/x")
      #expect(try finding(folder, [other]) == .found([1, 2, 3], path: "\(other)/x"))
      #expect(try finding(folder, ["\(other)/x"]) == .found([1, 2, 3], path: "\(other)/x"))
    }
  }

  @Test func pipesAndFoldersAreNotOpened() throws {
    try withTemporaryFolder { folder in
      #expect(mkfifo("\(folder)/toy.rom", 0o600) == 0)
      try Storage.createFolder("\(folder)/toy.bin")
      guard case .missing(let search) = try finding(folder) else {
        Issue.record("a pipe is no program")
        return
      }
      #expect(search.remarks == ["\(folder)/toy.rom: cannot be read: invalid argument"])
    }
  }

  // MARK: Bases

  /// A base and an image of its difference, and the reference to it.
  private func chain(in folder: String) throws -> (image: Image, base: Image.Base) {
    let root = Image(of: Toy(Program(name: "toy", bytes: [1, 2, 3])))
    try write(root.bytes, "\(folder)/root.state")
    var nothing = NoDependencies()
    let base = try BaseImage(root, named: "root.state", Toy.self, by: &nothing)
    let image = Image(of: usedToy(), basedOn: base)
    return (image, try #require(try image.base()))
  }

  private func load(_ image: Image, in folder: String, _ paths: [String] = []) throws -> [String] {
    var files = FileDependencies(
      beside: "\(folder)/x.state", basePaths: paths, programSuffix: ".rom")
    #expect(try image.completed(Toy.self, by: &files).machine() as Toy == usedToy())
    return files.paths
  }

  @Test func basesAreLookedForByNameAndThenByDigest() throws {
    try withTemporaryFolder { folder in
      let (image, base) = try chain(in: folder)
      #expect(try load(image, in: folder) == ["\(folder)/root.state"])
      // Under another name, behind something else, and among files that are nothing.
      let root = try Storage.read("\(folder)/root.state", limit: 1 << 20)
      try write([UInt8](repeating: 7, count: 10_000) + root, "\(folder)/moved")
      try write([1], "\(folder)/short")
      try FileManager.default.removeItem(atPath: "\(folder)/root.state")
      #expect(try load(image, in: folder) == ["\(folder)/moved"])
      try write([1, 2, 3], "\(folder)/root.state")
      #expect(try load(image, in: folder) == ["\(folder)/moved"])
      try write(Image(of: usedToy()).bytes, "\(folder)/root.state")
      #expect(try load(image, in: folder) == ["\(folder)/moved"])
      // In another folder.
      let other = "\(folder)/other"
      try Storage.createFolder(other)
      try FileManager.default.moveItem(atPath: "\(folder)/moved", toPath: "\(other)/moved")
      #expect(try load(image, in: folder, [other]) == ["\(other)/moved"])
      #expect(try load(image, in: folder, ["\(other)/moved"]) == ["\(other)/moved"])
      // Gone: what has its name is another state.
      var files = FileDependencies(beside: "\(folder)/x.state", programSuffix: ".rom")
      #expect(throws: ImageError.changedBase(base, path: "\(folder)/root.state")) {
        try image.completed(Toy.self, by: &files)
      }
      try write([1, 2, 3], "\(folder)/root.state")
      let search = Search(
        places: [folder], remarks: ["\(folder)/root.state is not a saved state"])
      files = FileDependencies(beside: "\(folder)/x.state", programSuffix: ".rom")
      #expect(throws: ImageError.missingBase(base, search)) {
        try image.completed(Toy.self, by: &files)
      }
    }
  }

  /// A footer that is right in front of contents that are not.
  @Test func aDamagedBaseIsRefused() throws {
    try withTemporaryFolder { folder in
      let (image, _) = try chain(in: folder)
      var bytes = try Storage.read("\(folder)/root.state", limit: 1 << 20)
      bytes[40] ^= 1
      try write(bytes, "\(folder)/root.state")
      var files = FileDependencies(beside: "\(folder)/x.state", programSuffix: ".rom")
      #expect(
        throws: ImageError.refusedBase(path: "\(folder)/root.state", .digestMismatch)
      ) { try image.completed(Toy.self, by: &files) }
    }
  }

  @Test func anImageInNoFolderHasNothingBesideIt() throws {
    var files = FileDependencies(beside: "-", programSuffix: ".rom")
    #expect(files.find(try wanted.programIdentity()) == .missing(Search()))
  }
}
