// The commands of the prompt, a row for each.

import Chip8Core
import Chip8Player
import SaveState

extension DebugPrompt {
  /// A command.
  struct Command: Sendable {
    /// Its names, the short ones last.
    let names: [String]
    /// What follows the name.
    let arguments: String
    let help: String
    /// How many words may follow.
    let count: ClosedRange<Int>
    let body: @Sendable (inout DebugPrompt, [String]) throws -> Void

    init(
      _ names: String, _ arguments: String, _ count: ClosedRange<Int>, _ help: String,
      _ body: @escaping @Sendable (inout DebugPrompt, [String]) throws -> Void
    ) {
      self.names = names.split(separator: " ").map(String.init)
      (self.arguments, self.help, self.count, self.body) = (arguments, help, count, body)
    }
  }

  private static let some = 1...Int.max

  static let commands: [Command] =
    moving + stopping + asking + looking + changing + [
      Command("help h", "", 0...0, "this list") { prompt, _ in
        let rows = DebugPrompt.commands.map { command in
          let left = ([command.names.joined(separator: ", "), command.arguments])
            .filter { !$0.isEmpty }.joined(separator: " ")
          return left + String(repeating: " ", count: max(2, 44 - left.count)) + command.help
        }
        try prompt.show(rows)
      },
      Command("quit q exit", "", 0...0, "quit") { prompt, _ in prompt.quit() },
    ]

  // MARK: Moving

  private static func motion(
    _ names: String, _ motion: DebugSession.Motion, _ grain: DebugSession.Grain,
    _ direction: DebugSession.Direction, _ help: String
  ) -> Command {
    Command(names, "[COUNT]", 0...1, help) { prompt, words in
      try prompt.move(motion, grain, direction, words)
    }
  }

  private static func run(
    _ names: String, _ direction: DebugSession.Direction, _ help: String
  ) -> Command {
    Command(names, "ADDR|LABEL", some, help) { prompt, words in
      let address = try prompt.session.address(words.joined(separator: " "))
      try prompt.show(
        prompt.session.run(to: address, direction, isInterrupted: prompt.isInterrupted))
    }
  }

  private static let moving: [Command] = [
    motion("step s", .into, .line, .forwards, "to the next line, also in a subroutine"),
    motion("next n", .over, .line, .forwards, "to the next line, over calls"),
    motion("stepi si", .into, .instruction, .forwards, "an instruction"),
    motion("nexti ni", .over, .instruction, .forwards, "the same, over calls"),
    motion("finish out", .out, .instruction, .forwards, "to after the subroutine"),
    motion("frame f", .frame, .instruction, .forwards, "to the next frame"),
    Command("continue c", "[FRAMES]", 0...1, "to a stop") { prompt, words in
      let frames =
        try words.first.map { try prompt.session.repetitions($0) } ?? DebugSession.maxFrames
      try prompt.show(
        prompt.session.move(.run, frames: frames, isInterrupted: prompt.isInterrupted))
    },
    run("until u", .forwards, "to where that is next"),
    motion("reverse-step rs", .into, .line, .backwards, "back to the last line"),
    motion("reverse-next rn", .over, .line, .backwards, "back to the last line, over calls"),
    motion("reverse-stepi rsi", .into, .instruction, .backwards, "back an instruction"),
    motion("reverse-nexti rni", .over, .instruction, .backwards, "the same, over calls"),
    motion("reverse-finish rout", .out, .instruction, .backwards, "back to its call"),
    motion("reverse-frame rf", .frame, .instruction, .backwards, "back to where a frame begins"),
    motion("reverse-continue rc", .run, .instruction, .backwards, "back to a stop"),
    run("reverse-until ru", .backwards, "back to where that was next"),
    Command("goto", "FRAME|#INSTRUCTION", 1...1, "to that moment, back or forth") { prompt, words in
      let moment = try prompt.session.moment(words[0])
      try prompt.show(prompt.session.go(to: moment, isInterrupted: prompt.isInterrupted))
    },
  ]

  private mutating func move(
    _ motion: DebugSession.Motion, _ grain: DebugSession.Grain,
    _ direction: DebugSession.Direction, _ words: [String]
  ) throws {
    let count = try words.first.map { try session.repetitions($0) } ?? 1
    try show(
      session.move(
        motion, times: count, by: grain, direction, isInterrupted: isInterrupted))
  }
}
