// ClipTests.swift: clips that the user begins and ends.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct ClipTests {
  private let scratch: Scratch
  private let session: PlaySession

  init() throws {
    scratch = try Scratch()
    var options = PlaySession.Options()
    options.slotsRoot = scratch.path("slots")
    let source = ": main loop v1 := 63 v0 := random 63 i := dot sprite v0 v1 1 again : dot 0x80"
    session = PlaySession(try scratch.load(source, options.machine), .none, options)
  }

  /// The lengths of the clips that there are, in hundredths of a second.
  private func clips() throws -> [Int] {
    session.finishWork()
    let directory = session.captureDirectory
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return try names.sorted().map {
      try gifDuration(Storage.read("\(directory)/\($0)", limit: 1 << 24))
    }
  }

  private func run(_ frames: Int) { for _ in 0..<frames { session.runFrame(keys: []) } }

  @Test("A clip has the frames between its start and its end")
  func beginsAndEnds() throws {
    run(100)
    session.toggleClip()
    #expect(session.isRecordingClip)
    run(60)
    #expect(try clips() == [])
    session.toggleClip()
    #expect(!session.isRecordingClip)
    #expect(try clips() == [100])
  }

  @Test("A clip has what was played after a rewind, not what was rewound")
  func rewound() throws {
    run(100)
    session.toggleClip()
    run(120)
    for _ in 0..<90 { session.stepBack() }
    session.togglePause()
    run(30)
    session.toggleClip()
    #expect(try clips() == [100])
  }

  @Test(
    "A clip that is rewound to before its beginning, or of a machine switched on again, begins there"
  )
  func beginsAgain() throws {
    run(100)
    session.toggleClip()
    session.reset()
    session.finishWork()
    run(30)
    session.toggleClip()
    #expect(try clips() == [50])
  }

  @Test("What is undone leaves no trace in it")
  func undone() throws {
    run(100)
    session.toggleClip()
    run(30)
    session.reset()
    session.finishWork()
    run(50)
    session.undo()
    run(30)
    session.toggleClip()
    #expect(try clips() == [100])
  }

  @Test("A clip without a frame is not written")
  func empty() throws {
    run(10)
    session.toggleClip()
    session.toggleClip()
    #expect(try clips() == [])
  }

  @Test("Another program ends it, and so does leaving")
  func otherEnds() throws {
    session.toggleClip()
    run(60)
    session.open(try scratch.write("other.8o", Source.counter))
    session.finishWork()
    #expect(try clips() == [100] && !session.isRecordingClip)
    session.toggleClip()
    run(60)
    session.close()
    #expect(try clips() == [100, 100])
  }
}
