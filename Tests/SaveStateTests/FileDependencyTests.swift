// Where programs and parents are looked for.

import Foundation
import SaveState
import Testing

@Suite struct FileDependencyTests {
  private let wanted = Image(of: usedToy(), embedsProgram: false)

  private func write(_ bytes: [UInt8], _ path: String) throws {
    try Storage.writeAtomically(path, with: bytes)
  }

  private func finding(_ directory: String, _ paths: [String] = []) throws -> LookupResult {
    var dependencies = FileDependencies(
      beside: "\(directory)/x.state", programPaths: paths, programSuffix: ".rom")
    return dependencies.find(try wanted.programIdentity())
  }

  @Test func programsAreLookedForByNameAndThenByLength() throws {
    try withTemporaryDirectory { directory in
      #expect(try finding(directory) == .missing(Search(places: [directory])))
      try write([1, 2, 3], "\(directory)/any")
      #expect(try finding(directory) == .found([1, 2, 3], path: "\(directory)/any"))
      try write([1, 2, 3], "\(directory)/toy.bin")
      #expect(try finding(directory) == .found([1, 2, 3], path: "\(directory)/toy.bin"))
      try write([1, 2, 3], "\(directory)/toy.rom")
      #expect(try finding(directory) == .found([1, 2, 3], path: "\(directory)/toy.rom"))
      // Another program of that name does not hide the one that is meant.
      try write([3, 2, 1], "\(directory)/toy.rom")
      #expect(try finding(directory) == .found([1, 2, 3], path: "\(directory)/toy.bin"))
    }
  }

  @Test func dependenciesAreFoundBesideLinkTargets() throws {
    try withTemporaryDirectory { directory in
      for name in ["here", "there"] { try Storage.createDirectory("\(directory)/\(name)") }
      try wanted.save(to: "\(directory)/there/x.state")
      try FileManager.default.createSymbolicLink(
        atPath: "\(directory)/here/x.state", withDestinationPath: "../there/x.state")
      try write([1, 2, 3], "\(directory)/there/toy.rom")
      guard case .found(let program, _) = try finding("\(directory)/here") else {
        Issue.record("it was not found")
        return
      }
      #expect(program == [1, 2, 3])
    }
  }

  @Test func otherProgramsAreReported() throws {
    try withTemporaryDirectory { directory in
      let other = "\(directory)/other"
      try Storage.createDirectory(other)
      try write([3, 2, 1], "\(directory)/toy.rom")
      try write([9], "\(directory)/file")
      #expect(
        try finding(directory, [other, "\(directory)/file", "\(directory)/none"])
          == .missing(
            Search(
              places: [directory, other, "\(directory)/file", "\(directory)/none"],
              notes: [
                "\(directory)/toy.rom is another program", "\(directory)/file is another program",
                "\(directory)/none: cannot be read: no such file or directory",
              ])))
      try write([1, 2, 3], "\(other)/x")
      #expect(try finding(directory, [other]) == .found([1, 2, 3], path: "\(other)/x"))
      #expect(try finding(directory, ["\(other)/x"]) == .found([1, 2, 3], path: "\(other)/x"))
    }
  }

  @Test func pipesAndDirectoriesAreNotOpened() throws {
    try withTemporaryDirectory { directory in
      #expect(mkfifo("\(directory)/toy.rom", 0o600) == 0)
      try Storage.createDirectory("\(directory)/toy.bin")
      guard case .missing(let search) = try finding(directory) else {
        Issue.record("a pipe is no program")
        return
      }
      #expect(search.notes == ["\(directory)/toy.rom: cannot be read: not a regular file"])
    }
  }

  // MARK: Parents

  /// A parent and an image of its difference, and the reference to it.
  private func chain(in directory: String) throws -> (image: Image, parent: Image.Parent) {
    let root = Image(of: Toy(Program(name: "toy", bytes: [1, 2, 3])))
    try write(root.bytes, "\(directory)/root.state")
    var nothing = NoDependencies()
    let parent = try ParentImage(root, named: "root.state", Toy.self, by: &nothing)
    let image = Image(of: usedToy(), parent: parent)
    return (image, try #require(try image.parent()))
  }

  private func load(_ image: Image, in directory: String, _ paths: [String] = []) throws -> [String]
  {
    var files = FileDependencies(
      beside: "\(directory)/x.state", parentPaths: paths, programSuffix: ".rom")
    #expect(try image.completed(Toy.self, by: &files).machine() as Toy == usedToy())
    return files.paths
  }

  @Test func basesAreLookedForByNameAndThenByDigest() throws {
    try withTemporaryDirectory { directory in
      let (image, parent) = try chain(in: directory)
      #expect(try load(image, in: directory) == ["\(directory)/root.state"])
      // Under another name, after something else, and among files that are nothing.
      let root = try Storage.read("\(directory)/root.state", limit: 1 << 20)
      try write([UInt8](repeating: 7, count: 10_000) + root, "\(directory)/moved")
      try write([1], "\(directory)/short")
      try FileManager.default.removeItem(atPath: "\(directory)/root.state")
      #expect(try load(image, in: directory) == ["\(directory)/moved"])
      try write([1, 2, 3], "\(directory)/root.state")
      #expect(try load(image, in: directory) == ["\(directory)/moved"])
      try write(Image(of: usedToy()).bytes, "\(directory)/root.state")
      #expect(try load(image, in: directory) == ["\(directory)/moved"])
      // In another directory.
      let other = "\(directory)/other"
      try Storage.createDirectory(other)
      try FileManager.default.moveItem(atPath: "\(directory)/moved", toPath: "\(other)/moved")
      #expect(try load(image, in: directory, [other]) == ["\(other)/moved"])
      #expect(try load(image, in: directory, ["\(other)/moved"]) == ["\(other)/moved"])
      // Gone: what has its name is another state.
      var files = FileDependencies(beside: "\(directory)/x.state", programSuffix: ".rom")
      #expect(throws: ImageError.changedParent(parent, path: "\(directory)/root.state")) {
        try image.completed(Toy.self, by: &files)
      }
      try write([1, 2, 3], "\(directory)/root.state")
      let search = Search(
        places: [directory], notes: ["\(directory)/root.state is not a saved state"])
      files = FileDependencies(beside: "\(directory)/x.state", programSuffix: ".rom")
      #expect(throws: ImageError.missingParent(parent, search)) {
        try image.completed(Toy.self, by: &files)
      }
    }
  }

  /// A footer that is right in front of contents that are not.
  @Test func aDamagedBaseIsRefused() throws {
    try withTemporaryDirectory { directory in
      let (image, _) = try chain(in: directory)
      var bytes = try Storage.read("\(directory)/root.state", limit: 1 << 20)
      bytes[40] ^= 1
      try write(bytes, "\(directory)/root.state")
      var files = FileDependencies(beside: "\(directory)/x.state", programSuffix: ".rom")
      #expect(
        throws: ImageError.refusedParent(path: "\(directory)/root.state", .digestMismatch)
      ) { try image.completed(Toy.self, by: &files) }
    }
  }

  @Test func imagesFromPipesHaveNoDirectory() throws {
    var files = FileDependencies(beside: "-", programSuffix: ".rom")
    #expect(files.find(try wanted.programIdentity()) == .missing(Search()))
  }
}
