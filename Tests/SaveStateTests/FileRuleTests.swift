// What may be replaced, what the new file is like, and what is never lost: docs/FILES.md.

import Foundation
import SaveState
import Synchronization
import Testing

private let image = Image(of: usedToy())
private let other = Image(of: Toy(Program(name: "toy", bytes: [1, 2, 3])))
private let script = Array(Image.scriptHead.utf8) + Array("exec chip8\n".utf8)
private let emulator = [0x7F] + Array("ELF".utf8) + [9, 9] + Image.standaloneMark + [1, 0, 7]

private func mode(_ path: String) throws -> mode_t {
  var status = stat()
  try #require(lstat(path, &status) == 0)
  return status.st_mode & 0o7777
}

private func read(_ path: String) throws -> [UInt8] { try Storage.read(path, limit: 1 << 20) }

/// The refusal that something is met with; nil if there is none.
private func refusal(_ body: () throws -> Void) -> StorageError.Refusal? {
  do {
    try body()
  } catch let error as StorageError {
    if case .replace(let refusal) = error.reason { return refusal }
  } catch {}
  return nil
}

@Suite struct FileRuleTests {
  // MARK: What may be replaced

  private static let contents: [(name: String, bytes: [UInt8]?, isSavedState: Bool?)] = [
    ("nothing", nil, nil),
    ("an empty file", [], nil),
    ("a saved state", image.bytes, true),
    ("one that is cut off", Array(image.bytes.dropLast(9)), true),
    ("only its header", Array(image.bytes.prefix(8)), true),
    ("its footer after damage", Array(repeating: 7, count: 99) + image.bytes.suffix(48), true),
    ("one after something", Array("anything\n".utf8) + image.bytes, true),
    ("a script", Array("#!/bin/sh\necho\n".utf8), false),
    ("a byte", [7], false),
    ("almost a header", Array(image.bytes.prefix(7)), false),
    ("almost a footer", Array(image.bytes.suffix(47)), false),
  ]

  @Test(arguments: contents.map(\.name))
  func savedStatesReplaceSavedStatesAndNothingElseDoes(name: String) throws {
    let (_, bytes, isSavedState) = try #require(Self.contents.first { $0.name == name })
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      func expect(_ expected: StorageError.Refusal?, _ write: () throws -> Void) throws {
        try? FileManager.default.removeItem(atPath: path)
        if let bytes { try Storage.writeAtomically(path, with: bytes) }
        #expect(refusal(write) == expected)
        let now = try read(path)
        #expect((now == bytes) == (expected != nil))
        #expect(try names(in: directory) == ["file"])
      }
      try expect(isSavedState == false ? .otherFile : nil) { try other.save(to: path) }
      try expect(isSavedState == true ? .savedState : nil) {
        try Storage.writeAtomically(path, with: [1, 2], as: .other)
      }
      try expect(isSavedState == true ? .savedState : nil) {
        let stream = try StreamWriter(path)
        try stream.append("text")
        try stream.flush()
        if bytes == nil || bytes == [] { try Storage.writeAtomically(path, with: [3]) }
      }
    }
  }

  /// Root may write to anything, and this is the permission that counts for root too.
  @Test(arguments: [0o444, 0o466, 0o577] as [mode_t])
  func theOwnersPermissionToWriteCounts(permissions: mode_t) throws {
    try withTemporaryDirectory { directory in
      let (state, text) = (directory + "/state", directory + "/text")
      try image.save(to: state)
      try Storage.writeAtomically(text, with: [1])
      #expect(chmod(state, permissions) == 0 && chmod(text, permissions) == 0)
      #expect(refusal { try other.save(to: state) } == .writeProtected)
      #expect(refusal { try other.rewrite(state, apartFrom: .init()) } == .writeProtected)
      #expect(refusal { try other.save(to: state, after: script) } == .writeProtected)
      #expect(
        refusal { try Storage.writeAtomically(text, with: [2], as: .other) } == .writeProtected)
      #expect(refusal { _ = try StreamWriter(text) } == .writeProtected)
      #expect(
        refusal { try Storage.checkReplacing(state, with: [], as: .savedState) }
          == .writeProtected)
      #expect(try read(state) == image.bytes && read(text) == [1])
      #expect(try mode(state) == permissions)
    }
  }

  @Test func linksAreWhatTheyLeadTo() throws {
    try withTemporaryDirectory { directory in
      func link(_ name: String, _ target: String) -> String {
        #expect(symlink(target, "\(directory)/\(name)") == 0)
        return "\(directory)/\(name)"
      }
      let (state, text) = (directory + "/state", directory + "/text")
      try image.save(to: state)
      try Storage.writeAtomically(text, with: [1])
      _ = link("b", "state")
      try other.save(to: link("a", "b"))
      #expect(try read(state) == other.bytes)
      #expect(refusal { try other.save(to: link("c", text)) } == .otherFile)
      for name in ["nowhere", "no/where"] {
        let dead = link("d" + name.prefix(2).replacing("/", with: ""), name)
        #expect(refusal { try image.save(to: dead) } == .deadLink)
        #expect(refusal { _ = try StreamWriter(dead) } == .deadLink)
        #expect(refusal { try Storage.writeAtomically(dead, with: [1], as: .other) } == .deadLink)
        try FileManager.default.removeItem(atPath: dead)
      }
      #expect(try names(in: directory) == ["a", "b", "c", "state", "text"])
    }
  }

  @Test func directoriesSocketsAndDisksAreRefused() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/socket"
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let length = socklen_t(MemoryLayout<sockaddr_un>.size)
      let isBound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
      }
      #expect(isBound)
      for content in [Content.savedState, .other, .slot] {
        #expect(refusal { try Storage.writeAtomically(path, with: [1], as: content) } == .notAFile)
        #expect(throws: StorageError.self) {
          try Storage.writeAtomically(directory, with: [1], as: content)
        }
      }
      let left = try names(in: directory)
      #expect(left == ["socket"])
    }
  }

  // MARK: What the new file is like

  @Test func onlyPermissionsToReadAndWriteAreKept() throws {
    try withTemporaryDirectory { directory in
      let (state, text) = (directory + "/state", directory + "/text")
      for (before, after) in [(0o600, 0o600), (0o6755, 0o644), (0o1777, 0o666), (0o2640, 0o640)]
        as [(mode_t, mode_t)]
      {
        try Storage.writeAtomically(state, with: image.bytes)
        try Storage.writeAtomically(text, with: [1])
        for path in [state, text] { #expect(chmod(path, before) == 0) }
        try other.save(to: state)
        try StreamWriter(text).flush()
        #expect(try mode(state) == after && mode(text) == after)
        #expect(chmod(text, before) == 0)
        try Storage.writeAtomically(text, with: [2], as: .other)
        #expect(try mode(text) == after)
      }
    }
  }

  @Test(arguments: [script, emulator])
  func ourPreludesStay(program: [UInt8]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/program"
      try image.save(to: path, after: program)
      for (before, after) in [(0o755, 0o755), (0o6711, 0o711), (0o640, 0o640)]
        as [(mode_t, mode_t)]
      {
        #expect(chmod(path, before) == 0)
        try other.save(to: path)
        #expect(try read(path) == program + other.bytes && mode(path) == after)
        #expect(chmod(path, before) == 0)
        try image.rewrite(path, apartFrom: .init())
        #expect(try read(path) == program + image.bytes && mode(path) == after)
      }
      #expect(chmod(path, 0o750) == 0)
      try image.rewrite(path, program: .becomes(script), apartFrom: .init())
      #expect(try read(path) == script + image.bytes && mode(path) == 0o750)
      // Copied to another file, it is there what it was here.
      let own = try #require(try Image.Prelude(at: path))
      try other.save(to: directory + "/copy", after: own, apartFrom: .init())
      #expect(try read(directory + "/copy") == script + other.bytes)
      #expect(try mode(directory + "/copy") & 0o100 != 0)
      try image.rewrite(path, program: .remove, apartFrom: .init())
      #expect(try read(path) == image.bytes && mode(path) == 0o640)
      // What is not executable is not made so by copying it.
      try Storage.writeAtomically(path, with: script + image.bytes)
      let plain = try #require(try Image.Prelude(at: path))
      try other.save(to: directory + "/copy", after: plain, apartFrom: .init())
      #expect(try mode(directory + "/copy") & 0o111 == 0)
    }
  }

  /// Programs that only look like ours: another script, an executable that does not stand alone, or
  /// ours with something before it.
  @Test(arguments: [
    Array("#!/bin/sh\necho evil\n".utf8), [0x7F] + Array("ELF".utf8) + Image.standaloneMark + [0],
    [0x7F] + Array("ELF".utf8) + Image.standaloneMark.dropLast() + [1], [10] + script,
  ])
  func otherProgramsDoNotStay(program: [UInt8]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/program"
      try Storage.writeAtomically(path, with: program + image.bytes)
      #expect(chmod(path, 0o755) == 0)
      for change in [Image.ProgramChange.becomes(script), .remove] {
        #expect(
          refusal { try other.rewrite(path, program: change, apartFrom: .init()) }
            == .foreignProgram)
      }
      #expect(try read(path) == program + image.bytes && mode(path) == 0o755)
      // They stay where only the state is changed, and are not programs elsewhere.
      try other.rewrite(path, apartFrom: .init())
      #expect(try read(path) == program + other.bytes && mode(path) == 0o755)
      try image.save(to: directory + "/copy", after: Image.Prelude(at: path), apartFrom: .init())
      #expect(try read(directory + "/copy") == image.bytes)
      try image.save(to: path)
      #expect(try read(path) == image.bytes && mode(path) == 0o644)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func preludesInFilesOfOthersAreDropped() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/program"
      func prepare(_ program: [UInt8]) throws {
        try? FileManager.default.removeItem(atPath: path)
        try Storage.writeAtomically(path, with: program + image.bytes)
        #expect(chown(path, 65534, 65534) == 0 && chmod(path, 0o6755) == 0)
      }
      for isRewritten in [false, true] {
        try prepare(script)
        if isRewritten {
          try other.rewrite(path, apartFrom: .init())
        } else {
          try other.save(to: path)
        }
        #expect(try read(path) == other.bytes && mode(path) == 0o644)
      }
      try prepare(script)
      try image.save(to: directory + "/copy", after: Image.Prelude(at: path), apartFrom: .init())
      #expect(try read(directory + "/copy") == image.bytes)
      // What is not ours either cannot be made again.
      try prepare(Array("a photo".utf8))
      #expect(refusal { try other.rewrite(path, apartFrom: .init()) } == .foreignProgram)
      #expect(try read(path) == Array("a photo".utf8) + image.bytes)
    }
  }

  // MARK: What was read

  @Test func inputsAreNotReplaced() throws {
    try withTemporaryDirectory { directory in
      let (state, base, text) = (directory + "/state", directory + "/base", directory + "/text")
      try image.save(to: state)
      try image.save(to: base)
      try Storage.writeAtomically(text, with: [1])
      var inputs = InputFiles()
      #expect(try inputs.readEnd(state, limit: 1 << 20, for: .subject) == image.bytes)
      #expect(try inputs.read(text, limit: 9) == [1])
      _ = try inputs.read(base, limit: 9)
      #expect(inputs.paths == [state, text, base])
      // The state that was loaded, and that alone, by another state.
      #expect(refusal { try other.save(to: state, apartFrom: inputs) } == nil)
      #expect(
        refusal { try Storage.writeAtomically(state, with: [1], as: .other, apartFrom: inputs) }
          == .input(state))
      // Under any name.
      #expect(link(text, directory + "/name") == 0 && symlink("base", directory + "/link") == 0)
      for path in [
        text, directory + "/name",
        directory + "/../" + directory.split(separator: "/").last! + "/text",
      ] {
        #expect(refusal { _ = try StreamWriter(path, apartFrom: inputs) } == .input(text))
        #expect(
          refusal { try Storage.writeAtomically(path, with: [2], as: .other, apartFrom: inputs) }
            == .input(text))
      }
      for path in [base, directory + "/link"] {
        #expect(refusal { try other.save(to: path, apartFrom: inputs) } == .input(base))
        #expect(
          refusal {
            try Storage.checkReplacing(path, with: [], as: .savedState, apartFrom: inputs)
          } == .input(base))
      }
      // In its place too: replacing it meanwhile does not make it free, nor does removing it.
      try other.save(to: base)
      #expect(refusal { try image.save(to: base, apartFrom: inputs) } == .input(base))
      unlink(base)
      #expect(refusal { try image.save(to: base, apartFrom: inputs) } == .input(base))
      // The parent of the new state, unless that is whole.
      let whole = image
      var differing = InputFiles()
      _ = try differing.read(state, limit: 9, for: .parent)
      #expect(
        refusal { try Output.check([Output(state, .savedState, apartFrom: differing)]) }
          == .input(state))
      #expect(refusal { try whole.save(to: state, apartFrom: differing) } == nil)
      // One that is needed in another role as well.
      _ = try inputs.read(state, limit: 9)
      #expect(refusal { try image.save(to: state, apartFrom: inputs) } == .input(state))
      #expect(try read(text) == [1] && read(state) == image.bytes)
    }
  }

  @Test func outputsAreCheckedBeforeAnythingIsWritten() throws {
    try withTemporaryDirectory { directory in
      let (state, text) = (directory + "/state", directory + "/text")
      try image.save(to: state)
      try Storage.writeAtomically(text, with: [1])
      #expect(symlink("text", directory + "/link") == 0 && link(text, directory + "/name") == 0)
      func check(_ outputs: (String, Content)...) -> StorageError.Refusal? {
        refusal { try Output.check(outputs.map { Output($0.0, $0.1, apartFrom: InputFiles()) }) }
      }
      #expect(check((state, .savedState), (text, .other), ("-", .other), ("-", .other)) == nil)
      #expect(check(("/dev/null", .other), ("/dev/null", .savedState)) == nil)
      #expect(check((text, .other), (directory + "/link", .other)) == .twice)
      #expect(check((text, .other), (directory + "/name", .other)) == .twice)
      #expect(check((directory + "/new", .other), (directory + "/./new", .savedState)) == .twice)
      #expect(check((directory + "/new", .other), (state, .other)) == .savedState)
      #expect(check((directory + "/none/slot.state", .slot)) == nil)
      #expect(try names(in: directory) == ["link", "name", "state", "text"])
    }
  }

  // MARK: The directory of a program

  @Test func programsReplaceOnlyAllowedFiles() throws {
    try withTemporaryDirectory { directory in
      let sealed = try SandboxedDirectory(directory)
      for (_, bytes, isSavedState) in Self.contents {
        unlink(directory + "/file")
        if let bytes { try Storage.writeAtomically(directory + "/file", with: bytes) }
        if isSavedState == false {
          #expect(throws: SandboxedDirectory.Refusal.denied) {
            try sealed.replace("file", with: other)
          }
          #expect(try read(directory + "/file") == bytes)
        } else {
          try sealed.replace("file", with: other)
          #expect(try read(directory + "/file") == other.bytes)
        }
      }
      #expect(chmod(directory + "/file", 0o444) == 0)
      try image.save(to: directory + "/base")
      var inputs = InputFiles()
      _ = try inputs.read(directory + "/base", limit: 9)
      for name in ["file", "base"] {
        #expect(throws: SandboxedDirectory.Refusal.denied) {
          try sealed.replace(name, with: image, apartFrom: inputs)
        }
      }
      // What stays before it counts for the limit.
      try image.save(to: directory + "/program", after: script)
      try sealed.replace("program", with: other)
      #expect(try read(directory + "/program") == script + other.bytes)
      let room = SandboxedDirectory.maxByteCount - 3 * other.bytes.count - script.count
      #expect(truncate(directory + "/file", off_t(room + other.bytes.count)) == 0)
      #expect(throws: SandboxedDirectory.Refusal.tooManyBytes) {
        try sealed.replace("program", with: image)
      }
    }
  }

  /// Other writers have the directory locked: what is counted is what is there afterwards.
  @Test func limitsAreExactBetweenProcesses() throws {
    try withTemporaryDirectory { directory in
      for number in 1..<SandboxedDirectory.maxFileCount {
        try Storage.writeAtomically("\(directory)/\(number)", with: [])
      }
      let descriptor = open(directory, O_RDONLY | O_DIRECTORY)
      #expect(flock(descriptor, LOCK_EX) == 0)
      let save = Waiting {
        try SandboxedDirectory(directory, timeout: 100_000).replace("one", with: image)
      }
      #expect(!save.hasEnded)
      try Storage.writeAtomically("\(directory)/another", with: [])
      close(descriptor)
      #expect(throws: SandboxedDirectory.Refusal.tooManyFiles) { try save.value() }
      // All at once, one finds room.
      unlink("\(directory)/another")
      let saved = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 8) { number in
        let sealed = try? SandboxedDirectory(directory)
        if (try? sealed?.replace("file\(number)", with: image)) != nil {
          saved.withLock { $0 += 1 }
        }
      }
      #expect(saved.withLock { $0 } == 1)
      #expect(try names(in: directory).count == SandboxedDirectory.maxFileCount)
    }
  }

  @Test func permanentlyLockedDirectoriesAreNotWritten() throws {
    try withTemporaryDirectory { directory in
      let descriptor = open(directory, O_RDONLY | O_DIRECTORY)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_EX) == 0)
      let sealed = try SandboxedDirectory(directory, timeout: 50)
      #expect(throws: SandboxedDirectory.Refusal.notWritten) {
        try sealed.replace("a", with: image)
      }
      #expect(try names(in: directory).isEmpty)
    }
  }
}
