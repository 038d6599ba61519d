// FullDiskTests.swift: files that do not fit, and pipes that take or give little at a time.

import Foundation
import SaveState
import Testing

@Suite struct FullDiskTests {
  let scratch: Scratch
  /// Digests, which cannot be deflated: more bytes than a page, or than one write to a pipe.
  private let large = rom(0x1200) + (0..<700).flatMap { Digest.sha1(Array("\($0)".utf8)).bytes }
  private let command = ["--headless", "--platform", "xochip", "--frames"]

  init() throws {
    scratch = try Scratch()
    try scratch.write("large.ch8", large)
  }

  /// `mount` needs to be root, if only in a namespace of its own.
  static let mayMount: Bool = {
    let outcome = try? Scratch().shell(
      "unshare --user --map-root-user --mount mount -t tmpfs none /mnt")
    return outcome?.code == 0
  }()

  /// A write that is cut short, and the next one fails; the signal that the kernel sends with that
  /// would end the process silently.
  @Test func fileSizeLimits() throws {
    try scratch.write("a.state", damagedState)
    let outcome = try scratch.shell(
      """
      ulimit -f 1
      exec "$CHIP8" large.ch8 \(command.joined(separator: " ")) 1 --json --save a.state
      """)
    #expect(outcome.code == 74)
    #expect(outcome.output.isEmpty)
    expectOneSentence(outcome, naming: "a.state: cannot be written: file too large")
    #expect(try scratch.read("a.state") == damagedState)
    #expect(try scratch.names == ["a.state", "large.ch8"])
  }

  /// A disk of 16 pages is full: to the last page, but for two pages, or of files.
  @Test(
    .enabled(if: mayMount, "needs a kernel that lets users mount in a namespace of their own"),
    arguments: [("size=64k", 65_536, 74), ("size=64k", 40_960, 74), ("nr_inodes=3", 1, 73)])
  func aFullDisk(options: String, filler: Int, code: Int32) throws {
    let run = "\"$CHIP8\" large.ch8 \(command.joined(separator: " "))"
    try FileManager.default.createDirectory(
      atPath: scratch.path("disk"), withIntermediateDirectories: false)
    try scratch.write(
      "script",
      Array(
        """
        set -e
        mount -t tmpfs -o \(options) none disk
        \(run) 1 --save disk/a.state >before.txt
        cp disk/a.state before.state
        head -c \(filler) /dev/zero >disk/filler 2>/dev/null || true
        \(run) 2 --save disk/a.state && code=0 || code=$?
        ls -A disk >names.txt
        cp disk/a.state after.state
        rm disk/filler
        \(run) 2 --save disk/a.state >again.txt
        cp disk/a.state again.state
        exit $code
        """.utf8))
    let outcome = try scratch.shell("unshare --user --map-root-user --mount /bin/sh script")
    #expect(outcome.code == code)
    #expect(outcome.output.isEmpty)
    expectOneSentence(outcome, naming: "disk/a.state")
    #expect(outcome.errors.contains("no space left on device"))
    #expect(try scratch.text("names.txt") == "a.state\nfiller\n")
    #expect(try scratch.read("before.state").count > 3 * 4096)
    #expect(try scratch.read("after.state") == scratch.read("before.state"))
    let new = try scratch.run(["large.ch8"] + command + ["2", "--save", "-"]).output
    #expect(try scratch.read("again.state") == new)
  }

  /// A pipe that is handed over may be non-blocking. A page fits into the second.
  @Test func pipesThatDoNotWait() throws {
    let arguments = ["-"] + command + ["1", "--save", "-"]
    let expected = try scratch.run(arguments, input: large).output
    let (input, output) = (Pipe(), Pipe())
    let ours = [input.fileHandleForWriting, output.fileHandleForReading].map(\.fileDescriptor)
    let theirs = [input.fileHandleForReading, output.fileHandleForWriting].map(\.fileDescriptor)
    // A program that inherited our ends would never see theirs end.
    for descriptor in ours + theirs { #expect(fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) }
    for descriptor in theirs { #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0) }
    // F_SETPIPE_SZ, which Swift does not import.
    #expect(fcntl(theirs[1], 1031, 4096) >= 4096)
    let running = try Running(
      Running.executable, arguments, in: scratch, descriptors: [0: theirs[0], 1: theirs[1]])
    try output.fileHandleForWriting.close()
    // It has read what there is, and waits for more.
    try input.fileHandleForWriting.write(contentsOf: Data(large.prefix(5)))
    try waitUntil { rests(running, with: 0, in: theirs[0]) }
    try input.fileHandleForWriting.write(contentsOf: Data(large.dropFirst(5)))
    try input.fileHandleForWriting.close()
    // It has written a page, and waits for room for more.
    try waitUntil { rests(running, with: 4096, in: ours[1]) }
    let image = try output.fileHandleForReading.readToEnd()
    let outcome = try running.outcome()
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(image.map(Array.init) == expected)
  }

  /// Whether a run waits while a pipe holds so many bytes, or has ended.
  private func rests(_ running: Running, with byteCount: Int32, in pipe: Int32) -> Bool {
    var count: Int32 = 0
    _ = ioctl(pipe, UInt(FIONREAD), &count)
    let letter = state(of: running.process)
    return count == byteCount && letter == "S" || letter == "Z"
  }
}
