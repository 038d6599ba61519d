// PortabilityTests.swift: a state that was written here is read wherever it is carried.

import Foundation
import Testing

@Suite struct PortabilityTests {
  let scratch: Scratch
  /// The digest of the state that was saved.
  let digest: String

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
    digest = try scratch.report(
      "sketch.ch8", "--platform", "schip", "--instructions", "777", "--save", "a.state"
    ).state.sha256
    try FileManager.default.removeItem(atPath: scratch.path("sketch.ch8"))
  }

  private static let load = #""$CHIP8" --restore a.state --headless --json --frames 0"#

  private func expectSameState(
    _ command: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try scratch.shell(command)
    #expect(outcome.code == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(try Report(outcome).state.sha256 == digest, sourceLocation: sourceLocation)
  }

  @Test func withoutAnEnvironment() throws {
    try expectSameState(#"exec env -i "$CHIP8" --restore a.state --headless --json --frames 0"#)
  }

  @Test func inAnotherDirectoryUnderAnotherName() throws {
    try expectSameState(
      #"mkdir -p "far away/deep" && mv a.state "far away/deep/-b state.sav" && "#
        + #"cd "far away/deep" && "#
        + #"exec "$CHIP8" --restore "./-b state.sav" --headless --json --frames 0"#)
  }

  @Test func throughAPipe() throws {
    try expectSameState(#"cat a.state | "$CHIP8" --restore - --headless --json --frames 0"#)
    try expectSameState(
      #"dd if=a.state bs=7 2>/dev/null | "$CHIP8" - --headless --json --frames 0"#)
  }

  @Test func throughANamedPipe() throws {
    try expectSameState(
      #"mkfifo pipe && (cat a.state >pipe &) && "#
        + #"exec "$CHIP8" --restore pipe --headless --json --frames 0"#)
  }

  /// Only root can become another user, and the program may be where others cannot look.
  private static let asNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups "
  private static let canBeNobody = canRun(asNobody + #""$CHIP8" --version"#)

  private static func canRun(_ command: String) -> Bool {
    guard let scratch = try? Scratch() else { return false }
    return (try? scratch.shell("chmod 755 . && exec " + command))?.code == 0
  }

  @Test(.enabled(if: canBeNobody)) func underAnotherUser() throws {
    try expectSameState("chmod 755 . && chmod 444 a.state && exec " + Self.asNobody + Self.load)
    // What may not be read is said to be so.
    let outcome = try scratch.shell("chmod 400 a.state && exec " + Self.asNobody + Self.load)
    #expect(outcome.code == 66)
    expectOneSentence(outcome, naming: "a.state: cannot be read: permission denied")
  }

  /// In a name space of its own a process may mount what it likes, where that is permitted.
  private static let canMount = canRun("unshare --map-root-user --mount mount -t tmpfs none .")

  @Test(.enabled(if: canMount)) func fromAReadOnlyFileSystem() throws {
    let script =
      "mkdir ro && cp a.state ro && mount --bind ro ro && mount -o remount,ro,bind ro && cd ro && "
    try expectSameState(
      "exec unshare --map-root-user --mount sh -c '\(script) exec \(Self.load)'")
    let outcome = try scratch.shell(
      "rm -r ro; exec unshare --map-root-user --mount sh -c '\(script)"
        + #" "$CHIP8" --restore a.state --headless --frames 1 --save a.state'"#)
    #expect(outcome.code == 73)
    expectOneSentence(outcome, naming: "a.state: cannot be created: read-only file system")
  }
}
