// RetroArchCommandTests.swift: states of RetroArch become saved states, and back.

import Foundation
import SaveState
import Testing

@Suite struct RetroArchCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
    _ = try scratch.report("sketch.ch8", "--frames", "9", "--seed", "5", "--save", "a.state")
  }

  @Test func aStateComesBackAsItWas() throws {
    #expect(try scratch.chip8("image", "to-retroarch", "a.state", "-o", "game").code == 0)
    let outcome = try scratch.chip8(
      "image", "from-retroarch", "game", "sketch.ch8", "-o", "b.state")
    #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty)
    #expect(
      try scratch.report("a.state", "--frames", "50")
        == scratch.report("b.state", "--frames", "50"))
    let verdict = try scratch.chip8("image", "verify", "b.state")
    #expect(verdict.code == 0, "\(verdict.errors)")
    // A saved state is as good as its program, and standard streams are as good as files.
    let state = try scratch.chip8(
      "image", "to-retroarch", "-", "-o", "-", input: scratch.read("a.state"))
    #expect(try state.output == scratch.read("game"))
    let image = try scratch.chip8(
      "image", "from-retroarch", "-", "a.state", "-o", "-", input: state.output)
    #expect(try image.output == scratch.read("b.state"))
  }

  /// What a program's own file says beside it is in the image, as in that of a run.
  @Test func theProgramsNamesAreInIt() throws {
    try scratch.write("game.8o", Array(": main loop v0 += 1 again".utf8))
    _ = try scratch.report("game.8o", "--frames", "9", "--no-past", "--save", "1.state")
    #expect(try scratch.chip8("image", "to-retroarch", "1.state", "-o", "game").code == 0)
    let outcome = try scratch.chip8("image", "from-retroarch", "game", "game.8o", "-o", "2.state")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try scratch.read("2.state") == scratch.read("1.state"))
  }

  @Test func whatIsNotAStateIsRefused() throws {
    try scratch.write("other.ch8", Programs.count)
    #expect(try scratch.chip8("image", "to-retroarch", "a.state", "-o", "game").code == 0)
    let state = try scratch.read("game")
    try scratch.write("cut", Array(state.dropLast()))
    try scratch.write("empty", [])
    for (arguments, code, sentence) in [
      (["cut", "sketch.ch8"], 65, "cut: the state is damaged or truncated"),
      (["empty", "sketch.ch8"], 65, "empty: not a state that RetroArch"),
      (["a.state", "sketch.ch8"], 65, "a.state: not a state that RetroArch"),
      (["game", "other.ch8"], 65, "game: the state is of another program than other.ch8"),
      (["game", "game"], 65, "game: "), (["none", "sketch.ch8"], 66, "none: "),
      (["game", "none"], 66, "none: "), (["-", "-"], 64, "standard input"),
    ] as [([String], Int32, String)] {
      let outcome = try scratch.run(["image", "from-retroarch"] + arguments + ["-o", "new"])
      #expect(outcome.code == code && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
    // What was read is not replaced, and neither is anything of another kind.
    try scratch.write("b.state", scratch.read("a.state"))
    for (output, code) in [
      ("a.state", 64), ("b.state", 73), ("no/where", 73),
    ] as [(String, Int32)] {
      let outcome = try scratch.chip8("image", "to-retroarch", "a.state", "-o", output)
      #expect(outcome.code == code, "\(output): \(outcome.errors)")
    }
    for (output, code) in [
      ("game", 64), ("sketch.ch8", 64), ("other.ch8", 73),
    ] as [(String, Int32)] {
      let outcome = try scratch.chip8("image", "from-retroarch", "game", "sketch.ch8", "-o", output)
      #expect(outcome.code == code, "\(output): \(outcome.errors)")
    }
    let onProgram = try scratch.chip8(
      "image", "from-retroarch", "game", "a.state", "-o", "a.state")
    #expect(onProgram.code == 64, "\(onProgram.errors)")
    // It is not taken for a program.
    let played = try scratch.chip8("game", "--headless")
    #expect(played.code == 65 && played.errors.contains("image from-retroarch"))
    #expect(try scratch.read("game") == state)
    #expect(try !scratch.names.contains("new"))
  }

  /// RetroArch 1.14 has written this, after 267 frames of roms/backfire.ch8, told to compress states.
  @Test func aFileOfRetroArchIsRead() throws {
    let bytes = try #require(Data(base64Encoded: RetroArchCommandTests.file))
    try scratch.write("backfire.state", Array(bytes))
    let program = FileManager.default.currentDirectoryPath + "/roms/backfire.ch8"
    let outcome = try scratch.chip8(
      "image", "from-retroarch", "backfire.state", program, "-o", "267.state")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      try scratch.report("267.state", "--frames", "33")
        == scratch.report(program, "--frames", "300"))
  }

  private static let file = """
    I1JaSVB2ASMAAAIA6BEAAAAAAACVBQAAeJztWG9sE2UYf67/1nVlvd0fxmA5z7U1SACbYtjQhXVAwZGNLYP5iZjrthsDO9ah\
    kQIzKYh4xs32G9OYKQs56gcTokjmt0IimabBJoM5TEmaaoRP9VpBS5irz9sCIaiJkhg/2N+1v+fv+7zvvff03qTdrTt3te7y\
    Uh3eDjFRA7D5haZuCgBuLL/9Ve0Xs+emPz7yU+eLU597W9bLbblPv97c2e2dwDgFJAvAit8fjdUmk6luHeuASjDq4ZkVADrQ\
    63RNxrV6eAwU8IOoKk0Bx62PxKk/jPAUhyG6WztEoAG0SCSiiZIoBjRaC2lINLo0mhi0hhRBn+jxoEQtQnyoRVLk0kKhkJbC\
    AqiRsUihx7mNMv47OC45djdYnDsY3VZg6iVj6pQMkhnZyqyUKlAukyqRHVqFBxgXY7nLqxtvC7PeFmBeOkipzbeFrKxuJp43\
    DMe5E7Ctwv7qNlND+mSoYY6xzHpLGWOuMcO4Z5xrLzDn25uZ8x1G5mJHPXNRrcWYcVQ/zr+uHzaFv+wEZhLlVSLtM4xFcjuT\
    +0A9MuuVTM70YWp7JXOOOQ0ZGYZrwts6AVfplpcNC+FG1B2M+0xEEzQBMnsg5DrqUZdneyDTJkIGNVn1J3is+0uCh8yZyB3h\
    jpDtOUQRHWOvJXjJ6kxKtDO9Dw5T70fY50IfNVzGSAgjemfSvigZnel7viMJnuVUVpPDED7ZCWy/fbFYZSTBk5jEYSXOmS76\
    0N4LuILanKy+mRPI7ETfZGcn1E+IfcCIdo+kwzGm1CRk3godLEDGPmifkszOJDsWawnohjeEjS3AnmWnLthGKtVEgj+mJfhN\
    wF5kp8hodtA+2AbsFbvOsdSetE/tqZBsfFJlNNllDlAoe9R6sjOakJPfAYUOibh63BvVmpWPnh7uD9d2AkePfIC5VrJnDpFE\
    1Opsj58aArVakx1bVZsmc1tVuqjXFHVrUV+iySqnrVO5nJx9Onl11JgrMmQgJYEPSEVSiaxiL9hv+ky9T/hBvZqsST45am73\
    cCe4w34YavJV9LLqXLI+uVpNX6+/vtoh+lc7XNJaH90L5B7tg32Gflp2DFCOmGTB3RKcaWZObZz1kpleBr9hyCyBmtGE5Lej\
    FYEKTxOX4hL+qqEVPsF5a9QkmTRc137YC326flZ2YJVGH3u/dsNcqa9LvfwKdZAiXVzsZkvDHHZAeiM+xc3r+Gd5Cz4bHZnd\
    Ebv/1DcC387lyDrIvo3BOK3SWbkXsD+wp3up3cAfCNOkr3spH7gp/lgodjSBOT0+y9u03zSkd97ym4esPhZXanQ0o8766lCv\
    crgevYMNFj6+D7Abk7gL5Deh52f4aamu1D/8Ff5y6hT/HX8FMs+DtgwyGo/+U/sp8gvmc/wP2PFPZQVN9mCXndmuCa5FfFqm\
    EYq/BabiKwFPFWhk61axhmqzYYnZYDXrq836JRa91aqvqtZbaH0lB4FAADMD994igXtnTYBopECInAQ0TRO32WzGg8fjAegS\
    uzCnC3PEgAhRUCAa7cIrr0SVfH6G0E1C+SJNF2mC0DShfL50fImEaHiEi14P5AkKoYdAPYR8PE4+wXh8IR6PB+OxWAx5Xktp\
    8/GFWCyP9oKLYIGkPXAucFBnW7Q329YUBFvrotHmbiy4LfY1tkJRXbnG5nYXAkpeUTRyBXHWYB5Pw3wwNKEElfmooigz0Qkl\
    gDKACXhsKlpECYYCZi0vItDfhRSdV3SslV3Kiuwq9t9/95dRRhlllFFGGf9PbGnb2fUn/xP8Y9jCwsBvd2+krNc+88f61oP1\
    2tkgkbYPzwbyfTdiJfsSlOIDYHtvcuDC3cbU36kdxW89Ubhq4FAo5uoH9v34X0I49PM3FE5T4zXQVNH+/l1i023QSokovb9O\
    ou3dsUUk6b8Dce+vHA==
    """
}
