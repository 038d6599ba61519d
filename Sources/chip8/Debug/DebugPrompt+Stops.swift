// Commands about where to stop, and about the past.

import Chip8Core
import Chip8Player
import SaveState

extension DebugPrompt {
  static let stopping: [Command] = [
    Command(
      "break b", "ADDR|LABEL|LINE|FILE:LINE [if EXPR] [hits RULE]", 1...Int.max,
      "stop before that instruction or line"
    ) { prompt, words in
      let clause = Clause(words)
      try prompt.addBreakpoints(at: clause) { _ in }
    },
    Command(
      "log", "ADDR|LABEL|LINE MESSAGE", 2...Int.max,
      "print MESSAGE there, with {EXPR} in it"
    ) { prompt, words in
      let message = try prompt.session.message(words.dropFirst().joined(separator: " "))
      try prompt.addBreakpoints(at: Clause([words[0]])) { $0.message = message }
    },
    Command(
      "watch w", "TARGET [change|write|read|access] [if EXPR] [hits RULE]", 1...Int.max,
      "stop after that is accessed: RAM, V3, I, pixel(X, Y), pixels(X, Y, W, H)"
    ) { prompt, words in
      var clause = Clause(words)
      let kind = clause.place.last.flatMap(StopPoint.AccessKind.init(rawValue:))
      if kind != nil { clause.place.removeLast() }
      let place = clause.place.joined(separator: " ")
      let watched = try prompt.session.watched(place)
      try prompt.add(.access(watched, kind ?? .change), clause) { $0.place = place }
    },
    Command(
      "catch", "collision|keywait [if EXPR] [hits RULE]", 1...Int.max,
      "stop after a sprite collides or the program waits for a key"
    ) { prompt, words in
      let clause = Clause(words)
      switch clause.place {
      case ["collision"]: try prompt.add(.collision, clause)
      case ["keywait"]: try prompt.add(.keyWait, clause)
      default: throw MessageError("usage: catch collision|keywait")
      }
    },
    Command("stops", "", 0...0, "all stops") { prompt, _ in
      let lines = prompt.session.stops.map { prompt.session.text(of: $0) }
      try prompt.show(lines.isEmpty ? ["no stops"] : lines)
    },
    Command("delete d", "[NUMBER]", 0...1, "remove a stop, or all") { prompt, words in
      guard let word = words.first else { return prompt.session.removeStops { _ in true } }
      let id = Int(clamping: try prompt.count(word))
      guard prompt.session.removeStop(id) else { throw MessageError("no such stop: \(id)") }
    },
    Command("enable", "NUMBER", 1...1, "enable a stop") { prompt, words in
      try prompt.change(words[0]) { $0.isEnabled = true }
    },
    Command("disable", "NUMBER", 1...1, "disable a stop") { prompt, words in
      try prompt.change(words[0]) { $0.isEnabled = false }
    },
  ]

  /// What follows a place: `if EXPR` and `hits RULE`; nil if it does not.
  private struct Clause {
    var place: [String]
    var condition: String?
    var hits: String?

    init(_ words: [String]) {
      let hits = words.lastIndex(of: "hits")
      self.hits = hits.map { words[($0 + 1)...].joined(separator: " ") }
      let rest = words[..<(hits ?? words.count)]
      let condition = rest.firstIndex(of: "if")
      self.condition = condition.map { rest[($0 + 1)...].joined(separator: " ") }
      place = Array(rest[..<(condition ?? rest.count)])
    }
  }

  private mutating func addBreakpoints(
    at clause: Clause, _ change: (inout StopPoint) -> Void
  ) throws {
    let text = clause.place.joined(separator: " ")
    let addresses = try session.breakpointAddresses(text)
    for address in addresses {
      try add(.execution(address), clause) { stop in
        stop.place = text
        change(&stop)
      }
    }
  }

  private mutating func add(
    _ event: StopPoint.Event, _ clause: Clause, _ change: (inout StopPoint) -> Void = { _ in }
  ) throws {
    let condition = try clause.condition.map(session.expression)
    let rule = clause.hits.flatMap(StopPoint.HitRule.init)
    if rule == nil, clause.hits != nil { throw MessageError("hits takes N, >= N or % N") }
    let id = session.add(event)
    session.changeStop(id) { stop in
      (stop.condition, stop.hitRule) = (condition, rule)
      change(&stop)
    }
    try show(session.stops.filter { $0.id == id }.map { session.text(of: $0) })
  }

  private mutating func change(_ word: String, _ change: (inout StopPoint) -> Void) throws {
    let id = Int(clamping: try count(word))
    guard session.changeStop(id, change) else { throw MessageError("no such stop: \(id)") }
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
      let here = prompt.session.branch
      try prompt.show(
        prompt.session.leaves.map { leaf in
          "\(leaf.branch == here ? "*" : " ") \(leaf.branch)  frames \(leaf.start.frame)–\(leaf.end.frame), "
            + "\(leaf.end.instruction) instructions"
        })
    },
    Command("go-leaf", "LEAF", 1...1, "go to the end of a branch") { prompt, words in
      try prompt.session.go(toEndOf: prompt.leaf(words[0]))
      try prompt.showPlace()
    },
    Command("first-diff fd", "LEAF", 1...1, "where this branch and another one diverge") {
      prompt, words in
      let leaf = try prompt.leaf(words[0])
      guard
        let difference = try prompt.session.firstDifference(
          from: leaf, isInterrupted: prompt.isInterrupted)
      else { return try prompt.show(["one is a prefix of the other"]) }
      let (position, addresses) = (difference.position, difference.addresses)
      try prompt.show([
        "frame \(position.frame), instruction \(position.instruction): \(difference.field ?? "the keys") "
          + "differs after \(addresses.map { prompt.session.text(of: $0) }.joined(separator: " and "))"
      ])
    },
    Command("profile", "[FRAMES]", 0...1, "how often each line or instruction ran") {
      prompt, words in
      let survey = try prompt.survey(words)
      try prompt.show(prompt.session.profileTexts(survey))
    },
    Command("coverage", "[FRAMES]", 0...1, "which lines or instructions ran, and which did not") {
      prompt, words in
      let survey = try prompt.survey(words)
      try prompt.show(prompt.session.coverageTexts(survey))
    },
    Command("lag", "[FRAMES]", 0...1, "the frames that did not poll the keys") { prompt, words in
      let survey = try prompt.survey(words)
      try prompt.show(prompt.session.lagTexts(survey))
    },
    Command("heat", "[FRAMES]", 0...1, "how often each part of the RAM was read and written") {
      prompt, words in
      let survey = try prompt.survey(words)
      try prompt.show(prompt.session.heatTexts(survey))
    },
  ]

  private mutating func survey(_ words: [String]) throws -> Survey {
    let frames = try words.first.map { try count($0) }
    return try session.survey(frames: frames, isInterrupted: isInterrupted)
  }

  private func leaf(_ word: String) throws -> Int {
    guard let branch = Int(word), session.leaves.contains(where: { $0.branch == branch }) else {
      throw MessageError("no such leaf: \(word); leaves lists them")
    }
    return branch
  }
}
