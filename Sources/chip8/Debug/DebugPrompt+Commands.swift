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

    /// Why it does not take some words.
    func problem(with words: [String]) -> MessageError? {
      count.contains(words.count) ? nil : MessageError("usage: \(names[0]) \(arguments)")
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

  private static let moving: [Command] = [
    motion("step s", .into, .line, .forwards, "to the next line, also in a subroutine"),
    motion("next n", .over, .line, .forwards, "to the next line, over calls"),
    motion("stepi si", .into, .instruction, .forwards, "an instruction"),
    motion("nexti ni", .over, .instruction, .forwards, "the same, over calls"),
    motion("finish out", .out, .instruction, .forwards, "to after the subroutine"),
    motion("frame f", .frame, .instruction, .forwards, "to the next frame"),
    Command("continue c", "[FRAMES]", 0...1, "to a stop") { prompt, words in
      let frames = try words.first.map { try prompt.repetitions($0) } ?? DebugSession.maxFrames
      try prompt.show(
        prompt.session.move(.run, frames: frames, isInterrupted: prompt.isInterrupted))
    },
    Command("until u", "ADDR|LABEL", some, "to where that is next") { prompt, words in
      let address = try prompt.session.address(words.joined(separator: " "))
      try prompt.show(prompt.session.run(to: address, isInterrupted: prompt.isInterrupted))
    },
    motion("reverse-step rs", .into, .line, .backwards, "back to the last line"),
    motion("reverse-next rn", .over, .line, .backwards, "back to the last line, over calls"),
    motion("reverse-stepi rsi", .into, .instruction, .backwards, "back an instruction"),
    motion("reverse-nexti rni", .over, .instruction, .backwards, "the same, over calls"),
    motion("reverse-finish rout", .out, .instruction, .backwards, "back to its call"),
    motion("reverse-frame rf", .frame, .instruction, .backwards, "back to where a frame begins"),
    motion("reverse-continue rc", .run, .instruction, .backwards, "back to a stop"),
    Command("reverse-until ru", "ADDR|LABEL", some, "back to where that was next") {
      prompt, words in
      let address = try prompt.session.address(words.joined(separator: " "))
      try prompt.show(
        prompt.session.run(to: address, .backwards, isInterrupted: prompt.isInterrupted))
    },
    Command("goto", "FRAME|#INSTRUCTION", 1...1, "to that moment, back or forth") { prompt, words in
      let isInstruction = words[0].hasPrefix("#")
      let count = try prompt.count(isInstruction ? String(words[0].dropFirst()) : words[0])
      try prompt.show(
        prompt.session.go(
          to: isInstruction ? .instruction(count) : .frame(count),
          isInterrupted: prompt.isInterrupted))
    },
  ]

  private mutating func move(
    _ motion: DebugSession.Motion, _ grain: DebugSession.Grain,
    _ direction: DebugSession.Direction, _ words: [String]
  ) throws {
    let count = try words.first.map(repetitions) ?? 1
    var outcome = session.move(motion, by: grain, direction, isInterrupted: isInterrupted)
    for _ in 1..<count {
      guard case .done = outcome.stop else { break }
      let said = outcome.messages
      outcome = session.move(motion, by: grain, direction, isInterrupted: isInterrupted)
      outcome.messages = said + outcome.messages
    }
    try show(outcome)
  }

  /// How often something is to be done.
  private func repetitions(_ text: String) throws -> UInt64 {
    let count = try count(text)
    guard count > 0 else { throw MessageError("the count must be positive") }
    return count
  }

  func count(_ text: String) throws -> UInt64 {
    let value = try session.value(of: text)
    guard let count = UInt64(exactly: value) else { throw MessageError("\(text) is not a count") }
    return count
  }
}
