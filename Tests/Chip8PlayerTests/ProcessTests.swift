// Images that are programs, and what one process leaves to the next.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct ProcessTests {
  let scratch: Scratch
  private let image: Image

  init() throws {
    scratch = try Scratch()
    image = Image(of: try scratch.load(Source.counter).machine)
  }

  /// What precedes an image tells its shell which program to run, whatever its words hold.
  @Test func theScriptBeforeAnImageRunsAnEmulatorWithItsOptions() throws {
    let path = scratch.path("it's \"$one\"")
    try image.save(
      to: path, after: ExecutableImage.prelude(options: ["--note", "it's `here` \\ $HOME"]))
    let emulator = try scratch.write("emulator", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: emulator)
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["a b", "-x"]
    process.environment = ["CHIP8": emulator]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      text.split(separator: "\n")
        == ["--restore", path[...], "--note", "it's `here` \\ $HOME", "--", "a b", "-x"])
  }

  /// The text of the first version, which is in files that people have.
  @Test func scriptsOfEveryVersionStayBeforeTheirImage() throws {
    let first = """
      #!/bin/sh
      # A saved state of chip8 that is a program: it continues with the machine below.
      exec chip8 --restore "$0"

      """
    #expect(ExecutableImage.prelude().starts(with: first.utf8.prefix(85)))
    for (text, stays) in [(first, true), ("#!/bin/sh\n# A saved state\n", false)] {
      let path = try scratch.write("saved", Array(text.utf8) + image.bytes)
      try image.save(to: path)
      #expect(try Image.prelude(at: path).elementsEqual(stays ? Array(text.utf8) : []))
      #expect(try LoadedMachine(path).image == image)
    }
  }

  @Test func anImageIsHandedOverInMemory() throws {
    let descriptor = try Reexec.hand(image.bytes)
    let loaded = try LoadedMachine(LoadedFile(handed: descriptor, "saved"))
    #expect(loaded.image == image && loaded.inputs.paths == ["saved"])
  }

  @Test func failedRestoresEndNoProcess() throws {
    #expect(throws: StorageError.self) {
      try Chip8.becomeProcess(restoring: scratch.path("missing"), arguments: [])
    }
    let path = scratch.path("saved")
    try image.save(to: path)
    #expect(throws: Arguments.Refusal.notSuspended) {
      try Chip8.becomeProcess(restoring: path, arguments: ["a"])
    }
  }
}
