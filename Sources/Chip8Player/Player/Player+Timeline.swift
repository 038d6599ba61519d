import Chip8Core
import SaveState

/// To other moments of the timeline: docs/TIMELINE.md. The machine and its metadata are then as
/// they were.
extension Player {
  /// Goes back to where a frame can begin; the first in the middle of a frame is back to its own
  /// beginning.
  mutating func rewind(frames: UInt64) throws(SeekError) {
    try travel { timeline throws(SeekError) in try timeline.rewind(frames: frames) }
  }

  /// Goes to a moment of the course that the machine is on.
  mutating func seek(to position: Position) throws(SeekError) {
    try travel { timeline throws(SeekError) in try timeline.seek(to: position) }
  }

  /// Goes to where the machine had just executed so many instructions.
  mutating func seek(toInstruction instruction: UInt64) throws(SeekError) {
    try travel { timeline throws(SeekError) in try timeline.seek(toInstruction: instruction) }
  }

  /// Goes to the end of a branch.
  mutating func seek(toEndOf branch: Int) throws(SeekError) {
    try travel { timeline throws(SeekError) in try timeline.seek(toEndOf: branch) }
  }

  /// Goes back to where the last jump came from.
  mutating func undo() throws(SeekError) {
    try travel { timeline throws(SeekError) in _ = try timeline.undo() }
  }

  /// Does again what was undone last.
  mutating func redo() throws(SeekError) {
    try travel { timeline throws(SeekError) in _ = try timeline.redo() }
  }

  /// Remembers what was played earlier and elsewhere, as a journal has it.
  mutating func recall(
    _ tree: JournalTree<Chip8>, _ mark: inout JournalMark, continues: Bool
  ) {
    timeline.recall(tree, &mark, continues: continues)
    placeOnRecalledBranches()
  }

  mutating func travel(
    _ body: (inout Timeline<Chip8>) throws(SeekError) -> Void
  ) throws(SeekError) {
    try body(&timeline)
    // A movie that is only watched continues from there.
    if playback?.isReadOnly != true { endPlayback() }
    forgetNextFrames()
    // It has stopped there before, if it had to.
    resetDebugger()
  }
}
