// A machine moves to another process. The side that has it sends its image and waits. The side that
// gets it says with the digest of its state that it is ready for it; with the answer to that, the
// machine is on the other side. What goes wrong before leaves it where it was: docs/SYSTEM-IMAGES.md.

import Glibc

extension PeerChannel {
  /// The line by which the machine changes sides.
  private static let go = "go"

  /// Moves a machine to the other side.
  ///
  /// - Parameter image: the machine, as sent.
  /// - Throws: ``MoveError`` if the machine is still here. Then the channel is at its end, so
  ///   that the other side learns that it does not have it.
  public func move(_ machine: some Machine, as image: Image) throws(MoveError) {
    do throws(MoveError) { try offer(machine, as: image) } catch {
      end()
      throw error
    }
  }

  private func offer(_ machine: some Machine, as image: Image) throws(MoveError) {
    let expected = Array(ready(for: machine).utf8)
    let answer: [UInt8]?
    do throws(StorageError) {
      try send(image.bytes)
      answer = try receiveLine(atMost: expected.count)
    } catch { throw MoveError(error) }
    guard answer == expected else { throw answer == nil ? .end : .otherMachine }
    // The other side has the machine in its file, and waits for nothing but this.
    do throws(StorageError) {
      try uninterrupted.send(line: PeerChannel.go)
    } catch { throw MoveError(error) }
  }

  /// Tells the other side that the machine in its image is here, and will continue as it would have
  /// there, and waits until that has given it away. All that could keep it from running has to be
  /// done before.
  ///
  /// - Throws: ``AcknowledgementError`` if it must not run here.
  public func acknowledge<M: Machine>(
    _ image: Image, as _: M.Type
  ) throws(AcknowledgementError) {
    let machine: M
    do throws(ImageError) {
      machine = try image.machine()
      if let witness = try image.witness(), !witness.holds(for: machine) {
        throw .badField("it would behave differently here")
      }
    } catch { throw .image(error) }
    do throws(StorageError) {
      try send(line: ready(for: machine))
    } catch { throw error.code == EINTR ? .interrupted : .gone(error) }
    let answer: [UInt8]?
    do throws(StorageError) {
      answer = try uninterrupted.receiveLine(atMost: PeerChannel.go.utf8.count)
    } catch {
      // A socket whose other side has ended in order, and then refused what was sent.
      throw error.code == EPIPE ? .gone(error) : .unknown(error)
    }
    guard answer == Array(PeerChannel.go.utf8) else { throw .gone(nil) }
  }

  /// The same for a machine that is saved here already. It stays so if it has come, unless it will be sent on,
  /// and also if it is unknown which side has it.
  ///
  /// - Parameters:
  ///   - save: where it is saved, if it is.
  ///   - isSentOn: whether it will be sent on.
  ///   - remains: called if what was saved of a machine that is not here cannot be removed.
  public func acknowledge<M: Machine>(
    _ image: Image, as _: M.Type, savedAs save: (any ProvisionalSave)?, isSentOn: Bool,
    remains: (any Error) -> Void
  ) throws(AcknowledgementError) {
    do throws(AcknowledgementError) { try acknowledge(image, as: M.self) } catch {
      if case .unknown = error { save?.keep() } else { save?.withdraw(orElse: remains) }
      throw error
    }
    if !isSentOn { save?.keep() }
  }

  private func send(line: String) throws(StorageError) { try send(Array((line + "\n").utf8)) }

  private func ready(for machine: some Machine) -> String { "ready \(machine.stateDigest)" }
}

/// Why a machine has not moved.
public enum MoveError: Error, Equatable, CustomStringConvertible {
  /// The other side has ended without an answer.
  case end
  /// The other side has said nothing for longer than the timeout.
  case silence
  /// The other side has another machine, or said something else.
  case otherMachine
  /// The channel was interrupted on this side.
  case interrupted
  /// The image could not be sent, or the answer not be read.
  case storage(StorageError)

  fileprivate init(_ error: StorageError) {
    switch error.code {
    case ETIMEDOUT: self = .silence
    case EINTR: self = .interrupted
    default: self = .storage(error)
    }
  }

  /// Why, for the user.
  public var description: String {
    switch self {
    case .end: "the other side has closed the connection"
    case .silence: "the other side is not responding"
    case .otherMachine: "the receiver reports a different state digest"
    case .interrupted: "interrupted"
    case .storage(let error): error.description
    }
  }
}

/// Why a machine was not taken over.
public enum AcknowledgementError: Error, Equatable, CustomStringConvertible {
  /// The image's machine would behave differently here.
  case image(ImageError)
  /// The other side has gone and has the machine. The error, if any, is that of answering it.
  case gone(StorageError?)
  /// The channel was interrupted on this side, and the other one has the machine.
  case interrupted
  /// It is unknown which side has the machine: the connection has broken, or the other side says nothing.
  case unknown(StorageError)

  /// Why, for the user.
  public var description: String {
    switch self {
    case .image(let error): error.description
    case .gone(let error):
      "the machine was not taken over: the other side has closed the connection"
        + (error.map { ": \($0)" } ?? "")
    case .interrupted: "the machine was not taken over: interrupted"
    case .unknown(let error):
      "it is unknown whether the other side still has the machine: \(error)"
    }
  }
}
