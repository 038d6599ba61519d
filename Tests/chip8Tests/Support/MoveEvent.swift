// MoveEvent.swift: what can happen to a machine that moves, and where it has to be then.

import Foundation
import Testing

/// What happens to one side of a move while it waits for the other one, which is the test.
enum MoveEvent: CustomTestStringConvertible, Sendable {
  case kill
  /// Signals, as fast as they can be sent.
  case signals([Int32])
  /// The other side ends the connection.
  case end
  /// The other side says nothing for longer than the timeout.
  case silence
  /// The other side says a line, and then ends the connection.
  case line(String)

  /// What a run ends in order after, alone and again and again.
  static let interruptions = [[SIGINT], [SIGTERM], [SIGHUP], [SIGINT, SIGINT, SIGTERM, SIGINT]]
    .map(MoveEvent.signals)

  /// For how many seconds the program waits for the test.
  var timeout: String { if case .silence = self { "1" } else { "3600" } }

  func happen(to running: Running, at end: ConnectionEnd) throws {
    switch self {
    case .kill: Glibc.kill(running.process, SIGKILL)
    case .signals(let numbers): for number in numbers { Glibc.kill(running.process, number) }
    case .end: end.close()
    case .silence: return
    case .line(let text):
      try end.channel.send(line: text)
      end.close()
    }
  }

  var testDescription: String {
    if case .signals(let numbers) = self { "signals \(numbers)" } else { "\(self)" }
  }
}

/// A row of the table: what happens, with which code the program ends, and what is in its file then.
struct MoveRow: CustomTestStringConvertible, Sendable {
  static let killed: Int32 = 128 + SIGKILL

  let event: MoveEvent
  let code: Int32
  let state: MoveState
  var kind = Connection.Kind.pipes
  var place = MovePlace.file

  init(_ event: MoveEvent, _ code: Int32, _ state: MoveState) {
    (self.event, self.code, self.state) = (event, code, state)
  }

  /// Whether the program can still say something, and has to remove what it does not leave.
  var isOrderly: Bool { code != MoveRow.killed && code != 0 }

  var testDescription: String { "\(kind), \(place): \(event.testDescription)" }
}

extension [MoveRow] {
  /// The same through every kind of connection.
  var everywhere: [MoveRow] {
    Connection.Kind.allCases.flatMap { kind in
      map { row in
        var row = row
        row.kind = kind
        return row
      }
    }
  }

  /// The same with every place that a receiver keeps the machine in.
  var inEveryPlace: [MoveRow] {
    MovePlace.available.flatMap { place in
      map { row in
        var row = row
        row.place = place
        return row
      }
    }
  }
}
