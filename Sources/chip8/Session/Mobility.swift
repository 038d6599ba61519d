import Chip8Core
import Glibc
import SaveState

/// Moves a machine to another process. The one that has it sends its image and waits; the one that
/// gets it answers with the digest of the state that it has made of it. Before that line has
/// arrived, the machine is still where it was, so it is never lost.
enum Mobility {
  private static func acknowledgement(of machine: Chip8) -> String { "ack \(machine.stateDigest)" }

  /// Says that the machine in an image is here and will go on as it would have there.
  static func acknowledge(_ image: Image, to conversation: Conversation) throws {
    let machine: Chip8
    do throws(ImageError) {
      machine = try image.machine()
      if let witness = try image.witness(), !witness.holds(for: machine) {
        throw .badField("it would not go on here as it does there")
      }
    } catch { throw Failure.data("-", error) }
    do throws(StorageError) {
      try conversation.send(Array((acknowledgement(of: machine) + "\n").utf8))
    } catch {
      throw Failure(
        message: "the machine is not taken over, for the other side has gone: \(error)",
        code: EX_IOERR)
    }
  }

  /// Sends an image and waits until it is acknowledged.
  ///
  /// - Returns: nil if the machine has moved, or why it has not. Then the conversation is at its end,
  ///   so that the other side cannot believe that it has.
  static func move(
    _ machine: Chip8, as image: Image, by conversation: Conversation
  ) -> String? {
    let expected = acknowledgement(of: machine)
    let reason: String
    do throws(StorageError) {
      try conversation.send(image.bytes)
      let answer = try conversation.receiveLine(atMost: expected.utf8.count)
      if let answer, answer == Array(expected.utf8) { return nil }
      reason = answer == nil ? "the other side has gone" : "the other side has another machine"
    } catch {
      reason = error.code == ETIMEDOUT ? "the other side is silent" : "\(error)"
    }
    conversation.end()
    return reason
  }
}
