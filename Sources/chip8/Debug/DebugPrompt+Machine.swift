// Commands that show the machine, or change it.

import Chip8Core
import Chip8Player
import SaveState

extension DebugPrompt {
  static let looking: [Command] = [
    Command("where", "", 0...0, "the next instruction and its line") { prompt, _ in
      try prompt.showPlace()
    },
    Command("registers r", "", 0...0, "the registers") { prompt, _ in
      try prompt.show(prompt.session.registerTexts)
    },
    Command("print p", "EXPR", 1...Int.max, "the value of an expression") { prompt, words in
      let value = try prompt.session.value(of: words.joined(separator: " "))
      try prompt.show([DebugSession.text(ofValue: value)])
    },
    Command("backtrace bt", "", 0...0, "the call stack") { prompt, _ in
      try prompt.show(prompt.session.frameTexts)
    },
    Command("list l", "[LINE]", 0...1, "the source around a line") { prompt, words in
      try prompt.show(
        prompt.session.sourceTexts(around: words.first.map { Int(try prompt.session.count($0)) }))
    },
    Command("disassemble x", "[ADDR [COUNT]]", 0...2, "disassembly of the RAM") {
      prompt, words in
      let address =
        try words.first.map { Int(try prompt.session.address($0)) }
        ?? Int(prompt.session.machine.state.pc)
      let count = words.count > 1 ? Int(clamping: try prompt.session.count(words[1])) : 10
      try prompt.show(prompt.session.disassemblyTexts(at: address, count: count))
    },
    Command("memory m", "ADDR [COUNT]", 1...2, "bytes of the RAM") { prompt, words in
      let address = Int(try prompt.session.address(words[0]))
      let count = words.count > 1 ? Int(clamping: try prompt.session.count(words[1])) : 64
      try prompt.show(prompt.session.memoryTexts(from: address, count: count))
    },
    Command("screen", "", 0...0, "the screen in block characters") { prompt, _ in
      try prompt.show(prompt.session.machine.state.screen.lines)
    },
    Command("monitors", "", 0...0, "the `:monitor`s of the source") { prompt, _ in
      try prompt.show(prompt.session.monitorTexts)
    },
  ]

  static let changing: [Command] = [
    Command("set", "TARGET = EXPR", 3...Int.max, "change a register or a byte") { prompt, words in
      guard let (target, value) = DebugSession.assignment(words) else {
        throw MessageError("usage: set TARGET = EXPR")
      }
      try prompt.session.assign(value, to: target)
      prompt.lastStop = nil
    },
    Command("undo", "", 0...0, "undo the last change or jump") { prompt, _ in
      guard try prompt.session.undo() else { throw MessageError("nothing to undo") }
      prompt.lastStop = nil
      try prompt.showPlace()
    },
    Command("redo", "", 0...0, "redo what was undone") { prompt, _ in
      guard try prompt.session.redo() else { throw MessageError("nothing to redo") }
      prompt.lastStop = nil
      try prompt.showPlace()
    },
    Command(
      "keys", "[KEYS|-]", 0...1, "hold these keys from now on; without argument, use --keys again"
    ) {
      prompt, words in
      guard let word = words.first else { return prompt.session.hold(nil) }
      guard let keys = KeySet(digits: word == "-" ? "" : word) else {
        throw MessageError("keys are hexadecimal digits, or - for none")
      }
      prompt.session.hold(keys)
    },
    Command("reload", "", 0...0, "reload the program, keep the machine's state") { prompt, _ in
      try prompt.request.reload(in: &prompt.session)
      prompt.lastStop = nil
      try prompt.showPlace()
    },
    Command("save", "FILE", 1...1, "save an image with its past") { prompt, words in
      try prompt.session.savedImage().save(to: words[0], apartFrom: prompt.session.player.inputs)
    },
  ]
}
