// UsageTests.swift: command lines that mean nothing. Exit code 64.

import Testing

@Suite struct UsageTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("halt.ch8", Programs.halt)
    try scratch.write("keys.txt", Array("0-5:1\n".utf8))
  }

  /// A headless run of a good program with these options, which are refused by this name.
  private func expectUsage(_ options: String, naming name: String) throws {
    try scratch.expectRefusal(
      ["halt.ch8", "--headless"] + options.split(separator: " ").map(String.init), code: 64,
      naming: name)
  }

  @Test(arguments: [
    "--platform amiga", "--platform VIP", "--quirk shift", "--quirk shift=yes",
    "--quirk sideways=on", "--engine slow", "--engine Fast", "--timing fast", "--ipf many",
    "--seed x", "--seed 18446744073709551616",
    "--poke 5", "--poke 5=", "--poke 5=256", "--poke x=1", "--poke 5=1,,2", "--frames x",
    "--frames 99999999999999999999", "--instructions 1.5", "--until never", "--until pc=",
    "--until pc=65536", "--until screen=abc", "--print nothing", "--scale x",
  ])
  func unknownValues(options: String) throws {
    try expectUsage(options, naming: options.split(separator: " ").map(String.init)[0])
  }

  @Test(arguments: [
    ("--quirk sideways=on", "the quirks are logic, shift, memoryIncrementByX"),
    ("--quirk shift=yes", "a quirk is on or off, as in shift=on"),
    ("--key-map f5=1", "f5 is not a key; the keys are a to z, 0 to 9, pad-0 to pad-9, enter"),
    ("--key-map up=10", "a key is one of 0 to 9 and A to F, or none, as in up=5"),
    ("--key-map up", "as in up=5"),
  ])
  func unknownWords(options: String, known: String) throws {
    try expectUsage(options, naming: known)
  }

  @Test(arguments: [
    "5", "5:1", "0-5", "0-5:", "5-5:1", "9-5:1", "0-5:G", "0-5:1,", "-5:1", "x-5:1", "0-5:1:2",
    "0-99999999999999999999:1",
  ])
  func keysThatDoNotParse(keys: String) throws {
    try expectUsage("--keys=\(keys)", naming: "--keys")
  }

  @Test(arguments: ["--frames", "--instructions", "--ipf", "--seed", "--scale"])
  func negativeNumbers(option: String) throws {
    let picture = option == "--scale" ? " --screenshot a.png" : ""
    try expectUsage("\(option) -1\(picture)", naming: option)
    try expectUsage("\(option)=-1\(picture)", naming: option)
  }

  @Test(arguments: [
    ("--ipf 0", "--ipf"), ("--ipf 10000001", "--ipf"), ("--scale 0 --screenshot a.png", "--scale"),
    ("--scale 65 --screenshot a.png", "--scale"), ("--poke 4096=1", "--poke"),
    ("--poke 0xFFF=1,2", "--poke"), ("--poke 0x7FFFFFFFFFFFFFFF=1", "--poke"),
  ])
  func valuesOutOfRange(options: String, name: String) throws {
    try expectUsage(options, naming: name)
  }

  @Test(arguments: [
    ("--json --print screen", "--print"),
    ("--keys 0-5:1 --input keys.txt", "--input"),
    ("--timing cycles --platform schip", "--timing"),
    ("--timing cycles", "--timing"),
    ("--timing cycles --platform vip --ipf 15", "--ipf"),
    ("--scale 4", "--scale"),
    ("--json --save -", "standard output"),
    ("--save - --screenshot -", "standard output"),
    ("--save a.out --trace a.out", "a.out"),
    ("--trace - --print hashes", "standard output"),
  ])
  func contradictoryOptions(options: String, name: String) throws {
    try expectUsage(options, naming: name)
  }

  @Test(arguments: [
    "--frames 5", "--instructions 5", "--until halt", "--keys 0-5:1",
    "--save a.state", "--screenshot a.png", "--print screen", "--json", "--trace a.txt",
  ])
  func headlessOptionsOfARunInAWindow(option: String) throws {
    try scratch.expectRefusal(
      ["halt.ch8"] + option.split(separator: " ").map(String.init), code: 64, naming: "--headless")
  }

  @Test(arguments: [
    "--platform vip", "--quirk shift=on", "--ipf 5", "--timing ipf", "--seed 1",
  ])
  func optionsThatContradictAnImage(option: String) throws {
    _ = try scratch.report("halt.ch8", "--save", "a.state")
    let options = option.split(separator: " ").map(String.init)
    for arguments in [["a.state"], ["--restore", "a.state"]] {
      try scratch.expectRefusal(
        arguments + ["--headless"] + options, code: 64,
        naming: "\(options[0]) cannot be combined with a.state")
    }
  }

  @Test func unknownOptions() throws {
    try expectUsage("--heedless", naming: "--heedless")
    try expectUsage("-q", naming: "-q")
    try expectUsage("--json=yes", naming: "--json")
    try expectUsage("--frames", naming: "--frames")
  }

  @Test func oneProgramAtATime() throws {
    try scratch.expectRefusal(["--headless"], code: 64, naming: "no program given")
    // With a display, home is shown.
    let outcome = try scratch.shell("env -u DISPLAY -u WAYLAND_DISPLAY \"$CHIP8\"")
    #expect(outcome.code == 64)
    expectOneSentence(outcome, naming: "no program given")
    try expectUsage("keys.txt", naming: "one program")
  }

  /// The second one would find nothing.
  @Test(arguments: [
    ["-", "--input", "-"], ["--restore", "-", "--input", "-"],
    ["halt.ch8", "--input", "-", "--symbols", "-"],
  ])
  func oneThingIsReadFromStandardInput(arguments: [String]) throws {
    try scratch.expectRefusal(
      arguments + ["--headless"], code: 64, naming: "one thing can be read from standard input")
  }

  @Test func nothingIsWrittenWhenTheFileIsRefused() throws {
    for target in ["--save", "--screenshot", "--trace"] {
      try scratch.expectRefusal(
        ["missing.ch8", "--headless", target, "out"], code: 66, naming: "missing.ch8")
    }
  }
}
