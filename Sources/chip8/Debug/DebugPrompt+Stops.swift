// Commands about where to stop, and about the past.

import Chip8Core
import Chip8Player
import SaveState

extension DebugPrompt {
  static let stopping: [Command] = [
    Command(
      "break b", "ADDR|LABEL|LINE|FILE:LINE [if EXPR] [hits RULE]", 1...Int.max,
      "stop before that instruction or line"
    ) { prompt, words in try prompt.add(.breakpoint, words) },
    Command(
      "log", "ADDR|LABEL|LINE MESSAGE", 2...Int.max,
      "print MESSAGE there, with {EXPR} in it"
    ) { prompt, words in try prompt.add(.logPoint, words) },
    Command(
      "watch w", "TARGET [change|write|read|access] [if EXPR] [hits RULE]", 1...Int.max,
      "stop after that is accessed: RAM, V3, I, pixel(X, Y), pixels(X, Y, W, H)"
    ) { prompt, words in try prompt.add(.watchpoint, words) },
    Command(
      "catch", "collision|keywait [if EXPR] [hits RULE]", 1...Int.max,
      "stop after a sprite collides or the program waits for a key"
    ) { prompt, words in try prompt.add(.event, words) },
    Command("stops", "", 0...0, "all stops") { prompt, _ in
      let lines = prompt.session.stops.map { prompt.session.text(of: $0) }
      try prompt.show(lines.isEmpty ? ["no stops"] : lines)
    },
    Command("delete d", "[NUMBER]", 0...1, "remove a stop, or all") { prompt, words in
      guard let word = words.first else { return prompt.session.removeStops { _ in true } }
      prompt.session.removeStop(try prompt.session.stop(word))
    },
    Command("enable", "NUMBER", 1...1, "enable a stop") { prompt, words in
      prompt.session.changeStop(try prompt.session.stop(words[0])) { $0.isEnabled = true }
    },
    Command("disable", "NUMBER", 1...1, "disable a stop") { prompt, words in
      prompt.session.changeStop(try prompt.session.stop(words[0])) { $0.isEnabled = false }
    },
  ]

  private mutating func add(_ form: StopRequest.Form, _ words: [String]) throws {
    guard let request = StopRequest(form, words) else {
      throw MessageError("usage: catch collision|keywait")
    }
    let added: [Int]
    do throws(DebugError) { added = try session.add(request) } catch {
      guard error == .notAHitRule else { throw error }
      throw MessageError("hits takes N, >= N or % N")
    }
    try show(session.stops.filter { added.contains($0.id) }.map { session.text(of: $0) })
  }

  // MARK: The past

  static let asking: [Command] = [
    Command("last-write lw", "TARGET", 1...Int.max, "go to the instruction that has written it") {
      prompt, words in
      let watched = try prompt.session.watched(words.joined(separator: " "))
      let writer = try prompt.session.goToLastWriter(
        of: watched, isInterrupted: prompt.isInterrupted)
      prompt.lastStop = nil
      try prompt.show([prompt.session.text(of: writer)])
      try prompt.showPlace()
    },
    Command("leaves", "", 0...0, "the ends of all branches") { prompt, _ in
      try prompt.show(prompt.session.leafTexts)
    },
    Command("go-leaf", "LEAF", 1...1, "go to the end of a branch") { prompt, words in
      try prompt.session.go(toEndOf: prompt.leaf(words[0]))
      try prompt.showPlace()
    },
    Command("first-diff fd", "LEAF", 1...1, "where this branch and another one diverge") {
      prompt, words in
      let leaf = try prompt.leaf(words[0])
      let difference = try prompt.session.firstDifference(
        from: leaf, isInterrupted: prompt.isInterrupted)
      try prompt.show([prompt.session.text(of: difference)])
    },
    survey("profile", "how often each line or instruction ran") { $0.profileTexts($1) },
    survey("coverage", "which lines or instructions ran, and which did not") {
      $0.coverageTexts($1)
    },
    survey("lag", "the frames that did not poll the keys") { $0.lagTexts($1) },
    survey("heat", "how often each part of the RAM was read and written") { $0.heatTexts($1) },
  ]

  private static func survey(
    _ name: String, _ help: String,
    _ texts: @escaping @Sendable (DebugSession, Survey) -> [String]
  ) -> Command {
    Command(name, "[FRAMES]", 0...1, help) { prompt, words in
      let frames = try words.first.map { try prompt.session.count($0) }
      let survey = try prompt.session.survey(
        frames: frames, isInterrupted: prompt.isInterrupted)
      try prompt.show(texts(prompt.session, survey))
    }
  }

  private func leaf(_ word: String) throws -> Int {
    do { return try session.leaf(word) } catch { throw MessageError("\(error); leaves lists them") }
  }
}
