// NoticeTests.swift: what a player reads in the window.

import Chip8Player
import SaveState
import Testing
import chip8

@Suite struct NoticeTests {
  @Test(arguments: [
    ("3", "Loaded slot 3 · Shift+F9 undoes this"),
    ("boss fight", "Loaded slot boss fight · Shift+F9 undoes this"),
    ("auto-exit", "Loaded autosave (when you left) · Shift+F9 undoes this"),
    ("auto-minute", "Loaded autosave (a minute ago) · Shift+F9 undoes this"),
    ("auto-fault", "Loaded autosave (when it stopped) · Shift+F9 undoes this"),
  ])
  func autosavesHaveNamesForPlayers(slot: String, text: String) throws {
    #expect(try Notice.loaded(SlotName(typed: slot)).lines(AddressNames()) == [text])
  }
}

@Suite struct ShortNoticeTests {
  @Test(arguments: [
    (
      "Open failed: /home/a b/c d.ch8: the program is empty",
      "Open failed: c d.ch8: the program is empty"
    ),
    (
      "Slot 1 was not saved: /x/slot1.state: cannot be written",
      "Slot 1 was not saved: slot1.state: cannot be written"
    ),
    ("Open failed: a/b.ch8: is a directory", "Open failed: b.ch8: is a directory"),
    ("Paused", "Paused"),
  ])
  func filesAreNamedWithoutTheirDirectories(line: String, text: String) {
    #expect(line.withoutDirectories == text)
  }
}
