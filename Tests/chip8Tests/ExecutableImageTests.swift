// ExecutableImageTests.swift: saved states that are run by their name.

import Foundation
import Testing
import chip8

@Suite struct ExecutableImageTests {
  let scratch: Scratch
  /// What the state shows where it was saved.
  let hashes: String

  init() throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path("its own directory"), withIntermediateDirectories: false)
    try scratch.write("sketch.ch8", Programs.sketch)
    let saved = try scratch.chip8(
      "sketch.ch8", "--headless", "--instructions", "100", "--print", "hashes", "--save",
      Self.state,
      "--executable", "--with", "--headless --frames=0 --print 'hashes'")
    #expect(saved.code == 0 && saved.errors.isEmpty, "\(saved.errors)")
    hashes = saved.text
  }

  private static let state = "its own directory/a state"

  /// An emulator that only tells how it was called.
  private func writeEmulator(_ name: String) throws {
    try scratch.write(name, Array("#!/bin/sh\nprintf '%s|' \"$0\" \"$@\"\n".utf8))
    chmod(scratch.path(name), 0o755)
  }

  private func mode(_ name: String) throws -> Int {
    try #require(
      FileManager.default.attributesOfItem(atPath: scratch.path(name))[.posixPermissions] as? Int)
  }

  @Test(arguments: [
    "'its own directory/a state'",
    "cd / && \"$directory/a state\"",
    "cd 'its own directory' && './a state'",
    "ln -s 'its own directory/a state' link && ./link",
    "cd / && PATH=\"$directory:$PATH\" && 'a state'",
    "cd 'its own directory' && PATH=\":$PATH\" && 'a state'",
    "cd 'its own directory' && cp 'a state' ./-dash && sh -- -dash",
    "sh \"$directory/a state\"", "dash \"$directory/a state\"", "bash \"$directory/a state\"",
    "cd 'its own directory' && sh 'a state'", "cd 'its own directory' && bash 'a state'",
    "cd / && PATH=\"$directory:$PATH\" bash 'a state'",
    "env -i \"$directory/a state\"", "env -i /bin/sh \"$directory/a state\"",
    "env -i /bin/bash \"$directory/a state\"", "env -i CHIP8=\"$emulator\" \"$directory/a state\"",
  ])
  func itRunsFromAnywhere(command: String) throws {
    let outcome = try scratch.shell(
      "emulator=$CHIP8 directory='\(scratch.path("its own directory"))'; unset CHIP8; \(command)")
    #expect(outcome.errors.isEmpty && outcome.text == hashes, "\(outcome.errors)")
  }

  @Test func itFindsAnEmulator() throws {
    // The one that saves it goes away, and has a name that a shell would make much of.
    let own = "it's \"the\" $emulator"
    try FileManager.default.copyItem(atPath: Running.executable, toPath: scratch.path(own))
    let saving =
      "\"./$own\" sketch.ch8 --headless --frames 0 --save F --executable >saved && "
    let unset = "own='it'\\''s \"the\" $emulator'; unset CHIP8; \(saving)"
    #expect(try scratch.shell(unset + "./F --print hashes").code == 65)
    let none = try scratch.shell(unset + "rm \"$own\" && ./F")
    #expect(none.code == 127 && none.output.isEmpty)
    #expect(none.errors.split(separator: "\n").count == 1)
    #expect(none.errors.hasPrefix("./F: chip8 was not found"), "\(none.errors)")
    try writeEmulator("chip8")
    try FileManager.default.copyItem(atPath: Running.executable, toPath: scratch.path(own))
    let path = try scratch.shell(unset + "rm \"$own\" && PATH=$PWD:$PATH ./F")
    #expect(path.text == scratch.path("chip8") + "|--restore|./F|--|")
    try writeEmulator("named")
    let named = try scratch.shell("CHIP8=./named './\(Self.state)'")
    #expect(named.text.hasPrefix("./named|--restore|"))
    // What CHIP8 names may be missing or not a program: then the others are asked.
    for wrong in ["/none", "none", "sketch.ch8", ".", "./sketch.ch8"] {
      #expect(try scratch.shell("CHIP8=\(wrong) './\(Self.state)'").text == hashes)
    }
  }

  @Test func argumentsArriveUnharmed() throws {
    try writeEmulator("chip8")
    let outcome = try scratch.shell(
      """
      CHIP8=./chip8 './\(Self.state)' '' 'two  words' '"' "'" '$HOME' '*' -- --json '扉
      '
      """)
    #expect(
      outcome.text == "./chip8|--restore|./\(Self.state)|--headless|--frames=0|--print|hashes|--|"
        + "|two  words|\"|'|$HOME|*|--|--json|扉\n|")
    #expect(
      try programArguments(of: [
        "--restore", "F", "--headless", "a", "--", "", " x ", "--json", "--", "-q", "扉", "help",
      ]) == ["a", "", " x ", "--json", "--", "-q", "扉", "help"])
    #expect(try programArguments(of: ["--restore", "F"]) == [])
  }

  @Test func argumentsHaveLimits() throws {
    func refuse(_ arguments: [String], code: Int32, naming name: String) throws {
      try scratch.expectRefusal(
        ["--restore", Self.state, "--headless", "--"] + arguments, code: code, naming: name)
    }
    try refuse(Array(repeating: "a", count: 21), code: 64, naming: "at most 20 arguments")
    let bytes = String(repeating: "ä", count: 1024)
    try refuse([bytes, "a"], code: 64, naming: "at most 2048 bytes")
    // This program waits for none.
    try refuse([bytes], code: 65, naming: "takes no arguments")
    try refuse(Array(repeating: "a", count: 20), code: 65, naming: "takes no arguments")
    let outcome = try scratch.shell(#""$CHIP8" --restore F -- "$(printf '\377')""#)
    #expect(outcome.code == 64)
    expectOneSentence(outcome, naming: "argument 4 is not UTF-8")
  }

  @Test func itIsStillASavedState() throws {
    let report = try scratch.report("--restore", Self.state, "--frames", "0")
    #expect(hashes.contains(report.state.sha256))
    #expect(try scratch.report(Self.state, "--frames", "0").state == report.state)
    #expect(try scratch.chip8("image", "verify", Self.state).code == 0)
    #expect(try scratch.chip8("image", "set", Self.state, "--note", "a note").code == 0)
    // Saved over, it remains the program that it was.
    let later = try scratch.report("--restore", Self.state, "--frames", "5", "--save", Self.state)
    let run = try scratch.shell("'./\(Self.state)'")
    #expect(run.text.contains(later.state.sha256))
    #expect(try scratch.chip8("image", "executable", Self.state, "--off").code == 0)
    #expect(try mode(Self.state) == 0o644)
    #expect(try scratch.read(Self.state)[0] == 0x89)
    #expect(try scratch.report(Self.state, "--frames", "0").state == later.state)
  }

  @Test func readersMayRunExecutableImages() throws {
    let commands = [
      ("umask 077; $CHIP8 sketch.ch8 --headless --frames 0 --save F --executable", 0o700),
      ("chmod 640 F; $CHIP8 image executable F", 0o750),
      ("$CHIP8 image executable F --with --headless", 0o750),
      ("$CHIP8 image executable F --off", 0o640),
    ]
    for (command, expected) in commands {
      let outcome = try scratch.shell(command)
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      #expect(try mode("F") == expected, "\(command)")
    }
  }

  @Test(arguments: [
    "--frames 5", "--headless --frames", "--heedless", "'--headless", "other", "-- --headless",
    "--restore other", "--restore-descriptor 3", "--headless --json --print screen", "--help",
    "--ipf 0",
  ])
  func optionsThatCouldNotWork(options: String) throws {
    for command in [
      ["image", "executable", Self.state], ["image", "standalone", "-o", "F", Self.state],
    ] {
      try scratch.expectRefusal(command + ["--with", options], code: 64, naming: "--with")
    }
    try scratch.expectRefusal(
      ["sketch.ch8", "--headless", "--save", "F", "--executable", "--with", options], code: 64,
      naming: "--with")
  }
}
