// A machine moves to another process. The one that has it sends its image and waits; the one that
// gets it answers with the digest of the state that it has made of it. Before that line has
// arrived, the machine is still where it was, so it is never lost.

import Glibc

extension Conversation {
  /// Sends a machine to the other side, and waits until that has acknowledged it.
  ///
  /// - Parameter image: the machine, as it is to be sent.
  /// - Throws: ``MoveError`` if the machine is still here. Then the conversation is at its end, so
  ///   that the other side cannot believe that it has it.
  public func move(_ machine: some Machine, as image: Image) throws(MoveError) {
    let expected = Array(acknowledgement(of: machine).utf8)
    let answer: [UInt8]?
    do throws(StorageError) {
      try send(image.bytes)
      answer = try receiveLine(atMost: expected.count)
    } catch {
      end()
      throw error.code == ETIMEDOUT ? .silence : .storage(error)
    }
    guard answer == expected else {
      end()
      throw answer == nil ? .end : .otherMachine
    }
  }

  /// Tells the other side that the machine in its image is here, and will go on as it would have
  /// there. All that could keep it from running has to be done before.
  ///
  /// - Throws: ``AcknowledgementError`` if it is still there.
  public func acknowledge<M: Machine>(
    _ image: Image, as _: M.Type
  ) throws(AcknowledgementError) {
    let machine: M
    do throws(ImageError) {
      machine = try image.machine()
      if let witness = try image.witness(), !witness.holds(for: machine) {
        throw .badField("it would not go on here as it does there")
      }
    } catch { throw .image(error) }
    do throws(StorageError) {
      try send(Array((acknowledgement(of: machine) + "\n").utf8))
    } catch { throw .storage(error) }
  }

  private func acknowledgement(of machine: some Machine) -> String { "ack \(machine.stateDigest)" }
}

/// Why a machine has not moved.
public enum MoveError: Error, Equatable, CustomStringConvertible {
  /// The other side has ended without a word.
  case end
  /// The other side has said nothing for longer than the patience.
  case silence
  /// The other side has acknowledged another machine, or said something else.
  case otherMachine
  /// The image could not be sent, or the answer not be read.
  case storage(StorageError)

  /// Why, for the user.
  public var description: String {
    switch self {
    case .end: "the other side has gone"
    case .silence: "the other side is silent"
    case .otherMachine: "the other side has another machine"
    case .storage(let error): error.description
    }
  }
}

/// Why a machine was not taken over.
public enum AcknowledgementError: Error, Equatable, CustomStringConvertible {
  /// There is no machine in the image that would go on here as it does there.
  case image(ImageError)
  /// The other side could not be told.
  case storage(StorageError)

  /// Why, for the user.
  public var description: String {
    switch self {
    case .image(let error): error.description
    case .storage(let error):
      "the machine is not taken over, for the other side has gone: \(error)"
    }
  }
}
