import Chip8Core
import SaveState

/// How far ahead of the machine the picture and the sound are that the player gets, so that the
/// frames that a program takes to react to a key do not show: docs/TIMELINE.md. The machine itself is
/// never ahead.
public struct RunAhead: Sendable {
  /// What is wanted.
  public enum Choice: Hashable, Sendable {
    /// So many frames.
    case frames(Int)
    /// As many as the program itself takes to react.
    case automatic
  }

  /// The most frames.
  public static let maxFrames = 4
  private static let maxLagCount = 16

  /// What is wanted.
  public let choice: Choice
  /// For how many frames the program's last reactions to keys have not shown.
  private var lags: [Int] = []
  /// Machines that are brought to where the machine is and run from there, again and again: so they keep
  /// their code ready.
  private var scouts: [Chip8] = []
  /// The frame from whose beginning the first scout was last run ahead, as long as nothing but running
  /// has happened to the machine since.
  private var frame: UInt64?

  /// - Parameter choice: at most ``maxFrames``.
  public init(_ choice: Choice) { self.choice = choice }

  /// By how many frames the picture is ahead. More than the least lag would show a machine that has
  /// already done what a key prevents.
  public var frameCount: Int {
    switch choice {
    case .frames(let count): count
    case .automatic: lags.min() ?? 0
    }
  }

  /// What is seen and heard.
  public struct Output: Sendable {
    /// The screen.
    public let screen: Screen
    /// The sound.
    public let tone: Tone?

    init(_ machine: Chip8) { (screen, tone) = (machine.state.screen, machine.tone) }
  }

  /// Finds out what the machine will show and sound if the same keys stay held down: ``output``.
  mutating func look(from machine: inout Chip8) {
    let position = machine.position
    if let frame, !position.isInFrame, frame <= position.frame {
      // The machine has come along the way that the scout has taken, which continues from where it is.
      if frame < position.frame { _ = scouts[0].run(frames: Int(position.frame - frame)) }
    } else {
      send(1, from: &machine)
      _ = scouts[0].run(frames: frameCount)
    }
    frame = position.isInFrame ? nil : position.frame
  }

  /// Has to be called when something else has happened to the machine than that it was run.
  mutating func forget() { frame = nil }

  /// What was found out last; nil before the first time.
  var output: Output? { scouts.first.map { Output($0) } }

  /// The sound of that.
  var tone: Tone? { scouts.first?.tone }

  /// Finds out how long the program takes to react to a change of the keys, if it does.
  mutating func learn(from machine: inout Chip8, beforeKeysBecome keys: KeySet) {
    guard choice == .automatic else { return }
    send(2, from: &machine)
    var changed: KeySet? = keys
    for lag in 0...RunAhead.maxFrames {
      let stops = [scouts[0].run(frames: 1), scouts[1].run(frames: 1, keys: changed)]
      changed = nil
      guard stops == [.done, .done] else { return }
      guard
        scouts[0].tone == scouts[1].tone, scouts[0].state.screen == scouts[1].state.screen
      else {
        lags.append(lag)
        return lags.removeFirst(max(0, lags.count - RunAhead.maxLagCount))
      }
    }
  }

  /// Brings some scouts to where the machine is.
  private mutating func send(_ count: Int, from machine: inout Chip8) {
    forget()
    while scouts.count < count { scouts.append(Chip8(machine.snapshot)) }
    for index in 0..<count {
      scouts[index].become(&machine)
      if scouts[index].engine != machine.engine { scouts[index].engine = machine.engine }
    }
  }
}
