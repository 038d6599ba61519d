// The numbered saved states of a program.

import SaveState
import Testing

@Suite struct SlotTests {
  @Test func slotsAreFilesInAFolderOfTheProgram() {
    let slots = Slots(root: "/root", program: Digest.sha1(Array("abc".utf8)))
    #expect(slots.folder == "/root/a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(slots.path(7) == slots.folder + "/slot7.state")
    #expect(Slots.numbers == 0...9)
  }

  @Test func slotsAreSavedAndReplaced() throws {
    try withTemporaryFolder { folder in
      var toy = usedToy()
      let slots = Slots(root: folder + "/new/states", program: toy.program.sha1)
      for counter in [1, 2] as [UInt32] {
        toy.counter = counter
        try slots.save(Image(of: toy), to: 3)
        #expect(try Image(contentsOf: slots.path(3)).machine() as Toy == toy)
      }
      try slots.save(Image(of: toy), to: 4)
      #expect(try names(in: slots.folder) == ["slot3.state", "slot4.state"])
    }
  }

  @Test func filesThatCannotBeUsedAreNamed() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      #expect {
        _ = try Image(contentsOf: path)
      } throws: {
        "\($0)" == "\(path): cannot be read: no such file or directory"
      }
      try Storage.replace(path, with: [1, 2, 3])
      #expect(throws: FileError.image(path, .notAnImage)) { try Image(contentsOf: path) }
      #expect(
        FileError.image(path, .notAnImage).description == "\(path): this is not a saved state")
      try Storage.replace(path, with: Array(repeating: 0, count: Image.byteCountMax + 1))
      #expect(throws: FileError.image(path, .notAnImage)) { try Image(contentsOf: path) }
    }
  }

  @Test func aFolderThatCannotBeCreatedIsAnError() throws {
    try withTemporaryFolder { folder in
      try Storage.replace(folder + "/file", with: [1])
      let slots = Slots(root: folder + "/file", program: usedToy().program.sha1)
      #expect {
        try slots.save(Image(of: usedToy()), to: 0)
      } throws: {
        ($0 as? StorageError)?.operation == .create
      }
    }
  }
}
